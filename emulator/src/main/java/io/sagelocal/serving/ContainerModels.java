package io.sagelocal.serving;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a container with Mode MultiModel is asked about its models. Every call throws a LoadFailure
 * when it is not answered. https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
 */
final class ContainerModels {
  private static final Logger log = LoggerFactory.getLogger(ContainerModels.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int OK = 200;
  private static final int NOT_THERE = 404;
  private static final int MULTIPLE_CHOICES = 300;

  private final String container;
  private final Function<String, URI> addresses;
  private final Duration patience;
  private final HttpClient http = ModelHttp.client().build();

  /**
   * @param container its name
   * @param addresses where it answers a path
   * @param patience how long an answer may take
   */
  ContainerModels(String container, Function<String, URI> addresses, Duration patience) {
    this.container = container;
    this.addresses = addresses;
    this.patience = patience;
  }

  /** Whether it knows a model of that name, loaded or not. */
  boolean knows(String name) throws LoadFailure, InterruptedException {
    return send("GET", "/models/" + name, null).statusCode() == OK;
  }

  /**
   * Has it load a model.
   *
   * @param folder the model's, as the container sees it
   */
  HttpResponse<String> load(String name, String folder) throws LoadFailure, InterruptedException {
    return send("POST", "/models", json(Map.of("model_name", name, "url", folder)));
  }

  /** Has it unload a model; answers whether that is gone, or never was there. */
  boolean unload(String name) throws LoadFailure, InterruptedException {
    int status = send("DELETE", "/models/" + name, null).statusCode();
    return (status >= OK && status < MULTIPLE_CHOICES) || status == NOT_THERE;
  }

  /** The names of all that it lists; those before the first page that is no list, if one is not. */
  Set<String> names() throws LoadFailure, InterruptedException {
    Set<String> names = new LinkedHashSet<>();
    Set<String> pages = new HashSet<>();
    String page = "";
    while (pages.add(page)) { // a server that does not know pages gives the same one for ever
      HttpResponse<String> answer = send("GET", "/models" + page, null);
      JsonNode list = list(answer);
      if (list == null) {
        log.warn(
            "container {} answers GET /models{} with status {} and no list of models",
            container,
            page,
            answer.statusCode());
        return names;
      }
      list.path("models").forEach(model -> names.add(model.path("modelName").asText()));
      String next = list.path("nextPageToken").asText("");
      if (!next.isEmpty()) {
        page = "?next_page_token=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
      }
    }
    return names;
  }

  private static @Nullable JsonNode list(HttpResponse<String> answer) {
    try {
      JsonNode list = JSON.readTree(answer.body());
      return answer.statusCode() == OK && list.path("models").isArray() ? list : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private HttpResponse<String> send(String method, String path, byte @Nullable [] body)
      throws LoadFailure, InterruptedException {
    try {
      return http.send(
          HttpRequest.newBuilder(addresses.apply(path))
              .timeout(patience)
              .header("Content-Type", "application/json")
              .method(
                  method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
              .build(),
          BodyHandlers.ofString());
    } catch (IOException e) {
      throw LoadFailure.unanswered("%s %s".formatted(method, path), e);
    }
  }

  private static byte[] json(Map<String, String> value) {
    try {
      return JSON.writeValueAsBytes(value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
