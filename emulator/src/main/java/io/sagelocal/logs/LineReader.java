package io.sagelocal.logs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads whole lines between two positions of a file, block by block. */
final class LineReader {
  private static final int BLOCK_BYTES = 1 << 16;

  private final RandomAccessFile in;
  private final long stop;
  private final byte[] block = new byte[BLOCK_BYTES];
  private long blockBegin;
  private int blockSize;
  private int next;

  LineReader(RandomAccessFile in, long from, long stop) {
    this.in = in;
    this.blockBegin = from;
    this.stop = stop;
  }

  /** The next line without its line end; none at the stop. */
  @Nullable String next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (next < blockSize || fill()) {
      int begin = next;
      while (next < blockSize && block[next] != '\n') {
        next++;
      }
      line.write(block, begin, next - begin);
      if (next < blockSize) {
        next++;
        return line.toString(StandardCharsets.UTF_8);
      }
    }
    return null;
  }

  /** Where the next line begins. */
  long position() {
    return blockBegin + next;
  }

  private boolean fill() throws IOException {
    blockBegin += blockSize;
    next = 0;
    blockSize = (int) Math.min(BLOCK_BYTES, stop - blockBegin);
    if (blockSize <= 0) {
      blockSize = 0;
      return false;
    }
    in.seek(blockBegin);
    in.readFully(block, 0, blockSize);
    return true;
  }
}
