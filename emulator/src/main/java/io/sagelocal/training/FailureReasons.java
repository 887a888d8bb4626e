package io.sagelocal.training;

import io.sagelocal.engine.CapacityException;
import io.sagelocal.engine.EngineException;
import io.sagelocal.engine.EngineUnavailableException;
import io.sagelocal.engine.Exit;
import io.sagelocal.engine.ImageNotFoundException;
import io.sagelocal.objects.ObjectStoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Says why a job failed, and whose error that is. */
final class FailureReasons {
  /** The API's limit for FailureReason. */
  static final int MAX_CHARS = 1024;

  private static final String ALGORITHM_ERROR = "AlgorithmError: ";
  private static final String INTERNAL = "InternalServerError";

  private FailureReasons() {}

  /**
   * The first part of the failure file, or of the log's last lines when there is no such file. A
   * link is none: it would lead to a file of this machine, not of the container's.
   *
   * @param host named when it is one of several
   */
  static String of(Optional<String> host, Exit exit, Path failureFile, List<String> lastLines)
      throws IOException {
    String error = ALGORITHM_ERROR + host.map(name -> "host " + name + ": ").orElse("");
    String ended = ", exit code: " + exit.code();
    if (exit.outOfMemory()) {
      ended += " (killed because the machine or its memory limit ran out of memory)";
    }
    String told =
        Files.isRegularFile(failureFile, LinkOption.NOFOLLOW_LINKS)
            ? head(failureFile).strip()
            : "";
    if (!told.isEmpty()) {
      return cut(error + told, ended);
    }
    return lastLines.isEmpty()
        ? error + "the container wrote no failure file and no log" + ended
        : cut(error + "last log lines: " + String.join("\n", lastLines), ended);
  }

  /** What is told of an error that ended a phase. */
  static String of(Throwable error) {
    return switch (error) {
      case TrainingFailure e -> e.reason();
      case ImageNotFoundException e -> "ClientError: " + e.getMessage();
      case EngineUnavailableException e ->
          INTERNAL + ": containers cannot be run: " + e.getMessage();
      case CapacityException e -> "CapacityError: " + e.getMessage();
      case EngineException e -> "ClientError: the container could not be run: " + e.getMessage();
      case ObjectStoreException e -> INTERNAL + ": S3: " + e.getMessage();
      default -> INTERNAL + ": " + error;
    };
  }

  /** Whether an error is our own, which our log is to have whole. */
  static boolean isUnexpected(Throwable error) {
    return !(error instanceof TrainingFailure
        || error instanceof EngineException
        || error instanceof ObjectStoreException);
  }

  /** Whether a reason is not the job's fault, so that beginning anew may help. */
  static boolean isInternal(String reason) {
    return reason.startsWith(INTERNAL);
  }

  /** Both, the reason cut where they are too long together. */
  static String cut(String reason, String ending) {
    int room = MAX_CHARS - ending.length();
    return (reason.length() <= room ? reason : reason.substring(0, room)) + ending;
  }

  /** A failure file may be of any size and need not be text. */
  private static String head(Path file) throws IOException {
    char[] head = new char[MAX_CHARS];
    int filled = 0;
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Files.newInputStream(file),
                StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPLACE)
                    .onUnmappableCharacter(CodingErrorAction.REPLACE)))) {
      for (int n = reader.read(head, 0, head.length);
          n > 0;
          n = reader.read(head, filled, head.length - filled)) {
        filled += n;
      }
    }
    return new String(head, 0, filled);
  }
}
