package io.sagelocal.transform;

import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Opens input objects, without going through HTTP where the store keeps them as files here. */
record InputObjects(ObjectStore objects, TransformJobSpec spec) {

  /** Opens a stream, each time anew. */
  interface Opener {
    InputStream open() throws IOException;
  }

  /** The requests that an object is made into. */
  ModelRequests requests(InputFile input, BatchSettings settings) throws IOException {
    if (spec.input().split() == TransformInput.SplitType.NONE) {
      if (spec.processing().isPresent()) {
        return new RowsOfObject(spec.processing().get(), open(input), settings.maxPayloadBytes());
      }
      long length = spec.input().gzip() ? -1 : input.size();
      return WholeObject.of(() -> open(input), length, settings.maxPayloadBytes());
    }
    return new Batches(spec, settings, open(input));
  }

  private InputStream open(InputFile input) throws IOException {
    InputStream stored = stored(input.uri());
    if (!spec.input().gzip()) {
      return stored;
    }
    try {
      return UnpackedObject.of(stored);
    } catch (IOException | TransformFailure e) {
      stored.close();
      throw e;
    }
  }

  private InputStream stored(S3Uri uri) throws IOException {
    Optional<Path> local = objects.localFile(uri);
    return local.isPresent() ? Files.newInputStream(local.get()) : objects.read(uri);
  }
}
