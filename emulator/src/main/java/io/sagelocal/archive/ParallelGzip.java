package io.sagelocal.archive;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses on every core, as pigz does: the stream is cut into blocks, each is compressed for
 * itself with what stands before it as its dictionary, and together they are one ordinary gzip
 * member. At most a few blocks per core are held.
 */
final class ParallelGzip extends OutputStream {
  private static final int BLOCK_BYTES = 1 << 19;

  /** As far back as deflate looks. */
  private static final int WINDOW_BYTES = 1 << 15;

  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final byte[] NONE = {};

  private final OutputStream out;
  private final int level;
  private final int cores = Runtime.getRuntime().availableProcessors();
  private final ExecutorService compressors =
      Executors.newFixedThreadPool(cores, Thread.ofPlatform().daemon().name("gzip-", 0).factory());
  private final Queue<Future<byte[]>> compressing = new ArrayDeque<>();
  private final CRC32 checksum = new CRC32();
  private byte[] block = new byte[BLOCK_BYTES];
  private byte[] before = NONE;
  private int filled;
  private long length;
  private boolean closed;

  /**
   * Begins a gzip member.
   *
   * @param level 1, quickest, to 9, smallest
   */
  ParallelGzip(OutputStream out, int level) throws IOException {
    this.out = out;
    this.level = level;
    out.write(HEADER);
  }

  @Override
  public void write(int one) throws IOException {
    write(new byte[] {(byte) one}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    checksum.update(bytes, from, count);
    length += count;
    int next = from;
    int left = count;
    while (left > 0) {
      if (filled == block.length) {
        submit(false);
      }
      int fits = Math.min(left, block.length - filled);
      System.arraycopy(bytes, next, block, filled, fits);
      filled += fits;
      next += fits;
      left -= fits;
    }
  }

  private void submit(boolean last) throws IOException {
    byte[] bytes = block;
    byte[] dictionary = before;
    int count = filled;
    compressing.add(compressors.submit(() -> compress(bytes, count, dictionary, last)));
    before = Arrays.copyOfRange(bytes, Math.max(0, count - WINDOW_BYTES), count);
    block = new byte[BLOCK_BYTES];
    filled = 0;
    if (compressing.size() > 2 * cores) {
      out.write(take());
    }
  }

  private byte[] compress(byte[] bytes, int count, byte[] dictionary, boolean last) {
    Deflater deflater = new Deflater(level, true);
    try {
      deflater.setDictionary(dictionary);
      deflater.setInput(bytes, 0, count);
      if (last) {
        deflater.finish();
      }
      byte[] piece = new byte[BLOCK_BYTES / 4];
      ByteArrayOutputStream compressed = new ByteArrayOutputStream(piece.length);
      // a flush ends on a whole byte, so that the next block can follow
      int flush = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
      int made;
      do {
        made = deflater.deflate(piece, 0, piece.length, flush);
        compressed.write(piece, 0, made);
      } while (last ? !deflater.finished() : made == piece.length);
      return compressed.toByteArray();
    } finally {
      deflater.end();
    }
  }

  private byte[] take() throws IOException {
    try {
      return compressing.remove().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while compressing");
    } catch (ExecutionException e) {
      throw new IOException("compressing failed", e.getCause());
    }
  }

  /** Ends the member and closes the stream below. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (out) {
      submit(true);
      while (!compressing.isEmpty()) {
        out.write(take());
      }
      out.write(
          ByteBuffer.allocate(2 * Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt((int) checksum.getValue())
              .putInt((int) length)
              .array());
    } finally {
      compressors.shutdownNow();
    }
  }
}
