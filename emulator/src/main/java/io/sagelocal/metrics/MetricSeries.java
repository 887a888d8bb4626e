package io.sagelocal.metrics;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What one source told of a metric, in its order: a file of records of one size, so that half a
 * record left by a crash is known and cut off.
 *
 * <p>Files are opened the plain way, not as channels: an interrupt of the thread that writes must
 * not close the file.
 */
final class MetricSeries {
  private static final int RECORD_BYTES = 6 * Long.BYTES;

  /** CloudWatch's units; a record holds the position, so new ones go to the end. */
  private static final List<String> UNITS =
      List.of(
          Datum.NO_UNIT,
          "Seconds",
          "Microseconds",
          "Milliseconds",
          "Bytes",
          "Kilobytes",
          "Megabytes",
          "Gigabytes",
          "Terabytes",
          "Bits",
          "Kilobits",
          "Megabits",
          "Gigabits",
          "Terabits",
          "Percent",
          "Count",
          "Bytes/Second",
          "Kilobytes/Second",
          "Megabytes/Second",
          "Gigabytes/Second",
          "Terabytes/Second",
          "Bits/Second",
          "Kilobits/Second",
          "Megabits/Second",
          "Gigabits/Second",
          "Terabits/Second",
          "Count/Second");

  private final File file;

  MetricSeries(File file) {
    this.file = file;
  }

  /** Adds data; they are in the file when this returns. */
  synchronized void append(List<Datum> data) {
    try {
      cutOffHalfARecord();
      try (FileOutputStream out = new FileOutputStream(file, true)) {
        out.write(encode(data));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("metric file " + file + " cannot be written", e);
    }
  }

  private void cutOffHalfARecord() throws IOException {
    long more = file.length() % RECORD_BYTES;
    if (more != 0) {
      try (RandomAccessFile whole = new RandomAccessFile(file, "rw")) {
        whole.setLength(whole.length() - more);
      }
    }
  }

  /** Hands over every datum, in the order in which they came. */
  void read(Consumer<Datum> each) {
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(new FileInputStream(file)))) {
      for (long left = file.length() / RECORD_BYTES; left > 0; left--) {
        each.accept(decode(in));
      }
    } catch (EOFException e) {
      throw new IllegalStateException("metric file " + file + " became shorter while read", e);
    } catch (IOException e) {
      throw new UncheckedIOException("metric file " + file + " cannot be read", e);
    }
  }

  /** The datum that came last. */
  Optional<Datum> last() {
    long records = file.length() / RECORD_BYTES;
    if (records == 0) {
      return Optional.empty();
    }
    try (FileInputStream bytes = new FileInputStream(file);
        DataInputStream in = new DataInputStream(bytes)) {
      bytes.skipNBytes((records - 1) * RECORD_BYTES);
      return Optional.of(decode(in));
    } catch (IOException e) {
      throw new UncheckedIOException("metric file " + file + " cannot be read", e);
    }
  }

  private static byte[] encode(List<Datum> data) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(data.size() * RECORD_BYTES);
    DataOutputStream out = new DataOutputStream(bytes);
    for (Datum datum : data) {
      int unit = UNITS.indexOf(datum.unit());
      if (unit < 0) {
        throw new IllegalArgumentException("CloudWatch has no unit " + datum.unit());
      }
      out.writeLong(datum.at().toEpochMilli());
      out.writeDouble(datum.count());
      out.writeDouble(datum.sum());
      out.writeDouble(datum.minimum());
      out.writeDouble(datum.maximum());
      out.writeLong(unit);
    }
    return bytes.toByteArray();
  }

  private static Datum decode(DataInputStream in) throws IOException {
    return new Datum(
        Instant.ofEpochMilli(in.readLong()),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        in.readDouble(),
        UNITS.get((int) in.readLong()));
  }
}
