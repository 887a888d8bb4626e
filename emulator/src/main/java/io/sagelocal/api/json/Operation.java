package io.sagelocal.api.json;

import java.util.Map;

/** One operation of a service. */
@FunctionalInterface
public interface Operation {

  /**
   * Does it.
   *
   * @return the members of the answer; an Instant becomes epoch seconds
   */
  Map<String, Object> answer(Call call) throws InterruptedException;
}
