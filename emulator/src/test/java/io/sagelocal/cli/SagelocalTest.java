package io.sagelocal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command line answers that needs no server. */
class SagelocalTest {
  @TempDir Path folder;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void withoutACommandItTellsWhatThereIs() {
    assertThat(run()).isEqualTo(2);
    assertThat(told(out)).contains("start", "stop", "env", "clean");
  }

  @Test
  void aMistypedCommandIsNamedWithWhatWasMeant() {
    assertThat(run("strat")).isEqualTo(2);
    assertThat(told(err)).contains("'strat'", "sagelocal start");
    assertThat(told(out)).isEmpty();
  }

  @Test
  void anUnknownOptionIsNamed() {
    assertThat(run("start", "--prot", "1")).isEqualTo(2);
    assertThat(told(err)).contains("--prot");
  }

  @Test
  void aWrongValueIsOneLineThatSaysWhatIsAllowed() {
    assertThat(run("start", "--port", "http")).isEqualTo(1);
    assertThat(told(err))
        .isEqualToIgnoringNewLines(
            "sagelocal: --port (or SAGELOCAL_PORT) must be a whole number from 0 to 65535"
                + " but was: http");
  }

  @Test
  void envPrintsLinesForAShellAndLeavesWhatItHas() {
    assertThat(run("env", "--data-dir", folder.toString(), "--port=4321")).isZero();
    assertThat(told(out))
        .contains("export AWS_ENDPOINT_URL='http://127.0.0.1:4321'\n")
        .contains("export AWS_DATA_PATH='" + folder + "/aws'\n")
        .doesNotContain("AWS_REGION", "AWS_ACCESS_KEY_ID")
        .contains("AWS_SECRET_ACCESS_KEY");
  }

  @Test
  void stopSaysThatNothingRuns() {
    assertThat(run("stop", "--data-dir", folder.toString())).isZero();
    assertThat(told(out)).contains("No sagelocal runs", folder.toString());
  }

  private int run(String... args) {
    return Sagelocal.run(
        new Console(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("AWS_REGION", "eu-west-1", "AWS_ACCESS_KEY_ID", "111111111111")),
        args);
  }

  private static String told(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
