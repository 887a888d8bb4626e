package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import io.sagelocal.fakes3.store.Attributes;
import io.sagelocal.fakes3.store.Bucket;
import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.ObjectChecksum;
import io.sagelocal.fakes3.store.Precondition;
import io.sagelocal.fakes3.store.Reading;
import io.sagelocal.fakes3.store.Store;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.fakes3.store.StoredObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Put, get, head, copy, delete and the tags of objects. */
final class ObjectOperations {
  private static final int BUFFER_BYTES = 1 << 18;
  private static final int MOST_TAGS = 10;

  private final Store store;
  private final Bodies bodies;

  ObjectOperations(Store store, Bodies bodies) {
    this.store = store;
    this.bodies = bodies;
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html. */
  void put(S3Request request, S3Answer answer) throws IOException {
    Store.requireKey(request.key());
    store.buckets().require(request.bucket());
    Attributes attributes = ObjectHeaders.of(request);
    Precondition condition = Conditions.ofWrite(request);
    if (!condition.equals(Precondition.NONE)) { // before the body, and again when it is there
      condition.check(store.findObject(request.bucket(), request.key()));
    }
    Bodies.Received received = bodies.receive(request, wantedAlgorithm(request), store.newBlob());
    StoredObject object =
        store.put(
            request.bucket(),
            request.key(),
            received.content(),
            attributes.withChecksum(received.checksum()),
            condition);
    answer.header("ETag", ObjectHeaders.quoted(object.etag()));
    ObjectHeaders.writeEncryption(answer, attributes);
    writeVersion(request, answer, object);
    received.checksum().ifPresent(sum -> ObjectHeaders.writeChecksum(answer, sum));
    answer.empty();
  }

  /** An algorithm that the client names without sending a sum. */
  static Optional<ChecksumAlgorithm> wantedAlgorithm(S3Request request) {
    return request
        .header("x-amz-checksum-algorithm")
        .or(() -> request.header("x-amz-sdk-checksum-algorithm"))
        .map(name ->
            ChecksumAlgorithm.find(name)
                .orElseThrow(() ->
                    new StoreException(
                        ErrorCode.INVALID_REQUEST,
                        "Checksum algorithm provided is unsupported: %s; there are %s"
                            .formatted(name, List.of(ChecksumAlgorithm.values())))));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html. */
  void get(S3Request request, S3Answer answer) throws IOException {
    try (Reading reading = store.read(request.bucket(), request.key(), request.version())) {
      ByteRange stretch = head(request, answer, reading.object());
      send(reading.slices(stretch.first(), stretch.length()), answer);
    }
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html. */
  void head(S3Request request, S3Answer answer) throws IOException {
    head(request, answer, store.requireObject(request.bucket(), request.key(), request.version()));
    answer.write(ByteBuffer.allocate(0), true);
  }

  /** Writes all but the body; answers which stretch that is. */
  private ByteRange head(S3Request request, S3Answer answer, StoredObject object) {
    Conditions.checkRead(request, object);
    Optional<ByteRange> range =
        partNumber(request)
            .map(number -> partRange(object, number))
            .or(() ->
                request.header("Range").flatMap(text -> ByteRange.parse(text, object.size())));
    ObjectHeaders.write(request, answer, object, store.buckets().require(request.bucket()));
    if (range.isEmpty()) {
      ObjectHeaders.writeChecksum(request, answer, object);
    } else {
      answer.status(206).header("Content-Range", range.get().of(object.size()));
    }
    if (partNumber(request).isPresent() && !object.content().parts().isEmpty()) {
      answer.header("x-amz-mp-parts-count", String.valueOf(object.content().parts().size()));
    }
    ByteRange stretch = range.orElse(new ByteRange(0, object.size()));
    answer.header("Content-Length", String.valueOf(stretch.length()));
    return stretch;
  }

  private static Optional<Integer> partNumber(S3Request request) {
    return request.parameter("partNumber").map(text -> request.number("partNumber", 1));
  }

  private static ByteRange partRange(StoredObject object, int number) {
    List<Long> parts =
        object.content().parts().isEmpty() ? List.of(object.size()) : object.content().parts();
    if (number < 1 || number > parts.size()) {
      throw new StoreException(
          ErrorCode.INVALID_RANGE,
          "The requested partnumber is not satisfiable: %d of %d".formatted(number, parts.size()));
    }
    long first = parts.subList(0, number - 1).stream().mapToLong(Long::longValue).sum();
    return new ByteRange(first, parts.get(number - 1));
  }

  private static void send(List<Reading.Slice> slices, S3Answer answer) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    for (Reading.Slice slice : slices) {
      try (FileChannel file = FileChannel.open(slice.file(), StandardOpenOption.READ)) {
        long at = slice.offset();
        long end = slice.offset() + slice.length();
        while (at < end) {
          buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - at));
          int count = file.read(buffer, at);
          if (count < 0) {
            throw new IOException("a file of the store was cut off: " + slice.file());
          }
          at += count;
          answer.write(buffer.flip(), false);
        }
      }
    }
    answer.write(ByteBuffer.allocate(0), true);
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html. */
  void copy(S3Request request, S3Answer answer) throws IOException {
    CopySource from = CopySource.of(request);
    Store.requireKey(request.key());
    Bucket bucket = store.buckets().require(request.bucket());
    try (Reading source = store.read(from.bucket(), from.key(), from.version())) {
      copy(request, answer, from, bucket, source);
    }
  }

  private void copy(
      S3Request request, S3Answer answer, CopySource from, Bucket bucket, Reading reading)
      throws IOException {
    StoredObject source = reading.object();
    Conditions.checkCopySource(request, source);
    boolean replace = directive(request, "x-amz-metadata-directive");
    boolean onItself =
        from.bucket().equals(request.bucket())
            && from.key().equals(request.key())
            && from.version().isEmpty();
    if (onItself
        && !replace
        && request.header("x-amz-storage-class").isEmpty()
        && !ObjectHeaders.saysEncryption(request)) {
      throw new StoreException(
          ErrorCode.INVALID_REQUEST,
          "This copy request is illegal because it is trying to copy an object to itself without"
              + " changing the object's metadata, storage class, website redirect location or"
              + " encryption attributes.");
    }
    Attributes asked = ObjectHeaders.of(request);
    Attributes kept = source.attributes();
    Map<String, String> headers =
        ObjectHeaders.ofCopy(replace ? asked.headers() : kept.headers(), asked.headers());
    request.header("x-amz-storage-class").ifPresent(c -> headers.put("x-amz-storage-class", c));
    Attributes attributes =
        new Attributes(
            headers,
            directive(request, "x-amz-tagging-directive") ? asked.tags() : kept.tags(),
            kept.checksum());
    StoredObject object =
        store.put(
            request.bucket(),
            request.key(),
            store.duplicate(reading),
            attributes,
            Conditions.ofWrite(request));
    from.version().ifPresent(version -> answer.header("x-amz-copy-source-version-id", version));
    if (bucket.versioning() != Bucket.Versioning.NEVER) {
      answer.header("x-amz-version-id", object.version());
    }
    ObjectHeaders.writeEncryption(answer, attributes);
    answer.xml(
        Xml.of(
            "CopyObjectResult",
            xml -> {
              xml.element("LastModified", object.modified())
                  .element("ETag", ObjectHeaders.quoted(object.etag()));
              attributes.checksum().ifPresent(sum -> checksum(xml, sum));
            }));
  }

  private static boolean directive(S3Request request, String header) {
    String value = request.header(header).orElse("COPY");
    if (!value.equals("COPY") && !value.equals("REPLACE")) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT,
          "%s must be COPY or REPLACE but was: %s".formatted(header, value));
    }
    return value.equals("REPLACE");
  }

  static void checksum(Xml xml, ObjectChecksum sum) {
    xml.element(sum.algorithm().element(), sum.value())
        .element("ChecksumType", ObjectHeaders.type(sum));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html. */
  void delete(S3Request request, S3Answer answer) throws IOException {
    Optional<StoredObject> deleted =
        store.delete(
            request.bucket(), request.key(), request.version(), Conditions.ofWrite(request));
    if (store.buckets().require(request.bucket()).versioning() != Bucket.Versioning.NEVER) {
      deleted.ifPresent(object -> {
        answer.header("x-amz-version-id", object.version());
        if (object.marker()) {
          answer.header("x-amz-delete-marker", "true");
        }
      });
    }
    answer.status(204).empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html. */
  void attributes(S3Request request, S3Answer answer) throws IOException {
    StoredObject object = store.requireObject(request.bucket(), request.key(), request.version());
    List<String> wanted =
        List.of(request.header("x-amz-object-attributes").orElse("").split("\\s*,\\s*"));
    answer.header("Last-Modified", S3Answer.httpDate(object.modified()));
    answer.xml(
        Xml.of(
            "GetObjectAttributesResponse",
            xml -> {
              if (wanted.contains("ETag")) {
                xml.element("ETag", object.etag());
              }
              if (wanted.contains("Checksum") && object.attributes().checksum().isPresent()) {
                xml.within("Checksum", sum -> checksum(sum, object.attributes().checksum().get()));
              }
              if (wanted.contains("ObjectParts") && !object.content().parts().isEmpty()) {
                xml.within(
                    "ObjectParts",
                    parts -> parts.element("TotalPartsCount", object.content().parts().size()));
              }
              if (wanted.contains("StorageClass")) {
                xml.element("StorageClass", storageClass(object));
              }
              if (wanted.contains("ObjectSize")) {
                xml.element("ObjectSize", object.size());
              }
            }));
  }

  static String storageClass(StoredObject object) {
    return object.attributes().headers().getOrDefault("x-amz-storage-class", "STANDARD");
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html. */
  void getTags(S3Request request, S3Answer answer) throws IOException {
    StoredObject object = store.requireObject(request.bucket(), request.key(), request.version());
    answer.xml(Tagging.xml(object.attributes().tags()));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html. */
  void putTags(S3Request request, S3Answer answer) throws IOException {
    store.setTags(
        request.bucket(),
        request.key(),
        request.version(),
        Tagging.parse(request.xmlBody(), MOST_TAGS));
    answer.empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html. */
  void deleteTags(S3Request request, S3Answer answer) throws IOException {
    store.setTags(request.bucket(), request.key(), request.version(), Map.of());
    answer.status(204).empty();
  }

  private void writeVersion(S3Request request, S3Answer answer, StoredObject object) {
    if (store.buckets().require(request.bucket()).versioning() != Bucket.Versioning.NEVER) {
      answer.header("x-amz-version-id", object.version());
    }
  }
}
