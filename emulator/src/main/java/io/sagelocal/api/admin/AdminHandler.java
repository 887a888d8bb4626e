package io.sagelocal.api.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.sagelocal.aws.AccountId;
import io.sagelocal.faults.Faults;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST}, {@code GET} and {@code DELETE /_sagelocal/faults}, {@code POST /_sagelocal/reset}.
 *
 * <p>What changes something wants {@code Content-Type: application/json}, which a web page of
 * another origin cannot send here.
 */
public final class AdminHandler {
  private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FAULTS = "/_sagelocal/faults";
  private static final int NO_CONTENT = 204;
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int UNSUPPORTED_TYPE = 415;
  private static final int INTERNAL_ERROR = 500;

  /** Forgets everything that the accounts have. */
  @FunctionalInterface
  public interface Reset {
    void of(Predicate<AccountId> accounts) throws InterruptedException;
  }

  private final Faults faults;
  private final Reset reset;

  public AdminHandler(Faults faults, Reset reset) {
    this.faults = faults;
    this.reset = reset;
  }

  /** Answers its paths. */
  public void addTo(JavalinConfig config) {
    config.routes.post("/_sagelocal/reset", http -> answer(http, this::reset));
    config.routes.post(FAULTS, http -> answer(http, this::addFault));
    config.routes.get(FAULTS, http -> http.json(listed()));
    config.routes.delete(FAULTS + "/{id}", this::removeFault);
  }

  private interface Action {
    void on(Map<String, Object> body) throws InterruptedException;
  }

  private void answer(Context http, Action action) throws InterruptedException {
    try {
      if (!Optional.ofNullable(http.contentType()).orElse("").startsWith("application/json")) {
        fail(http, UNSUPPORTED_TYPE, "Content-Type must be application/json");
        return;
      }
      http.status(NO_CONTENT);
      action.on(body(http));
    } catch (IllegalArgumentException e) {
      fail(http, BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      log.error("{} failed", http.path(), e);
      fail(http, INTERNAL_ERROR, "the emulator's log tells why: " + e.getMessage());
    }
  }

  private void reset(Map<String, Object> body) throws InterruptedException {
    Fields fields = new Fields(body);
    Optional<AccountId> account = fields.account();
    fields.refuseOthers();
    reset.of(account.<Predicate<AccountId>>map(one -> one::equals).orElse(any -> true));
  }

  private void addFault(Map<String, Object> body) {
    Fields fields = new Fields(body);
    int times = fields.number("times", 1, 1, Integer.MAX_VALUE);
    faults.add(FaultForm.read(fields), times);
  }

  private List<Map<String, Object>> listed() {
    return faults.list().stream().map(FaultForm::write).toList();
  }

  private void removeFault(Context http) {
    String id = http.pathParam("id");
    if (id.matches("[0-9]{1,18}") && faults.remove(Long.parseLong(id))) {
      http.status(NO_CONTENT);
    } else {
      fail(http, NOT_FOUND, "no fault \"%s\" waits; it may have happened".formatted(id));
    }
  }

  private static Map<String, Object> body(Context http) {
    byte[] bytes = http.bodyAsBytes();
    if (bytes.length == 0) {
      return Map.of();
    }
    try {
      Map<String, Object> body =
          JSON.readValue(http.body(), new TypeReference<Map<String, Object>>() {});
      return body == null ? Map.of() : body;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the body is not a JSON object: " + e.getOriginalMessage(), e);
    }
  }

  private static void fail(Context http, int status, String message) {
    http.status(status).json(Map.of("message", message));
  }
}
