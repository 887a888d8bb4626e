package io.sagelocal.fakes3.http;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Tags in XML. */
final class Tagging {
  private Tagging() {}

  static Xml xml(Map<String, String> tags) {
    return Xml.of(
        "Tagging",
        xml ->
            xml.within(
                "TagSet",
                set ->
                    set.each(
                        tags.entrySet(),
                        (each, tag) ->
                            each.within(
                                "Tag",
                                one ->
                                    one.element("Key", tag.getKey())
                                        .element("Value", tag.getValue())))));
  }

  static Map<String, String> parse(byte[] body, int most) throws IOException {
    Map<String, String> tags = new TreeMap<>();
    for (XmlBody set : XmlBody.parse(body, "Tagging").children("TagSet")) {
      for (XmlBody tag : set.children("Tag")) {
        tags.put(tag.text("Key"), tag.text("Value"));
      }
    }
    ObjectHeaders.requireTags(tags, most);
    return tags;
  }
}
