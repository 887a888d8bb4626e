package io.sagelocal.objects;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads manifests: {@code [{"prefix": "s3://bucket/dir/"}, "a.csv", "sub/b.csv"]}. One name is held
 * at a time.
 */
public final class Manifest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WANTED =
      "it must be a list that begins with {\"prefix\": \"s3://…\"}";

  private Manifest() {}

  /** Takes one entry: its name as the manifest has it, and the object that it stands for. */
  @FunctionalInterface
  public interface Each {
    void take(String name, S3Uri object) throws IOException;
  }

  /** What was read is no manifest; the message says what it must be. */
  public static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /**
   * Hands over every entry, in order.
   *
   * @throws MalformedException when the stream holds no manifest
   */
  public static void read(InputStream stream, Each each) throws IOException {
    try (JsonParser json = JSON.createParser(stream)) {
      String prefix = prefix(json);
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
          throw new MalformedException("after {\"prefix\": …} it must hold texts only");
        }
        String name = json.getText();
        each.take(name, S3Uri.parse(prefix + name));
      }
    } catch (JsonProcessingException e) {
      throw new MalformedException(e.getOriginalMessage());
    }
  }

  private static String prefix(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_ARRAY || json.nextToken() != JsonToken.START_OBJECT) {
      throw new MalformedException(WANTED);
    }
    JsonNode first = JSON.readTree(json);
    String prefix = first.path("prefix").asText();
    if (!prefix.startsWith("s3://")) {
      throw new MalformedException(WANTED + " but begins with " + first);
    }
    return prefix;
  }
}
