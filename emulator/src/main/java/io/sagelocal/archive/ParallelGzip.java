package io.sagelocal.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  /** What is compressed in both ways to see which is better. */
  private static final int SAMPLE_BYTES = 1 << 14;

  /** A loss of one part in so many is worth the time. */
  private static final int LITTLE = 50;

  /** What does not compress grows by one part in so many, and by what a block has around it. */
  private static final int GROWTH = 1000;

  private static final int ROOM = 128;

  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final byte[] NONE = {};

  private final OutputStream out;
  private final int level;
  private final int cores = Runtime.getRuntime().availableProcessors();
  private final ExecutorService compressors =
      Executors.newFixedThreadPool(cores, Thread.ofPlatform().daemon().name("gzip-", 0).factory());
  private final Queue<Deflater> idle = new ConcurrentLinkedQueue<>();
  private final Queue<Future<ByteBuffer>> compressing = new ArrayDeque<>();
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
      writeNext();
    }
  }

  private ByteBuffer compress(byte[] bytes, int count, byte[] dictionary, boolean last) {
    Deflater deflater = Optional.ofNullable(idle.poll()).orElseGet(() -> new Deflater(level, true));
    deflater.reset();
    deflater.setStrategy(strategy(deflater, bytes, count));
    deflater.setDictionary(dictionary);
    deflater.setInput(bytes, 0, count);
    if (last) {
      deflater.finish();
    }
    byte[] out = new byte[count + count / GROWTH + ROOM];
    // a flush ends on a whole byte, so that the next block can follow
    int flush = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
    int length = 0;
    boolean all;
    do { // a change of the strategy takes a call of its own
      if (length == out.length) {
        out = Arrays.copyOf(out, 2 * length);
      }
      length += deflater.deflate(out, length, out.length - length, flush);
      all = last ? deflater.finished() : deflater.needsInput() && length < out.length;
    } while (!all);
    idle.add(deflater);
    return ByteBuffer.wrap(out, 0, length);
  }

  /**
   * Numbers, as a network's parameters are, have hardly a stretch that comes twice. Looking for
   * such takes most of the time, and is left out where it gains nothing in a sample.
   */
  private static int strategy(Deflater deflater, byte[] bytes, int count) {
    int sample = Math.min(count, SAMPLE_BYTES);
    int from = (count - sample) / 2;
    byte[] out = new byte[2 * SAMPLE_BYTES];
    int[] sizes = new int[2];
    for (int huffman = 0; huffman < 2; huffman++) {
      deflater.setStrategy(huffman == 1 ? Deflater.HUFFMAN_ONLY : Deflater.DEFAULT_STRATEGY);
      deflater.setInput(bytes, from, sample);
      deflater.finish();
      while (!deflater.finished()) {
        sizes[huffman] += deflater.deflate(out);
      }
      deflater.reset();
    }
    return sizes[1] <= sizes[0] + sizes[0] / LITTLE
        ? Deflater.HUFFMAN_ONLY
        : Deflater.DEFAULT_STRATEGY;
  }

  private void writeNext() throws IOException {
    ByteBuffer next = take();
    out.write(next.array(), next.arrayOffset(), next.limit());
  }

  private ByteBuffer take() throws IOException {
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
        writeNext();
      }
      out.write(
          ByteBuffer.allocate(2 * Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt((int) checksum.getValue())
              .putInt((int) length)
              .array());
    } finally {
      compressors.shutdownNow();
      for (Deflater one = idle.poll(); one != null; one = idle.poll()) {
        one.end();
      }
    }
  }
}
