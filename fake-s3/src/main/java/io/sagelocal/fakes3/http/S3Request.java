package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/**
 * A request in S3's words.
 *
 * @param bucket empty when it names none
 * @param key empty when it names none
 * @param query the first value of each parameter
 */
record S3Request(
    Request http, String method, String bucket, String key, Map<String, String> query) {
  private static final int MAX_XML_BYTES = 2 << 20;

  static S3Request of(Request http) {
    String path = Addressing.path(http);
    int slash = path.indexOf('/', 1);
    String bucket =
        path.length() <= 1 ? "" : slash < 0 ? path.substring(1) : path.substring(1, slash);
    String key = slash < 0 ? "" : path.substring(slash + 1);
    Map<String, String> query = new TreeMap<>();
    for (Fields.Field field : Request.extractQueryParameters(http, StandardCharsets.UTF_8)) {
      query.put(field.getName(), field.getValue());
    }
    return new S3Request(http, http.getMethod(), decoded(bucket), decoded(key), query);
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(http.getHeaders().get(name));
  }

  Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  String parameter(String name, String fallback) {
    return query.getOrDefault(name, fallback);
  }

  /** A whole number, 0 or more. */
  int number(String name, int fallback) {
    String text = query.getOrDefault(name, "");
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw noNumber(name, text);
    }
    throw noNumber(name, text);
  }

  private static StoreException noNumber(String name, String text) {
    return new StoreException(
        ErrorCode.INVALID_ARGUMENT,
        "%s must be a whole number from 0 to %d but was: %s"
            .formatted(name, Integer.MAX_VALUE, text));
  }

  Optional<String> version() {
    return parameter("versionId");
  }

  /** Length of the content, without any framing; empty when the client does not tell. */
  Optional<Long> contentLength() {
    return header("x-amz-decoded-content-length")
        .or(() -> isFramed() ? Optional.empty() : header("Content-Length"))
        .map(text -> {
          try {
            return Long.parseLong(text);
          } catch (NumberFormatException e) {
            throw new StoreException(
                ErrorCode.INVALID_ARGUMENT, "Content length must be a number but was: " + text);
          }
        });
  }

  boolean isFramed() {
    return header("x-amz-content-sha256").orElse("").startsWith("STREAMING-")
        || header("Content-Encoding").orElse("").contains("aws-chunked");
  }

  InputStream rawBody() {
    return Content.Source.asInputStream(http);
  }

  /** The body of a request whose body is XML. */
  byte[] xmlBody() throws IOException {
    try (InputStream in = isFramed() ? new AwsChunkedStream(rawBody()) : rawBody()) {
      byte[] bytes = in.readNBytes(MAX_XML_BYTES + 1);
      if (bytes.length > MAX_XML_BYTES) {
        throw new StoreException(
            ErrorCode.MALFORMED_XML, "A body may have %d bytes".formatted(MAX_XML_BYTES));
      }
      return bytes;
    }
  }

  /** Percent-decoded; a plus stays a plus, as in every path. */
  static String decoded(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char one = text.charAt(i);
      if (one != '%') {
        bytes.writeBytes(String.valueOf(one).getBytes(StandardCharsets.UTF_8));
        continue;
      }
      try {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, 16));
      } catch (NumberFormatException | IndexOutOfBoundsException e) {
        throw new StoreException(
            ErrorCode.INVALID_ARGUMENT, "The path is not well encoded: " + text);
      }
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new StoreException(ErrorCode.INVALID_ARGUMENT, "The path is not UTF-8: " + text);
    }
  }
}
