package io.sagelocal.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import io.sagelocal.engine.EngineException;

/** What the daemon said, without the status and the JSON around it. */
final class Reasons {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Reasons() {}

  static String of(DockerException e) {
    String text = String.valueOf(e.getMessage()).strip();
    int json = text.indexOf('{');
    try {
      return json < 0
          ? text
          : JSON.readTree(text.substring(json)).path("message").asText(text).strip();
    } catch (JsonProcessingException notJson) {
      return text;
    }
  }

  static EngineException refused(String what, DockerException e) {
    return new EngineException(what + " failed: " + of(e), e);
  }
}
