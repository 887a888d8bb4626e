package io.sagelocal.api.invoke;

import io.sagelocal.aws.ServiceError;
import io.sagelocal.hosting.InvocationTarget;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** The headers of the runtime, of which a container sees some and a client others. */
final class InvocationHeaders {
  static final String CUSTOM_ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes";
  static final String INVOKED_VARIANT = "x-amzn-Invoked-Production-Variant";
  static final String STREAMED_TYPE = "X-Amzn-SageMaker-Content-Type";
  private static final String STREAMED_ACCEPT = "X-Amzn-SageMaker-Accept";
  private static final String TARGET_VARIANT = "X-Amzn-SageMaker-Target-Variant";
  private static final String TARGET_CONTAINER = "X-Amzn-SageMaker-Target-Container-Hostname";
  private static final String TARGET_MODEL = "X-Amzn-SageMaker-Target-Model";

  /** What this emulator has no answer to. */
  private static final List<String> UNSUPPORTED =
      List.of(
          "X-Amzn-SageMaker-Enable-Explanations",
          "X-Amzn-SageMaker-Inference-Component",
          "X-Amzn-SageMaker-Prefix-Aware-Id");

  private static final List<String> TO_CONTAINERS =
      List.of(
          CUSTOM_ATTRIBUTES,
          "X-Amzn-SageMaker-Inference-Id",
          "X-Amzn-SageMaker-Session-Id",
          TARGET_MODEL);

  private static final List<String> TO_CLIENTS =
      List.of(
          CUSTOM_ATTRIBUTES,
          "X-Amzn-SageMaker-New-Session-Id",
          "X-Amzn-SageMaker-Closed-Session-Id");

  private InvocationHeaders() {}

  /**
   * What a request asks for within its endpoint.
   *
   * @throws ServiceError a ValidationError for a header that has no answer here
   */
  static InvocationTarget target(HttpFields headers) {
    for (String unsupported : UNSUPPORTED) {
      if (headers.contains(unsupported)) {
        throw new ServiceError(
            "ValidationError", unsupported + " is not supported by this emulator");
      }
    }
    return new InvocationTarget(
        Optional.ofNullable(headers.get(TARGET_VARIANT)),
        Optional.ofNullable(headers.get(TARGET_CONTAINER)),
        Optional.ofNullable(headers.get(TARGET_MODEL)),
        false);
  }

  /** What a container is told of a request. */
  static void toContainer(HttpFields client, HttpFields.Mutable container) {
    copy(client, container, TO_CONTAINERS);
  }

  /** The answer's media type that the client asks for. */
  static Optional<String> accept(HttpFields client, boolean streamed) {
    return Optional.ofNullable(
        streamed ? client.get(STREAMED_ACCEPT) : client.get(HttpHeader.ACCEPT));
  }

  /** What a client is told of a container's answer. */
  static void toClient(HttpFields container, HttpFields.Mutable client) {
    copy(container, client, TO_CLIENTS);
  }

  private static void copy(HttpFields from, HttpFields.Mutable to, List<String> names) {
    for (String name : names) {
      HttpField field = from.getField(name);
      if (field != null) {
        to.put(field);
      }
    }
  }
}
