package io.sagelocal.transform;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The inputs that are still to be transformed, for all of a job's instances. Those that were done
 * before a restart are passed over.
 */
final class InputQueue implements AutoCloseable {
  private final InputList list;
  private final Path doneFile;
  private final BitSet done;
  private @Nullable String firstFailure;
  private int failures;

  private InputQueue(InputList list, Path doneFile, BitSet done) {
    this.list = list;
    this.doneFile = doneFile;
    this.done = done;
  }

  static InputQueue open(TransformFolder folder) throws IOException {
    return new InputQueue(InputList.open(folder.inputs()), folder.done(), readDone(folder.done()));
  }

  /** Takes the next input; empty when all are taken. */
  synchronized Optional<InputFile> next() throws IOException {
    Optional<InputFile> next = list.next();
    while (next.isPresent() && done.get(next.get().index())) {
      next = list.next();
    }
    return next;
  }

  /** Writes down that an input's output is in S3. */
  synchronized void done(InputFile input) throws IOException {
    Files.writeString(
        doneFile, input.index() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    done.set(input.index());
  }

  /** Notes that an input has no output, and why. */
  synchronized void failed(String reason) {
    failures++;
    if (firstFailure == null) {
      firstFailure = reason;
    }
  }

  /** Why the job failed, if any input did. */
  synchronized Optional<String> failure() {
    return Optional.ofNullable(firstFailure)
        .map(first ->
            failures == 1
                ? first
                : "%s (and %d more of the input's objects failed)".formatted(first, failures - 1));
  }

  @Override
  public void close() throws IOException {
    list.close();
  }

  /** A number without its line end is half written: it goes, and its input is done once more. */
  private static BitSet readDone(Path file) throws IOException {
    BitSet done = new BitSet();
    if (Files.exists(file)) {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      String whole = text.substring(0, text.lastIndexOf('\n') + 1);
      whole.lines().forEach(line -> done.set(Integer.parseInt(line)));
      if (!whole.equals(text)) {
        Files.writeString(file, whole);
      }
    }
    return done;
  }
}
