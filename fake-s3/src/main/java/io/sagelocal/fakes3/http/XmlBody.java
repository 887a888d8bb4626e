package io.sagelocal.fakes3.http;

import io.sagelocal.fakes3.store.ErrorCode;
import io.sagelocal.fakes3.store.StoreException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** An element of a request's XML; namespaces are not looked at, as clients differ in them. */
record XmlBody(Element element) {

  /**
   * Reads a body.
   *
   * @throws StoreException MalformedXML when it is none or its root has another name
   */
  static XmlBody parse(byte[] bytes, String root) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setNamespaceAware(true);
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(null); // it would print
      XmlBody body =
          new XmlBody(builder.parse(new ByteArrayInputStream(bytes)).getDocumentElement());
      if (!body.name().equals(root)) {
        throw new StoreException(
            ErrorCode.MALFORMED_XML,
            "The XML must have the root %s but has %s".formatted(root, body.name()));
      }
      return body;
    } catch (SAXException e) {
      throw new StoreException(
          ErrorCode.MALFORMED_XML,
          "The XML you provided was not well-formed or did not validate against our published schema: "
              + e.getMessage());
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every JDK has these features", e);
    }
  }

  String name() {
    String local = element.getLocalName();
    return local == null ? element.getTagName() : local;
  }

  List<XmlBody> children(String name) {
    List<XmlBody> found = new ArrayList<>();
    for (Node node = element.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element child && new XmlBody(child).name().equals(name)) {
        found.add(new XmlBody(child));
      }
    }
    return found;
  }

  Optional<String> find(String name) {
    return children(name).stream().findFirst().map(child -> child.element().getTextContent());
  }

  String text(String name) {
    return find(name)
        .orElseThrow(() ->
            new StoreException(
                ErrorCode.MALFORMED_XML, "%s has no element %s".formatted(name(), name)));
  }
}
