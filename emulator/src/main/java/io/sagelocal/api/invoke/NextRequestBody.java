package io.sagelocal.api.invoke;

import org.eclipse.jetty.client.ContentSourceRequestContent;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;

/**
 * What a container of a pipeline answers, as the next one's request; of the same length, where that
 * is told, as not every server reads a body in chunks.
 */
final class NextRequestBody extends ContentSourceRequestContent {
  private static final String UNKNOWN_TYPE = "application/octet-stream";

  private final long length;

  NextRequestBody(Response answer, Content.Source content) {
    super(content, type(answer.getHeaders()));
    this.length = answer.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH);
  }

  private static String type(HttpFields headers) {
    String type = headers.get(HttpHeader.CONTENT_TYPE);
    return type == null ? UNKNOWN_TYPE : type;
  }

  @Override
  public long getLength() {
    return length;
  }
}
