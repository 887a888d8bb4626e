package io.sagelocal.tags;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.aws.Arn;
import io.sagelocal.aws.ServiceError;
import io.sagelocal.state.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The tags of each resource, in the order they were first given. */
public final class Tags {
  private static final String KIND = "tags";
  private static final int MAX_PER_RESOURCE = 50;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StateStore store;

  public Tags(StateStore store) {
    this.store = store;
  }

  public Map<String, String> of(Arn arn) {
    return store.find(KIND, arn.toString()).map(Tags::decode).orElse(Map.of());
  }

  /**
   * Adds tags; a key that is there gets the new value.
   *
   * @return all tags of the resource then
   * @throws ServiceError a ValidationException when there would be more than 50
   */
  public Map<String, String> add(Arn arn, Map<String, String> tags) {
    return change(
        arn,
        now -> {
          now.putAll(tags);
          if (now.size() > MAX_PER_RESOURCE) {
            throw ServiceError.validation(
                "%s would have %d tags; a resource may have %d", arn, now.size(), MAX_PER_RESOURCE);
          }
          return now;
        });
  }

  /** Takes tags away; keys that are not there are fine. */
  public void remove(Arn arn, Collection<String> keys) {
    change(
        arn,
        now -> {
          now.keySet().removeAll(keys);
          return now;
        });
  }

  /** Forgets the tags of a resource that is deleted. */
  public void forget(Arn arn) {
    store.update(KIND, arn.toString(), before -> Optional.empty());
  }

  private Map<String, String> change(Arn arn, UnaryOperator<Map<String, String>> function) {
    return store
        .update(
            KIND,
            arn.toString(),
            before -> {
              Map<String, String> after =
                  function.apply(new LinkedHashMap<>(before.map(Tags::decode).orElse(Map.of())));
              return after.isEmpty() ? Optional.empty() : Optional.of(encode(after));
            })
        .map(Tags::decode)
        .orElse(Map.of());
  }

  private static byte[] encode(Map<String, String> tags) {
    try {
      return JSON.writeValueAsBytes(Map.of("version", 1, "tags", tags));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, String> decode(byte[] bytes) {
    try {
      return JSON.convertValue(
          JSON.readTree(bytes).path("tags"), new TypeReference<LinkedHashMap<String, String>>() {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
