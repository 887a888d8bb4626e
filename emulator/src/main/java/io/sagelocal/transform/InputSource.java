package io.sagelocal.transform;

import io.sagelocal.objects.Manifest;
import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectNotFoundException;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Finds the objects of an input, and the name that each one's output keeps. */
record InputSource(ObjectStore objects, TransformInput input) {

  /** Takes one object. */
  @FunctionalInterface
  interface Each {
    void take(ObjectInfo object, String name) throws IOException;
  }

  /**
   * Hands over every object, one after the other.
   *
   * @throws TransformFailure when the bucket, the manifest or one of its objects is not there, or
   *     the manifest is none
   */
  void forEach(Each each) throws IOException {
    try {
      if (input.manifest()) {
        readManifest(each);
      } else {
        objects.list(input.source(), object -> takeListed(object, each));
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (ObjectNotFoundException e) {
      throw failed(String.valueOf(e.getMessage()));
    }
  }

  private void takeListed(ObjectInfo object, Each each) {
    if (object.uri().key().endsWith("/")) {
      return; // the mark of an empty folder
    }
    try {
      each.take(object, object.uri().below(input.source()));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // forEach takes it out again
    }
  }

  private void readManifest(Each each) throws IOException {
    try (InputStream bytes = objects.read(input.source())) {
      Manifest.read(bytes, (name, object) -> each.take(require(object), name));
    } catch (Manifest.MalformedException e) {
      throw failed("the manifest is malformed: " + e.getMessage());
    }
  }

  private ObjectInfo require(S3Uri object) {
    return objects
        .find(object)
        .orElseThrow(() -> failed("the manifest names %s, which does not exist".formatted(object)));
  }

  private TransformFailure failed(String why) {
    return TransformFailure.client(
        "the input %s cannot be read: %s".formatted(input.source(), why));
  }
}
