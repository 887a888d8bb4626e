package io.sagelocal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import io.sagelocal.engine.FakeHost;
import io.sagelocal.engine.Program;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A multi-model server with room for some models, which answers with a model's weights and the
 * request. As the real one, it knows a model that it could not load until that is deleted, lists
 * its models in pages, and reads a model's files when it likes.
 */
final class FakeMultiModel implements Program {
  /** A model that was in its image. */
  static final String RESIDENT = "resident";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The containers that run it. */
  final List<FakeHost> hosts = new CopyOnWriteArrayList<>();

  /**
   * What each was asked about a model while that was being unloaded, or about {@link #RESIDENT}.
   */
  final Queue<String> wrong = new ConcurrentLinkedQueue<>();

  /** The weights of models whose unloading has begun, each before it has to wait. */
  final BlockingQueue<String> leaving = new LinkedBlockingQueue<>();

  /** A model that leaves waits for the first before it is gone, for the second afterwards. */
  volatile CountDownLatch mayLeave = new CountDownLatch(0);

  volatile CountDownLatch mayAnswerThatItLeft = new CountDownLatch(0);

  /** A request {@code wait} is here; it is answered once it may be. */
  final CountDownLatch asked = new CountDownLatch(1);

  final CountDownLatch mayAnswer = new CountDownLatch(1);

  /** How it answers when it is to unload one. */
  volatile int unloads = 200;

  /** How it answers when it is to list them. */
  volatile int lists = 200;

  /** The weights of a model whose loading ends the container. */
  volatile String deadly = "";

  private final int room;

  FakeMultiModel(int room) {
    this.room = room;
  }

  @Override
  public int run(FakeHost host) throws IOException, InterruptedException {
    if (!"true".equals(host.environment().get("SAGEMAKER_MULTI_MODEL"))) {
      throw new IllegalStateException("it is not told to serve several models");
    }
    host.serve("/ping", exchange -> ServerHostingTest.answer(exchange, 200, "text/plain", ""));
    Models models = new Models(host);
    host.serve("/models", exchange -> Thread.ofVirtual().start(() -> models.handle(exchange)));
    hosts.add(host);
    new CountDownLatch(1).await();
    return 0;
  }

  /** The models of one container, by name. */
  private final class Models {
    private final FakeHost host;
    private final Map<String, Path> loaded = new TreeMap<>();
    private final Set<String> failed = ConcurrentHashMap.newKeySet();
    private final Set<String> onTheirWay = ConcurrentHashMap.newKeySet();

    Models(FakeHost host) {
      this.host = host;
    }

    void handle(HttpExchange exchange) {
      try {
        String method = exchange.getRequestMethod();
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        JsonNode model = path.length == 2 && method.equals("POST") ? JSON.readTree(body) : null;
        String name =
            model == null ? path[path.length > 2 ? 2 : 1] : model.at("/model_name").asText();
        if (onTheirWay.contains(name) || name.equals(RESIDENT)) {
          wrong.add(method + " " + exchange.getRequestURI());
        }
        if (model != null) {
          load(exchange, name, host.path(model.path("url").asText()));
        } else if (path.length == 2) {
          list(exchange);
        } else if (method.equals("DELETE")) {
          unload(exchange, name);
        } else if (method.equals("GET")) {
          answer(exchange, knows(name) ? 200 : 404, "");
        } else {
          invoke(exchange, name, body);
        }
      } catch (IOException | InterruptedException e) {
        exchange.close();
      }
    }

    private void load(HttpExchange exchange, String name, Path files) throws IOException {
      String weights = Files.readString(files.resolve("weights"));
      if (weights.equals(deadly)) {
        host.fallSilent();
        return;
      }
      int status;
      synchronized (loaded) {
        boolean bad = weights.equals("bad");
        status = knows(name) ? 409 : bad ? 500 : loaded.size() >= room ? 507 : 200;
        if (status == 200) {
          loaded.put(name, files);
          host.print("load " + weights);
        } else if (status != 409) {
          failed.add(name);
        }
      }
      answer(exchange, status, status == 500 ? "bad model" : status == 507 ? "no room" : "");
    }

    private void list(HttpExchange exchange) throws IOException {
      String query = exchange.getRequestURI().getQuery();
      int first = query == null ? 0 : Integer.parseInt(query.replace("next_page_token=", ""));
      List<String> names = new ArrayList<>();
      synchronized (loaded) {
        names.addAll(loaded.keySet());
      }
      names.add(RESIDENT);
      List<Map<String, String>> models =
          names.stream()
              .skip(first)
              .limit(1)
              .map(name -> Map.of("modelName", name, "modelUrl", "/opt/ml/models/" + name))
              .toList();
      Map<String, Object> page =
          first + 1 < names.size()
              ? Map.of("models", models, "nextPageToken", "" + (first + 1))
              : Map.of("models", models);
      answer(exchange, lists, lists == 200 ? JSON.writeValueAsString(page) : "no such path");
    }

    private void unload(HttpExchange exchange, String name)
        throws IOException, InterruptedException {
      Path files;
      synchronized (loaded) {
        files = loaded.get(name);
      }
      if (files == null) {
        answer(exchange, failed.remove(name) ? 200 : 404, "");
        return;
      }
      if (unloads != 200) {
        answer(exchange, unloads, "I keep it");
        return;
      }
      String weights = Files.readString(files.resolve("weights"));
      onTheirWay.add(name);
      leaving.add(weights);
      mayLeave.await();
      synchronized (loaded) {
        loaded.remove(name);
        host.print("unload " + weights);
      }
      mayAnswerThatItLeft.await();
      onTheirWay.remove(name);
      answer(exchange, 200, "");
    }

    private void invoke(HttpExchange exchange, String name, String body)
        throws IOException, InterruptedException {
      if (body.equals("wait")) {
        asked.countDown();
        mayAnswer.await();
      }
      Path files;
      synchronized (loaded) {
        files = loaded.get(name);
      }
      if (files != null && Files.exists(files.resolve("weights"))) {
        answer(exchange, 200, Files.readString(files.resolve("weights")) + " " + body);
      } else if (files != null) {
        answer(exchange, 500, "the files of the model are gone");
      } else {
        answer(exchange, failed.contains(name) ? 503 : 404, "no worker");
      }
    }

    private boolean knows(String name) {
      synchronized (loaded) {
        return loaded.containsKey(name) || failed.contains(name);
      }
    }
  }

  private static void answer(HttpExchange exchange, int status, String text) throws IOException {
    ServerHostingTest.answer(exchange, status, "text/plain", text);
  }
}
