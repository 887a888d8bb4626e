package io.sagelocal.transform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sagelocal.objects.ObjectInfo;
import io.sagelocal.objects.ObjectStore;
import io.sagelocal.objects.S3Uri;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A job's inputs, written down once, so that a job which a restart takes up again goes on with the
 * same ones. One is read at a time, however many there are.
 */
final class InputList implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final BufferedReader lines;
  private int next;

  private InputList(BufferedReader lines) {
    this.lines = lines;
  }

  /**
   * Lists the objects of an input into a file, which is there whole or not at all.
   *
   * @throws TransformFailure when there is none
   */
  static void write(ObjectStore objects, TransformInput input, Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    int[] count = {0};
    try (BufferedWriter writer = Files.newBufferedWriter(part)) {
      new InputSource(objects, input)
          .forEach((object, name) -> {
            write(writer, object, name);
            count[0]++;
          });
    }
    if (count[0] == 0) {
      throw TransformFailure.client(
          "the input %s has no objects: %s"
              .formatted(
                  input.source(),
                  input.manifest() ? "the manifest names none" : "no key starts so"));
    }
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  static InputList open(Path file) throws IOException {
    return new InputList(Files.newBufferedReader(file));
  }

  /** How many inputs a list has, up to a limit. */
  static int count(Path file, int limit) throws IOException {
    try (InputList list = open(file)) {
      int found = 0;
      while (found < limit && list.next().isPresent()) {
        found++;
      }
      return found;
    }
  }

  /** The next input; empty after the last. */
  Optional<InputFile> next() throws IOException {
    @Nullable String line = lines.readLine();
    if (line == null) {
      return Optional.empty();
    }
    JsonNode json = JSON.readTree(line);
    return Optional.of(
        new InputFile(
            next++,
            S3Uri.parse(json.path("uri").asText()),
            json.path("name").asText(),
            json.path("size").asLong()));
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  private static void write(BufferedWriter writer, ObjectInfo object, String name)
      throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("uri", object.uri().toString());
    line.put("name", name);
    line.put("size", object.size());
    writer.write(JSON.writeValueAsString(line));
    writer.write('\n');
  }
}
