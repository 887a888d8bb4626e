package io.sagelocal.fakes3.store;

import java.util.List;

/**
 * The bytes of an object.
 *
 * @param size in bytes
 * @param etag without quotes; changes whenever the bytes do
 * @param segments of files that hold them, one after the other; never empty, even when size is 0
 * @param parts sizes of the parts in which they were uploaded; empty when in one piece
 */
public record Content(long size, String etag, List<Segment> segments, List<Long> parts) {
  public Content {
    segments = List.copyOf(segments);
    parts = List.copyOf(parts);
  }
}
