package io.sagelocal.fakes3.store;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How the index writes its records. Each begins with the version of its form: in the first,
 * segments were whole files.
 */
final class Codec {
  private static final int WHOLE_FILES = 1;
  private static final int FORM = 2;

  private Codec() {}

  static byte[] bucket(Bucket bucket) {
    return bytes(out -> {
      text(out, bucket.name());
      text(out, bucket.region());
      instant(out, bucket.created());
      text(out, bucket.versioning().name());
      texts(out, bucket.tags());
    });
  }

  static Bucket bucket(byte[] bytes) {
    return from(
        bytes,
        (in, form) ->
            new Bucket(
                text(in), text(in), instant(in), Bucket.Versioning.valueOf(text(in)), texts(in)));
  }

  static byte[] object(StoredObject object) {
    return bytes(out -> {
      text(out, object.key());
      text(out, object.version());
      out.writeLong(object.sequence());
      instant(out, object.modified());
      content(out, object.content());
      attributes(out, object.attributes());
      out.writeBoolean(object.marker());
    });
  }

  static StoredObject object(byte[] bytes) {
    return from(
        bytes,
        (in, form) ->
            new StoredObject(
                text(in),
                text(in),
                in.readLong(),
                instant(in),
                content(in, form),
                attributes(in),
                in.readBoolean()));
  }

  static byte[] upload(Upload upload) {
    return bytes(out -> {
      text(out, upload.id());
      text(out, upload.bucket());
      text(out, upload.key());
      instant(out, upload.initiated());
      attributes(out, upload.attributes());
      text(out, upload.algorithm().map(Enum::name).orElse(""));
      out.writeBoolean(upload.composite());
    });
  }

  static Upload upload(byte[] bytes) {
    return from(
        bytes,
        (in, form) ->
            new Upload(
                text(in),
                text(in),
                text(in),
                instant(in),
                attributes(in),
                ChecksumAlgorithm.find(text(in)),
                in.readBoolean()));
  }

  static byte[] part(Part part) {
    return bytes(out -> {
      out.writeInt(part.number());
      instant(out, part.modified());
      content(out, part.content());
      checksum(out, part.checksum());
    });
  }

  static Part part(byte[] bytes) {
    return from(
        bytes, (in, form) -> new Part(in.readInt(), instant(in), content(in, form), checksum(in)));
  }

  private static void content(DataOutputStream out, Content content) throws IOException {
    out.writeLong(content.size());
    text(out, content.etag());
    out.writeInt(content.segments().size());
    for (Segment segment : content.segments()) {
      out.writeLong(segment.id());
      out.writeLong(segment.offset());
      out.writeLong(segment.length());
    }
    out.writeInt(content.parts().size());
    for (long part : content.parts()) {
      out.writeLong(part);
    }
  }

  private static Content content(DataInputStream in, int form) throws IOException {
    long size = in.readLong();
    String etag = text(in);
    List<Segment> segments = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      segments.add(
          new Segment(in.readLong(), form == WHOLE_FILES ? 0 : in.readLong(), in.readLong()));
    }
    List<Long> parts = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      parts.add(in.readLong());
    }
    return new Content(size, etag, segments, parts);
  }

  private static void attributes(DataOutputStream out, Attributes attributes) throws IOException {
    texts(out, attributes.headers());
    texts(out, attributes.tags());
    checksum(out, attributes.checksum());
  }

  private static Attributes attributes(DataInputStream in) throws IOException {
    return new Attributes(texts(in), texts(in), checksum(in));
  }

  private static void checksum(DataOutputStream out, Optional<ObjectChecksum> checksum)
      throws IOException {
    text(out, checksum.map(one -> one.algorithm().name()).orElse(""));
    if (checksum.isPresent()) {
      text(out, checksum.get().value());
      out.writeBoolean(checksum.get().composite());
    }
  }

  private static Optional<ObjectChecksum> checksum(DataInputStream in) throws IOException {
    Optional<ChecksumAlgorithm> algorithm = ChecksumAlgorithm.find(text(in));
    return algorithm.isEmpty()
        ? Optional.empty()
        : Optional.of(new ObjectChecksum(algorithm.get(), text(in), in.readBoolean()));
  }

  private static void texts(DataOutputStream out, Map<String, String> texts) throws IOException {
    out.writeInt(texts.size());
    for (Map.Entry<String, String> one : texts.entrySet()) {
      text(out, one.getKey());
      text(out, one.getValue());
    }
  }

  private static Map<String, String> texts(DataInputStream in) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      texts.put(text(in), text(in));
    }
    return texts;
  }

  private static void instant(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.toEpochMilli());
  }

  private static Instant instant(DataInputStream in) throws IOException {
    return Instant.ofEpochMilli(in.readLong());
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
  }

  private interface Writing {
    void to(DataOutputStream out) throws IOException;
  }

  private interface Reading<V> {
    V from(DataInputStream in, int form) throws IOException;
  }

  private static byte[] bytes(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  private static <V> V from(byte[] bytes, Reading<V> reading) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int form = in.readUnsignedByte();
      if (form < WHOLE_FILES || form > FORM) {
        throw new IllegalStateException(
            "the S3 index holds a record of form %d; this version reads form %d to %d"
                .formatted(form, WHOLE_FILES, FORM));
      }
      return reading.from(in, form);
    } catch (IOException e) {
      throw new UncheckedIOException("a record of the S3 index is cut off", e);
    }
  }
}
