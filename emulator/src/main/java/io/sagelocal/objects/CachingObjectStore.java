package io.sagelocal.objects;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A store elsewhere whose objects are kept on this disk once somebody wanted one as a file. What is
 * kept goes by bucket, key and entity tag, so that a replaced object is fetched anew.
 */
public final class CachingObjectStore extends ForwardingObjectStore {
  private final FileCache cache;

  /**
   * @param folder of this store alone
   * @param limit of all that is kept, in bytes
   */
  public CachingObjectStore(ObjectStore objects, Path folder, long limit, Supplier<Instant> now) {
    super(objects);
    this.cache = new FileCache(folder, limit, now);
  }

  @Override
  public Optional<Path> keptFile(S3Uri uri, Optional<ObjectInfo> seen) throws IOException {
    return new CurrentObject(this, uri, seen).use(this::kept);
  }

  private Optional<Path> kept(ObjectInfo object) throws IOException {
    if (object.etag().isEmpty() || !cache.takes(object.size())) {
      return Optional.empty();
    }
    String name =
        hash(object.uri().bucket())
            + "/"
            + hash(object.uri().key() + "\0" + object.etag() + "\0" + object.size());
    return Optional.of(cache.get(name, object.size(), file -> fetch(object, file)));
  }

  private void fetch(ObjectInfo object, Path file) throws IOException {
    ObjectDownload download = new ObjectDownload(this, object, file);
    download.run();
    if (download.isLarge()) { // came in no order: a power cut might leave holes in its full length
      try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
        written.force(false);
      }
    }
  }

  /**
   * Removes all that stores kept below a folder; one that runs fetches anew what it needs.
   *
   * @return how many objects that were
   */
  public static int removeAll(Path folder) throws IOException {
    return FileCache.removeAll(folder);
  }

  private static String hash(String text) {
    try {
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sum, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public void deleteBucket(String bucket) {
    super.deleteBucket(bucket);
    try {
      cache.removeBelow(hash(bucket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
