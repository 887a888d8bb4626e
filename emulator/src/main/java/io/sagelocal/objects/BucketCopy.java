package io.sagelocal.objects;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Copies objects from one place to another, which may be in another store. */
public final class BucketCopy {
  private final ObjectStore from;
  private final ObjectStore to;

  public BucketCopy(ObjectStore from, ObjectStore to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Copies every object whose key begins with the source's; what is below the source is below the
   * target. Metadata, content type and tags go with the bytes; older versions do not. An object
   * that is there with the same size and entity tag is left out, so that a second run does what the
   * first could not; of one that was uploaded in parts the entity tags may differ, and it is
   * written again.
   *
   * @param each is told each object that was written
   * @return how many objects were written
   * @throws ObjectNotFoundException when the source's bucket is not there
   */
  public long copy(S3Uri source, S3Uri target, Consumer<S3Uri> each) throws IOException {
    to.createBucket(target.bucket());
    long[] written = {0};
    try {
      from.list(
          source,
          object -> {
            S3Uri place =
                new S3Uri(
                    target.bucket(),
                    target.key() + object.uri().key().substring(source.key().length()));
            if (isThere(object, place)) {
              return;
            }
            copy(object.uri(), place);
            written[0]++;
            each.accept(place);
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return written[0];
  }

  private boolean isThere(ObjectInfo object, S3Uri place) {
    return to.find(place)
        .filter(there -> there.size() == object.size() && there.etag().equals(object.etag()))
        .isPresent();
  }

  private void copy(S3Uri object, S3Uri place) {
    try {
      to.write(
          place,
          from.properties(object),
          out -> {
            try (InputStream in = from.read(object)) {
              in.transferTo(out);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(object + ": " + e.getMessage(), e);
    }
  }
}
