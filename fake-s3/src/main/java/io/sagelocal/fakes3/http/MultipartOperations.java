package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.checksum.ChecksumAlgorithm;
import io.sagelocal.fakes3.store.Bucket;
import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.Part;
import io.sagelocal.fakes3.store.Reading;
import io.sagelocal.fakes3.store.Store;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.fakes3.store.StoredObject;
import io.sagelocal.fakes3.store.Upload;
import io.sagelocal.fakes3.store.Uploads;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Uploads in parts. */
final class MultipartOperations {
  private static final int MOST_ON_A_PAGE = 1000;

  private final Store store;
  private final Bodies bodies;

  MultipartOperations(Store store, Bodies bodies) {
    this.store = store;
    this.bodies = bodies;
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html. */
  void begin(S3Request request, S3Answer answer) throws IOException {
    Optional<ChecksumAlgorithm> algorithm = ObjectOperations.wantedAlgorithm(request);
    boolean composite =
        algorithm.isPresent()
            && request
                .header("x-amz-checksum-type")
                .map(type -> type.equalsIgnoreCase("COMPOSITE"))
                .orElse(algorithm.get() != ChecksumAlgorithm.CRC64NVME);
    if (algorithm.isPresent() && !composite && !algorithm.get().combines()) {
      throw new StoreException(
          ErrorCode.INVALID_REQUEST,
          "The FULL_OBJECT checksum type cannot be used with the %s checksum algorithm"
              .formatted(algorithm.get()));
    }
    Upload upload =
        store
            .uploads()
            .begin(
                request.bucket(), request.key(), ObjectHeaders.of(request), algorithm, composite);
    ObjectHeaders.writeEncryption(answer, upload.attributes());
    algorithm.ifPresent(one ->
        answer
            .header("x-amz-checksum-algorithm", one.name())
            .header("x-amz-checksum-type", composite ? "COMPOSITE" : "FULL_OBJECT"));
    answer.xml(
        Xml.of(
            "InitiateMultipartUploadResult",
            xml ->
                xml.element("Bucket", upload.bucket())
                    .element("Key", upload.key())
                    .element("UploadId", upload.id())));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html. */
  void part(S3Request request, S3Answer answer) throws IOException {
    Upload upload = upload(request);
    Uploads.NewPart place =
        store.uploads().newPart(upload, request.number("partNumber", 0), request.contentLength());
    Bodies.Received received = bodies.receive(request, upload.algorithm(), place.blob());
    Part part = store.uploads().put(place, received.content(), received.checksum());
    answer.header("ETag", ObjectHeaders.quoted(part.content().etag()));
    ObjectHeaders.writeEncryption(answer, upload.attributes());
    received.checksum().ifPresent(sum -> answer.header(sum.algorithm().header(), sum.value()));
    answer.empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html. */
  void partCopy(S3Request request, S3Answer answer) throws IOException {
    Upload upload = upload(request);
    CopySource from = CopySource.of(request);
    try (Reading reading = store.read(from.bucket(), from.key(), from.version())) {
      StoredObject source = reading.object();
      Conditions.checkCopySource(request, source);
      ByteRange stretch =
          request
              .header("x-amz-copy-source-range")
              .map(text ->
                  ByteRange.parse(text, source.size())
                      .orElseThrow(() ->
                          new StoreException(
                              ErrorCode.INVALID_ARGUMENT,
                              "x-amz-copy-source-range must be bytes=first-last but was: " + text)))
              .orElse(new ByteRange(0, source.size()));
      try (InputStream in = reading.stream(stretch.first(), stretch.length())) {
        Uploads.NewPart place =
            store
                .uploads()
                .newPart(upload, request.number("partNumber", 0), Optional.of(stretch.length()));
        Bodies.Received copied = bodies.copy(in, upload.algorithm(), place.blob());
        Part part = store.uploads().put(place, copied.content(), copied.checksum());
        answer.xml(
            Xml.of(
                "CopyPartResult",
                xml -> {
                  xml.element("LastModified", part.modified())
                      .element("ETag", ObjectHeaders.quoted(part.content().etag()));
                  part.checksum()
                      .ifPresent(sum -> xml.element(sum.algorithm().element(), sum.value()));
                }));
      }
    }
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html. */
  void complete(S3Request request, S3Answer answer) throws IOException {
    Upload upload = upload(request);
    List<Part.Named> named = new ArrayList<>();
    for (XmlBody part :
        XmlBody.parse(request.xmlBody(), "CompleteMultipartUpload").children("Part")) {
      named.add(
          new Part.Named(number(part.text("PartNumber")), part.text("ETag").replace("\"", "")));
    }
    StoredObject object = store.uploads().complete(upload, named, Conditions.ofWrite(request));
    if (store.buckets().require(request.bucket()).versioning() != Bucket.Versioning.NEVER) {
      answer.header("x-amz-version-id", object.version());
    }
    ObjectHeaders.writeEncryption(answer, object.attributes());
    answer.xml(
        Xml.of(
            "CompleteMultipartUploadResult",
            xml -> {
              xml.element(
                      "Location", request.http().getHttpURI().asString().replaceFirst("\\?.*", ""))
                  .element("Bucket", upload.bucket())
                  .element("Key", upload.key())
                  .element("ETag", ObjectHeaders.quoted(object.etag()));
              object.attributes().checksum().ifPresent(sum -> ObjectOperations.checksum(xml, sum));
            }));
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text.trim());
    } catch (NumberFormatException e) {
      throw new StoreException(
          ErrorCode.MALFORMED_XML, "PartNumber must be a number but was: " + text);
    }
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html. */
  void abort(S3Request request, S3Answer answer) throws IOException {
    store.uploads().abort(upload(request));
    answer.status(204).empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html. */
  void parts(S3Request request, S3Answer answer) throws IOException {
    Upload upload = upload(request);
    int after = request.number("part-number-marker", 0);
    int limit = Math.min(request.number("max-parts", MOST_ON_A_PAGE), MOST_ON_A_PAGE);
    List<Part> behind =
        store.uploads().parts(upload).stream().filter(part -> part.number() > after).toList();
    List<Part> page = behind.subList(0, Math.min(limit, behind.size()));
    answer.xml(
        Xml.of(
            "ListPartsResult",
            xml -> {
              xml.element("Bucket", upload.bucket())
                  .element("Key", upload.key())
                  .element("UploadId", upload.id())
                  .element("PartNumberMarker", after)
                  .element("MaxParts", limit)
                  .element("IsTruncated", page.size() < behind.size())
                  .element("StorageClass", "STANDARD");
              Owner.write(xml, "Initiator");
              Owner.write(xml, "Owner");
              if (page.size() < behind.size() && !page.isEmpty()) {
                xml.element("NextPartNumberMarker", page.getLast().number());
              }
              xml.each(page, MultipartOperations::part);
            }));
  }

  private static void part(Xml xml, Part part) {
    xml.within(
        "Part",
        one -> {
          one.element("PartNumber", part.number())
              .element("LastModified", part.modified())
              .element("ETag", ObjectHeaders.quoted(part.content().etag()))
              .element("Size", part.content().size());
          part.checksum().ifPresent(sum -> one.element(sum.algorithm().element(), sum.value()));
        });
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html. */
  void uploads(S3Request request, S3Answer answer) throws IOException {
    String prefix = request.parameter("prefix", "");
    List<Upload> all = store.uploads().list(request.bucket(), prefix);
    if (all.size() > MOST_ON_A_PAGE) {
      throw new StoreException(
          ErrorCode.NOT_IMPLEMENTED,
          "Bucket %s has %d uploads under way; this store lists at most %d"
              .formatted(request.bucket(), all.size(), MOST_ON_A_PAGE));
    }
    answer.xml(
        Xml.of(
            "ListMultipartUploadsResult",
            xml -> {
              xml.element("Bucket", request.bucket())
                  .element("KeyMarker", "")
                  .element("UploadIdMarker", "")
                  .element("Prefix", prefix)
                  .element("MaxUploads", MOST_ON_A_PAGE)
                  .element("IsTruncated", false);
              xml.each(
                  all,
                  (each, upload) ->
                      each.within(
                          "Upload",
                          one -> {
                            one.element("Key", upload.key())
                                .element("UploadId", upload.id())
                                .element("Initiated", upload.initiated())
                                .element("StorageClass", "STANDARD");
                            Owner.write(one, "Initiator");
                            Owner.write(one, "Owner");
                          }));
            }));
  }

  private Upload upload(S3Request request) {
    return store
        .uploads()
        .require(request.bucket(), request.key(), request.parameter("uploadId", ""));
  }
}
