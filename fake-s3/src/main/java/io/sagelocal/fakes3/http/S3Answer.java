package io.sagelocal.fakes3.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;

/** An answer under way: a status, headers, then a body or none. */
record S3Answer(Response http) {
  /** As HTTP has it: the day of the month is of two digits, which java.time's RFC 1123 is not. */
  static String httpDate(Instant instant) {
    return DateGenerator.formatDate(instant);
  }

  S3Answer status(int status) {
    http.setStatus(status);
    return this;
  }

  S3Answer header(String name, String value) {
    http.getHeaders().put(name, value);
    return this;
  }

  void empty() throws IOException {
    if (http.getStatus() == 0) {
      http.setStatus(200);
    }
    if (http.getStatus() != 204 && http.getStatus() != 304) {
      http.getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
    }
    write(ByteBuffer.allocate(0), true);
  }

  void xml(Xml xml) throws IOException {
    byte[] bytes = xml.bytes();
    http.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/xml");
    http.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
    write(ByteBuffer.wrap(bytes), true);
  }

  /** Writes a piece of the body and waits until it is gone. */
  void write(ByteBuffer bytes, boolean last) throws IOException {
    Content.Sink.write(http, last, bytes);
  }
}
