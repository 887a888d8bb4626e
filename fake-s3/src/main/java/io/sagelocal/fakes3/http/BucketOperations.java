package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.Bucket;
import io.sagelocal.fakes3.store.Bucket.Versioning;
import io.sagelocal.fakes3.store.Buckets;
import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.Precondition;
import io.sagelocal.fakes3.store.Store;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.fakes3.store.StoredObject;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Buckets and what is set on them. */
final class BucketOperations {
  private static final int MOST_TAGS = 50;
  private static final int MOST_DELETES = 1000;

  private final Store store;

  BucketOperations(Store store) {
    this.store = store;
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html. */
  void all(S3Request request, S3Answer answer) throws IOException {
    String prefix = request.parameter("prefix", "");
    List<Bucket> buckets =
        store.buckets().list().stream().filter(bucket -> bucket.name().startsWith(prefix)).toList();
    answer.xml(
        Xml.of(
            "ListAllMyBucketsResult",
            xml -> {
              Owner.write(xml, "Owner");
              xml.within(
                  "Buckets",
                  list ->
                      list.each(
                          buckets,
                          (each, bucket) ->
                              each.within(
                                  "Bucket",
                                  one ->
                                      one.element("Name", bucket.name())
                                          .element("CreationDate", bucket.created())
                                          .element("BucketRegion", bucket.region()))));
            }));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html. */
  void create(S3Request request, S3Answer answer) throws IOException {
    if (request
        .header("x-amz-bucket-object-lock-enabled")
        .filter("true"::equalsIgnoreCase)
        .isPresent()) {
      throw new StoreException(
          ErrorCode.NOT_IMPLEMENTED,
          "Header x-amz-bucket-object-lock-enabled is not supported by this store; use MinIO or S3 itself");
    }
    byte[] body = request.xmlBody();
    String region =
        body.length == 0
            ? Buckets.DEFAULT_REGION
            : XmlBody.parse(body, "CreateBucketConfiguration")
                .find("LocationConstraint")
                .filter(text -> !text.isBlank())
                .orElse(Buckets.DEFAULT_REGION);
    store.buckets().create(request.bucket(), region);
    answer.header("Location", "/" + request.bucket()).empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html. */
  void head(S3Request request, S3Answer answer) throws IOException {
    answer
        .header("x-amz-bucket-region", store.buckets().require(request.bucket()).region())
        .empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html. */
  void delete(S3Request request, S3Answer answer) throws IOException {
    store.deleteBucket(request.bucket());
    answer.status(204).empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html. */
  void location(S3Request request, S3Answer answer) throws IOException {
    String region = store.buckets().require(request.bucket()).region();
    answer.xml(Xml.text("LocationConstraint", region.equals(Buckets.DEFAULT_REGION) ? "" : region));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html. */
  void getVersioning(S3Request request, S3Answer answer) throws IOException {
    Versioning versioning = store.buckets().require(request.bucket()).versioning();
    answer.xml(
        Xml.of(
            "VersioningConfiguration",
            xml -> {
              switch (versioning) {
                case NEVER -> {}
                case ENABLED -> xml.element("Status", "Enabled");
                case SUSPENDED -> xml.element("Status", "Suspended");
              }
            }));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html. */
  void putVersioning(S3Request request, S3Answer answer) throws IOException {
    String status =
        XmlBody.parse(request.xmlBody(), "VersioningConfiguration").find("Status").orElse("");
    store
        .buckets()
        .setVersioning(
            request.bucket(),
            switch (status) {
              case "Enabled" -> Versioning.ENABLED;
              case "Suspended" -> Versioning.SUSPENDED;
              default ->
                  throw new StoreException(
                      ErrorCode.MALFORMED_XML,
                      "Status must be Enabled or Suspended but was: " + status);
            });
    answer.empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html. */
  void getTags(S3Request request, S3Answer answer) throws IOException {
    Map<String, String> tags = store.buckets().require(request.bucket()).tags();
    if (tags.isEmpty()) {
      throw new StoreException(ErrorCode.NO_SUCH_TAG_SET, "The TagSet does not exist");
    }
    answer.xml(Tagging.xml(tags));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html. */
  void putTags(S3Request request, S3Answer answer) throws IOException {
    store.buckets().setTags(request.bucket(), Tagging.parse(request.xmlBody(), MOST_TAGS));
    answer.status(204).empty();
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html. */
  void deleteTags(S3Request request, S3Answer answer) throws IOException {
    store.buckets().setTags(request.bucket(), Map.of());
    answer.status(204).empty();
  }

  /** What S3 answers about a setting that was never made. */
  Operation unset(ErrorCode code, String message) {
    return (request, answer) -> {
      store.buckets().require(request.bucket());
      throw new StoreException(code, message);
    };
  }

  /** What S3 answers about a setting whose default has no content, or just this one. */
  Operation fixed(Xml xml) {
    return (request, answer) -> {
      store.buckets().require(request.bucket());
      answer.xml(xml);
    };
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html. */
  void deleteObjects(S3Request request, S3Answer answer) throws IOException {
    store.buckets().require(request.bucket());
    XmlBody body = XmlBody.parse(request.xmlBody(), "Delete");
    boolean quiet = body.find("Quiet").filter("true"::equals).isPresent();
    List<XmlBody> objects = body.children("Object");
    if (objects.isEmpty() || objects.size() > MOST_DELETES) {
      throw new StoreException(
          ErrorCode.MALFORMED_XML,
          "Delete must name 1 to %d objects but names %d".formatted(MOST_DELETES, objects.size()));
    }
    for (XmlBody object : objects) {
      object.text("Key"); // before anything is deleted
    }
    answer.xml(
        Xml.of(
            "DeleteResult",
            xml -> xml.each(objects, (each, object) -> delete(request, each, object, quiet))));
  }

  private void delete(S3Request request, Xml xml, XmlBody object, boolean quiet) {
    String key = object.text("Key");
    Optional<String> version = object.find("VersionId").filter(text -> !text.isEmpty());
    try {
      Optional<StoredObject> deleted =
          store.delete(request.bucket(), key, version, Precondition.NONE);
      if (!quiet) {
        xml.within(
            "Deleted",
            one -> {
              one.element("Key", key);
              version.ifPresent(text -> one.element("VersionId", text));
              deleted
                  .filter(StoredObject::marker)
                  .ifPresent(marker ->
                      one.element("DeleteMarker", true)
                          .element("DeleteMarkerVersionId", marker.version()));
            });
      }
    } catch (StoreException e) {
      xml.within(
          "Error",
          one ->
              one.element("Key", key)
                  .element("Code", e.code().wire())
                  .element("Message", String.valueOf(e.getMessage())));
    }
  }
}
