package io.sagelocal.training;

import io.sagelocal.aws.Document;
import io.sagelocal.aws.ServiceError;
import java.util.Optional;

/**
 * A named input of a TrainingJob, which its containers see at {@code /opt/ml/input/data/<name>}: a
 * folder, or in Pipe mode the FIFOs {@code <name>_0}, {@code <name>_1}, …
 *
 * @param gzip whether its objects are compressed and shall arrive decompressed; only in Pipe mode
 * @param recordIo whether each object shall arrive as a RecordIO record; only in Pipe mode
 * @param shuffleSeed decides the order of the objects where it shall differ from the source's
 */
record Channel(
    String name,
    S3DataSource source,
    InputMode inputMode,
    boolean gzip,
    boolean recordIo,
    Optional<String> contentType,
    Optional<Long> shuffleSeed) {

  /** How the data reaches the containers. */
  enum InputMode {
    FILE("File"),
    PIPE("Pipe"),
    FAST_FILE("FastFile");

    private final String word;

    InputMode(String word) {
      this.word = word;
    }

    /** As the API spells it. */
    String word() {
      return word;
    }

    static InputMode of(String word) {
      for (InputMode mode : values()) {
        if (mode.word.equals(word)) {
          return mode;
        }
      }
      throw ServiceError.validation(
          "InputMode \"%s\" is not supported by this emulator; use File, Pipe or FastFile", word);
    }
  }

  /**
   * Reads a channel of a request.
   *
   * @throws ServiceError a ValidationException for what this emulator, or the service, cannot do
   */
  static Channel of(Document request, String jobInputMode) {
    String name = request.text("ChannelName");
    if (name.equals(".") || name.equals("..")) {
      throw ServiceError.validation("ChannelName \"%s\" cannot be the name of a folder", name);
    }
    InputMode inputMode = InputMode.of(request.findText("InputMode").orElse(jobInputMode));
    String compression = request.findText("CompressionType").orElse("None");
    String wrapper = request.findText("RecordWrapperType").orElse("None");
    if (inputMode != InputMode.PIPE) {
      requireNone(name, "CompressionType", compression, inputMode);
      requireNone(name, "RecordWrapperType", wrapper, inputMode);
    }
    return new Channel(
        name,
        S3DataSource.of(name, request.document("DataSource"), inputMode),
        inputMode,
        compression.equals("Gzip"),
        wrapper.equals("RecordIO"),
        request.findText("ContentType"),
        request.findDocument("ShuffleConfig").map(shuffle -> shuffle.number("Seed")));
  }

  boolean piped() {
    return inputMode == InputMode.PIPE;
  }

  private static void requireNone(String channel, String member, String given, InputMode mode) {
    if (!given.equals("None")) {
      throw ServiceError.validation(
          "%s %s of channel %s works only in Pipe mode; in %s mode leave it out or use None",
          member, given, channel, mode.word());
    }
  }
}
