package io.sagelocal.transform;

import io.sagelocal.transform.TransformInput.SplitType;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Cuts a stream into records; holds one at a time. */
interface RecordReader {

  /**
   * The next record; empty after the last.
   *
   * @throws TransformFailure naming the record when it is malformed or longer than allowed
   */
  Optional<InputRecord> next() throws IOException;

  /** Opens the reader that cuts as asked. */
  static RecordReader of(SplitType split, InputStream stream, long maxBytes) {
    return switch (split) {
      case LINE -> new LineRecords(stream, maxBytes);
      case RECORD_IO -> new RecordIoRecords(stream, maxBytes);
      case TF_RECORD -> new TfRecords(stream, maxBytes);
      case NONE -> throw new IllegalArgumentException("a whole object has no records");
    };
  }
}
