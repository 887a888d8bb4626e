package io.sagelocal.transform;

import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a request is put together of; it grows without being copied, and is held once. */
final class RequestBytes {
  private static final int SEGMENT_BYTES = 1 << 16;

  private final List<byte[]> full = new ArrayList<>();
  private byte[] last = new byte[SEGMENT_BYTES];
  private int end;

  void write(byte[] bytes) {
    int written = 0;
    while (written < bytes.length) {
      int count = Math.min(bytes.length - written, room());
      System.arraycopy(bytes, written, last, end, count);
      end += count;
      written += count;
    }
  }

  /** How much the last segment still takes, after another has been begun where it is full. */
  private int room() {
    if (end == SEGMENT_BYTES) {
      full.add(last);
      last = new byte[SEGMENT_BYTES];
      end = 0;
    }
    return SEGMENT_BYTES - end;
  }

  long size() {
    return (long) full.size() * SEGMENT_BYTES + end;
  }

  /** Makes it the body of a request, as often as it is asked. */
  BodyPublisher publisher() {
    if (size() == 0) {
      return BodyPublishers.noBody();
    }
    List<byte[]> all = new ArrayList<>(full);
    all.add(Arrays.copyOf(last, end));
    return BodyPublishers.fromPublisher(BodyPublishers.ofByteArrays(all), size());
  }
}
