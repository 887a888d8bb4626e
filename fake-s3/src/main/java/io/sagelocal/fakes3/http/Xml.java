package io.sagelocal.fakes3.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** An XML document in the making, in S3's namespace. */
final class Xml {
  private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final StringBuilder text =
      new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

  /** A document whose root has children. */
  static Xml of(String root, Consumer<Xml> children) {
    Xml xml = new Xml();
    xml.text.append('<').append(root).append(" xmlns=\"").append(NAMESPACE).append("\">");
    children.accept(xml);
    xml.text.append("</").append(root).append('>');
    return xml;
  }

  /** A document that is one text. */
  static Xml text(String root, String value) {
    Xml xml = new Xml();
    xml.text.append('<').append(root).append(" xmlns=\"").append(NAMESPACE).append("\">");
    xml.escape(value);
    xml.text.append("</").append(root).append('>');
    return xml;
  }

  /** A document as errors have it: without a namespace. */
  static Xml plain(String root, Consumer<Xml> children) {
    return new Xml().within(root, children);
  }

  Xml within(String name, Consumer<Xml> children) {
    text.append('<').append(name).append('>');
    children.accept(this);
    text.append("</").append(name).append('>');
    return this;
  }

  Xml element(String name, Object value) {
    text.append('<').append(name).append('>');
    escape(value instanceof Instant instant ? TIME.format(instant) : String.valueOf(value));
    text.append("</").append(name).append('>');
    return this;
  }

  /** A grantee, whose kind is an attribute. */
  Xml grantee(String id, String name) {
    text.append(
        "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\">");
    element("ID", id).element("DisplayName", name);
    text.append("</Grantee>");
    return this;
  }

  <T> Xml each(Collection<T> all, BiConsumer<Xml, T> one) {
    all.forEach(each -> one.accept(this, each));
    return this;
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char one = value.charAt(i);
      switch (one) {
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '&' -> text.append("&amp;");
        case '"' -> text.append("&quot;");
        default -> {
          if (one < ' ') {
            text.append("&#x").append(Integer.toHexString(one)).append(';');
          } else {
            text.append(one);
          }
        }
      }
    }
  }
}
