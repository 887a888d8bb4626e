package io.sagelocal.api.query;

import java.util.List;
import java.util.Map;

/** Writes an answer in the query protocol's XML. */
final class XmlAnswer {
  private final StringBuilder xml = new StringBuilder();

  private XmlAnswer() {}

  static String of(String action, Map<String, Object> answer, String namespace, String requestId) {
    XmlAnswer out = new XmlAnswer();
    out.xml.append("<%sResponse xmlns=\"%s\">".formatted(action, namespace));
    out.element(action + "Result", answer);
    out.element("ResponseMetadata", Map.of("RequestId", requestId));
    out.xml.append("</%sResponse>".formatted(action));
    return out.xml.toString();
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private void element(String name, Object value) {
    xml.append('<').append(name).append('>');
    switch (value) {
      case Map<?, ?> members -> members.forEach((key, each) -> element(String.valueOf(key), each));
      case List<?> list -> list.forEach(each -> element("member", each));
      default -> xml.append(escaped(value.toString()));
    }
    xml.append("</").append(name).append('>');
  }
}
