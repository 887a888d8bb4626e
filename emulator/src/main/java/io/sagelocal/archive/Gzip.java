package io.sagelocal.archive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** Reads gzip files. */
public final class Gzip {
  private static final int BUFFER_BYTES = 1 << 17;

  private Gzip() {}

  /**
   * What a gzip stream holds, of all its members; closing it closes the stream.
   *
   * @throws ZipException when it does not begin as gzip does
   */
  public static InputStream decompressed(InputStream stream) throws IOException {
    try {
      return GzipCompressorInputStream.builder()
          .setInputStream(new BufferedInputStream(stream, BUFFER_BYTES))
          .setDecompressConcatenated(true)
          .get();
    } catch (IOException e) {
      throw new ZipException("it is not a gzip file: " + e.getMessage());
    }
  }
}
