package io.sagelocal.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.Version;
import io.sagelocal.aws.AccountId;
import io.sagelocal.aws.Region;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks a running emulator, as any client of the API does; but says who asks, and is then told what
 * there is at once.
 */
final class Client {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FIRST_ERROR = 300;
  private static final String USER_AGENT = "sagelocal/" + Version.OF_THIS;

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI endpoint;
  private final AccountId account;
  private final Region region;

  Client(URI endpoint, AccountId account, Region region) {
    this.endpoint = endpoint;
    this.account = account;
    this.region = region;
  }

  /** An error that the emulator answered. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;
    private final String code;

    Refused(String code, String message) {
      super(message);
      this.code = code;
    }

    /** There is no such thing, rather than that the request is wrong. */
    boolean isNotFound() {
      return code.startsWith("ResourceNotFound")
          || String.valueOf(getMessage()).startsWith("Could not find");
    }
  }

  /** Does an operation of SageMaker. */
  JsonNode sagemaker(String operation, Map<String, ?> request)
      throws IOException, InterruptedException {
    return call("SageMaker." + operation, "sagemaker", request);
  }

  /** Does an operation of CloudWatch Logs. */
  JsonNode logs(String operation, Map<String, ?> request) throws IOException, InterruptedException {
    return call("Logs_20140328." + operation, "logs", request);
  }

  /** Every element of a listing, page by page. */
  List<JsonNode> list(String operation, String field) throws IOException, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    Map<String, Object> request = new HashMap<>(Map.of("MaxResults", 100));
    while (true) {
      JsonNode page = sagemaker(operation, request);
      page.path(field).forEach(all::add);
      if (!page.hasNonNull("NextToken")) {
        return all;
      }
      request.put("NextToken", page.path("NextToken").asText());
    }
  }

  /** Invokes an endpoint; the caller closes the answer's body. */
  HttpResponse<InputStream> invoke(
      String name, BodyPublisher body, String contentType, String accept)
      throws IOException, InterruptedException {
    return send(
        request("/endpoints/" + name + "/invocations", "sagemaker")
            .header("Content-Type", contentType)
            .header("Accept", accept)
            .POST(body));
  }

  private JsonNode call(String target, String service, Map<String, ?> request)
      throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        send(
            request("/", service)
                .header("X-Amz-Target", target)
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(request))));
    try (InputStream body = answer.body()) {
      JsonNode json = JSON.readTree(body);
      if (answer.statusCode() >= FIRST_ERROR) {
        throw new Refused(json.path("__type").asText(), json.path("message").asText());
      }
      return json;
    }
  }

  private HttpRequest.Builder request(String path, String service) {
    return HttpRequest.newBuilder(endpoint.resolve(path))
        .header("User-Agent", USER_AGENT)
        .header(
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=%s/20260101/%s/%s/aws4_request"
                .formatted(account, region, service));
  }

  private HttpResponse<InputStream> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    try {
      return http.send(request.build(), BodyHandlers.ofInputStream());
    } catch (ConnectException e) {
      throw new IOException(
          "no sagelocal answers at %s; start it with: sagelocal start".formatted(endpoint), e);
    }
  }
}
