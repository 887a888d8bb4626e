package io.sagelocal.transform;

import io.sagelocal.transform.InputObjects.Opener;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Optional;

/** An object that is one request. It is streamed, and opened again for another try. */
final class WholeObject implements ModelRequests {
  private static final int BUFFER_BYTES = 1 << 16;

  private final Opener opener;
  private final long length;
  private boolean taken;

  private WholeObject(Opener opener, long length) {
    this.opener = opener;
    this.length = length;
  }

  /**
   * @param length of the body, or -1 when it is not known beforehand
   */
  static WholeObject of(Opener opener, long length, long maxBytes) throws IOException {
    if (length > maxBytes) {
      throw Batches.tooLong("it", maxBytes);
    }
    return new WholeObject(opener, length >= 0 ? length : measured(opener, maxBytes));
  }

  /** Servers of old know no chunked requests, so that what has a limit is measured first. */
  private static long measured(Opener opener, long maxBytes) throws IOException {
    if (maxBytes == Long.MAX_VALUE) {
      return -1;
    }
    byte[] buffer = new byte[BUFFER_BYTES];
    long length = 0;
    try (InputStream stream = opener.open()) {
      for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
        length += n;
        if (length > maxBytes) {
          throw Batches.tooLong("it", maxBytes);
        }
      }
    }
    return length;
  }

  @Override
  public Optional<ModelRequest> next() {
    if (taken) {
      return Optional.empty();
    }
    taken = true;
    return Optional.of(new ModelRequest(0, "", List.of(), this::body));
  }

  private BodyPublisher body() {
    if (length == 0) {
      return BodyPublishers.noBody();
    }
    BodyPublisher chunked = BodyPublishers.ofInputStream(this::stream);
    return length < 0 ? chunked : BodyPublishers.fromPublisher(chunked, length);
  }

  private InputStream stream() {
    try {
      return opener.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // the client closes what it was given
  }
}
