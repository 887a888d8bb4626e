package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.Listing;
import io.sagelocal.fakes3.store.Store;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.fakes3.store.StoredObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The three ways of listing a bucket. */
final class ListOperations {
  private static final int MOST_ON_A_PAGE = 1000;

  private final Store store;

  ListOperations(Store store) {
    this.store = store;
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html. */
  void list(S3Request request, S3Answer answer) throws IOException {
    String type = request.parameter("list-type", "1");
    switch (type) {
      case "1" -> first(request, answer);
      case "2" -> second(request, answer);
      default ->
          throw new StoreException(
              ErrorCode.INVALID_ARGUMENT, "list-type must be 2 or absent but was: " + type);
    }
  }

  private void first(S3Request request, S3Answer answer) throws IOException {
    String marker = request.parameter("marker", "");
    Listing listing = listing(request, marker);
    Listing.Page page = store.list(request.bucket(), listing);
    UnaryOperator<String> encoded = encoding(request);
    answer.xml(
        Xml.of(
            "ListBucketResult",
            xml -> {
              head(xml, request, listing, encoded);
              xml.element("Marker", encoded.apply(marker))
                  .element("IsTruncated", page.next().isPresent());
              if (!listing.delimiter().isEmpty()) {
                page.next().ifPresent(next -> xml.element("NextMarker", encoded.apply(next)));
              }
              contents(xml, page, encoded, true);
            }));
  }

  private void second(S3Request request, S3Answer answer) throws IOException {
    Optional<String> token =
        request.parameter("continuation-token").filter(text -> !text.isEmpty());
    String startAfter = request.parameter("start-after", "");
    Listing listing = listing(request, token.map(ListOperations::fromToken).orElse(startAfter));
    Listing.Page page = store.list(request.bucket(), listing);
    UnaryOperator<String> encoded = encoding(request);
    boolean owners = request.parameter("fetch-owner", "false").equals("true");
    answer.xml(
        Xml.of(
            "ListBucketResult",
            xml -> {
              head(xml, request, listing, encoded);
              xml.element("KeyCount", page.objects().size() + page.commonPrefixes().size())
                  .element("IsTruncated", page.next().isPresent());
              token.ifPresent(text -> xml.element("ContinuationToken", text));
              page.next().ifPresent(next -> xml.element("NextContinuationToken", toToken(next)));
              if (!startAfter.isEmpty()) {
                xml.element("StartAfter", encoded.apply(startAfter));
              }
              contents(xml, page, encoded, owners);
            }));
  }

  /** See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html. */
  void versions(S3Request request, S3Answer answer) throws IOException {
    String keyMarker = request.parameter("key-marker", "");
    String versionMarker = request.parameter("version-id-marker", "");
    Listing listing = listing(request, keyMarker);
    Listing.Versions page = store.listVersions(request.bucket(), listing, versionMarker);
    UnaryOperator<String> encoded = encoding(request);
    answer.xml(
        Xml.of(
            "ListVersionsResult",
            xml -> {
              head(xml, request, listing, encoded);
              xml.element("KeyMarker", encoded.apply(keyMarker))
                  .element("VersionIdMarker", versionMarker)
                  .element("IsTruncated", page.nextKey().isPresent());
              page.nextKey().ifPresent(key -> xml.element("NextKeyMarker", encoded.apply(key)));
              page.nextVersion()
                  .filter(version -> !version.isEmpty())
                  .ifPresent(version -> xml.element("NextVersionIdMarker", version));
              xml.each(page.versions(), (each, version) -> version(each, version, encoded));
              prefixes(xml, page.commonPrefixes(), encoded);
            }));
  }

  private static Listing listing(S3Request request, String after) {
    return new Listing(
        request.parameter("prefix", ""),
        request.parameter("delimiter", ""),
        after,
        Math.min(request.number("max-keys", MOST_ON_A_PAGE), MOST_ON_A_PAGE));
  }

  private static void head(
      Xml xml, S3Request request, Listing listing, UnaryOperator<String> encoded) {
    xml.element("Name", request.bucket())
        .element("Prefix", encoded.apply(listing.prefix()))
        .element("MaxKeys", listing.limit());
    if (!listing.delimiter().isEmpty()) {
      xml.element("Delimiter", encoded.apply(listing.delimiter()));
    }
    request.parameter("encoding-type").ifPresent(type -> xml.element("EncodingType", type));
  }

  private static void contents(
      Xml xml, Listing.Page page, UnaryOperator<String> encoded, boolean owners) {
    xml.each(
        page.objects(),
        (each, object) ->
            each.within(
                "Contents",
                one -> {
                  one.element("Key", encoded.apply(object.key()));
                  describe(one, object);
                  if (owners) {
                    Owner.write(one, "Owner");
                  }
                }));
    prefixes(xml, page.commonPrefixes(), encoded);
  }

  private static void describe(Xml xml, StoredObject object) {
    xml.element("LastModified", object.modified())
        .element("ETag", ObjectHeaders.quoted(object.etag()));
    object
        .attributes()
        .checksum()
        .ifPresent(sum ->
            xml.element("ChecksumAlgorithm", sum.algorithm().name())
                .element("ChecksumType", ObjectHeaders.type(sum)));
    xml.element("Size", object.size())
        .element("StorageClass", ObjectOperations.storageClass(object));
  }

  private static void version(Xml xml, Listing.Version version, UnaryOperator<String> encoded) {
    StoredObject object = version.object();
    xml.within(
        object.marker() ? "DeleteMarker" : "Version",
        one -> {
          one.element("Key", encoded.apply(object.key()))
              .element("VersionId", object.version())
              .element("IsLatest", version.latest());
          if (object.marker()) {
            one.element("LastModified", object.modified());
          } else {
            describe(one, object);
          }
          Owner.write(one, "Owner");
        });
  }

  private static void prefixes(Xml xml, Iterable<String> prefixes, UnaryOperator<String> encoded) {
    prefixes.forEach(prefix ->
        xml.within("CommonPrefixes", one -> one.element("Prefix", encoded.apply(prefix))));
  }

  private static UnaryOperator<String> encoding(S3Request request) {
    String type = request.parameter("encoding-type", "");
    return switch (type) {
      case "" -> UnaryOperator.identity();
      case "url" ->
          text ->
              URLEncoder.encode(text, StandardCharsets.UTF_8)
                  .replace("%2F", "/")
                  .replace("*", "%2A")
                  .replace("%7E", "~");
      default ->
          throw new StoreException(
              ErrorCode.INVALID_ARGUMENT, "encoding-type must be url but was: " + type);
    };
  }

  /** The position itself: the server remembers nothing. */
  private static String toToken(String position) {
    return Base64.getUrlEncoder().encodeToString(position.getBytes(StandardCharsets.UTF_8));
  }

  private static String fromToken(String token) {
    try {
      return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT, "The continuation token provided is incorrect: " + token);
    }
  }
}
