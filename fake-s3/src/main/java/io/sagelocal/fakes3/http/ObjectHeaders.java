package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.Attributes;
import io.sagelocal.fakes3.store.Bucket;
import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.ObjectChecksum;
import io.sagelocal.fakes3.store.StoreException;
import io.sagelocal.fakes3.store.StoredObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;

/** Between the headers of requests and answers, and what is kept of an object. */
final class ObjectHeaders {
  private static final Set<String> KEPT =
      Set.of(
          "cache-control",
          "content-disposition",
          "content-encoding",
          "content-language",
          "content-type",
          "expires",
          "x-amz-storage-class",
          "x-amz-website-redirect-location");
  private static final Set<String> OVERRIDES =
      Set.of(
          "cache-control",
          "content-disposition",
          "content-encoding",
          "content-language",
          "content-type",
          "expires");
  private static final String ENCRYPTION = "x-amz-server-side-encryption";
  private static final Set<String> ENCRYPTED =
      Set.of(ENCRYPTION, ENCRYPTION + "-aws-kms-key-id", ENCRYPTION + "-bucket-key-enabled");
  private static final String METADATA = "x-amz-meta-";
  private static final int MOST_METADATA_BYTES = 2 << 10;
  private static final int MOST_TAGS = 10;

  private ObjectHeaders() {}

  /**
   * What a request wants kept.
   *
   * @throws StoreException NotImplemented for what the store cannot do, so that nobody relies on it
   */
  static Attributes of(S3Request request) {
    for (HttpField field : request.http().getHeaders()) {
      String name = field.getLowerCaseName();
      if (name.startsWith("x-amz-server-side-encryption-customer-")
          || name.startsWith("x-amz-object-lock-")) {
        throw new StoreException(
            ErrorCode.NOT_IMPLEMENTED,
            "Header %s is not supported by this store; use MinIO or S3 itself".formatted(name));
      }
    }
    return new Attributes(
        headers(request), tags(request.header("x-amz-tagging").orElse("")), Optional.empty());
  }

  private static Map<String, String> headers(S3Request request) {
    Map<String, String> kept = new TreeMap<>();
    int metadata = 0;
    for (HttpField field : request.http().getHeaders()) {
      String name = field.getLowerCaseName();
      String value = Optional.ofNullable(field.getValue()).orElse("");
      if (name.startsWith(METADATA)) {
        metadata += name.length() - METADATA.length() + value.length();
        kept.merge(name, value, (a, b) -> a + "," + b);
      } else if (KEPT.contains(name) || ENCRYPTED.contains(name)) {
        String own = name.equals("content-encoding") ? withoutFraming(value) : value;
        if (!own.isEmpty()) {
          kept.put(name, own);
        }
      }
    }
    if (metadata > MOST_METADATA_BYTES) {
      throw new StoreException(
          ErrorCode.INVALID_ARGUMENT,
          "Your metadata headers exceed the maximum allowed metadata size: %d of %d bytes"
              .formatted(metadata, MOST_METADATA_BYTES));
    }
    return kept;
  }

  private static String withoutFraming(String encoding) {
    return Arrays.stream(encoding.split(","))
        .map(String::trim)
        .filter(one -> !one.equals("aws-chunked"))
        .collect(Collectors.joining(","));
  }

  /** Tags as the header has them: a query string. */
  static Map<String, String> tags(String header) {
    Map<String, String> tags = new TreeMap<>();
    for (String one : header.split("&", -1)) {
      if (!one.isEmpty()) {
        int equals = one.indexOf('=');
        String key = equals < 0 ? one : one.substring(0, equals);
        String value = equals < 0 ? "" : one.substring(equals + 1);
        tags.put(
            URLDecoder.decode(key, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    requireTags(tags, MOST_TAGS);
    return tags;
  }

  static void requireTags(Map<String, String> tags, int most) {
    if (tags.size() > most) {
      throw new StoreException(
          ErrorCode.INVALID_TAG, "There are %d tags; %d are allowed".formatted(tags.size(), most));
    }
    tags.forEach((key, value) -> {
      if (key.isEmpty() || key.length() > 128 || value.length() > 256) {
        throw new StoreException(
            ErrorCode.INVALID_TAG,
            "Tag \"%s\" is not valid: a key has 1 to 128 characters, a value up to 256"
                .formatted(key));
      }
    });
  }

  /** Writes what is known of an object, without its length. */
  static void write(S3Request request, S3Answer answer, StoredObject object, Bucket bucket) {
    answer
        .header("ETag", quoted(object.etag()))
        .header("Last-Modified", S3Answer.httpDate(object.modified()))
        .header("Accept-Ranges", "bytes")
        .header("Content-Type", "binary/octet-stream");
    object.attributes().headers().forEach(answer::header);
    if (bucket.versioning() != Bucket.Versioning.NEVER) {
      answer.header("x-amz-version-id", object.version());
    }
    if (!object.attributes().tags().isEmpty()) {
      answer.header("x-amz-tagging-count", String.valueOf(object.attributes().tags().size()));
    }
    request
        .query()
        .forEach((name, value) -> {
          String header = name.toLowerCase(Locale.ROOT).replaceFirst("^response-", "");
          if (name.startsWith("response-") && OVERRIDES.contains(header)) {
            answer.header(header, value);
          }
        });
  }

  /** Writes how an object is said to be encrypted, where its writer asked for that. */
  static void writeEncryption(S3Answer answer, Attributes attributes) {
    attributes
        .headers()
        .forEach((name, value) -> {
          if (ENCRYPTED.contains(name)) {
            answer.header(name, value);
          }
        });
  }

  /** Whether a request says how to encrypt. */
  static boolean saysEncryption(S3Request request) {
    return request.header(ENCRYPTION).isPresent();
  }

  /** The headers of a copy: how it is encrypted does not follow from its source. */
  static Map<String, String> ofCopy(Map<String, String> kept, Map<String, String> asked) {
    Map<String, String> headers = new TreeMap<>(kept);
    headers.keySet().removeAll(ENCRYPTED);
    ENCRYPTED.forEach(
        name -> Optional.ofNullable(asked.get(name)).ifPresent(value -> headers.put(name, value)));
    return headers;
  }

  /** Writes the checksum where the client asks for it. */
  static void writeChecksum(S3Request request, S3Answer answer, StoredObject object) {
    if (request
        .header("x-amz-checksum-mode")
        .filter(mode -> mode.equalsIgnoreCase("ENABLED"))
        .isPresent()) {
      object.attributes().checksum().ifPresent(sum -> writeChecksum(answer, sum));
    }
  }

  static void writeChecksum(S3Answer answer, ObjectChecksum sum) {
    answer.header(sum.algorithm().header(), sum.value()).header("x-amz-checksum-type", type(sum));
  }

  static String type(ObjectChecksum sum) {
    return sum.composite() ? "COMPOSITE" : "FULL_OBJECT";
  }

  static String quoted(String etag) {
    return "\"" + etag + "\"";
  }
}
