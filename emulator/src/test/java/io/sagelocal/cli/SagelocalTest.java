package io.sagelocal.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

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
  void envPrintsAnObjectWhenAsked() throws IOException {
    assertThat(run("env", "--data-dir", folder.toString(), "--port=4321", "--output=json"))
        .isZero();
    assertThat(new ObjectMapper().readTree(told(out)).path("AWS_ENDPOINT_URL").asText())
        .isEqualTo("http://127.0.0.1:4321");
  }

  @Test
  void everyCommandPrintsJsonButThoseThatPrintScriptsOrBodies() {
    Sagelocal.commandLine(new Console(stream(out), stream(err), Map.of()))
        .getSubcommands()
        .forEach((name, command) -> {
          if (!List.of("completion", "invoke", "shell", "rerun").contains(name)) {
            assertThat(command.getCommandSpec().findOption("--output")).as(name).isNotNull();
          }
        });
  }

  @Test
  void completionKnowsEveryCommand() {
    assertThat(run("completion", "bash")).isZero();
    assertThat(told(out)).contains("complete -F", "describe", "--data-dir");
    assertThat(run("completion", "zsh")).isZero();
    assertThat(told(out)).contains("bashcompinit");
    assertThat(run("completion", "fish")).isEqualTo(2);
    assertThat(told(err)).contains("fish");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void aShellCompletesCommandsAndOptions(String shell) throws Exception {
    assumeTrue(isThere(shell), shell + " is not installed");
    assertThat(run("completion", shell)).isZero();
    Path script = Files.write(folder.resolve("completion"), out.toByteArray());
    assertThat(completed(shell, script, "sagelocal", "desc")).containsExactly("describe");
    assertThat(completed(shell, script, "sagelocal", "logs", "--fol")).containsExactly("--follow");
    assertThat(completed(shell, script, "sagelocal", "s3", "")).contains("copy");
  }

  /** What the tab key offers after these words, asked of the function that bash asks. */
  private static List<String> completed(String shell, Path script, String... words)
      throws IOException, InterruptedException {
    String asked =
        "source %s; COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; _complete_sagelocal; printf '%%s\\n' ${COMPREPLY[@]}"
            .formatted(
                script,
                Stream.of(words).map(word -> "'" + word + "'").collect(Collectors.joining(" ")),
                words.length - 1,
                String.join(" ", words));
    String emulation =
        shell.equals("zsh") ? "setopt KSH_ARRAYS SH_WORD_SPLIT; " : ""; // as bashcompinit calls it
    Process process =
        new ProcessBuilder(shell, "-c", emulation + asked)
            .redirectError(ProcessBuilder.Redirect.DISCARD) // compopt wants a tab key
            .start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(answer).isZero();
    String begun = words[words.length - 1];
    return answer.lines().filter(word -> word.startsWith(begun)).toList(); // zsh does that itself
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
  }

  @Test
  void doctorNamesTheRemedyWhenNoDockerAnswers() {
    String nowhere = "unix://" + folder.resolve("none.sock");
    int status =
        Sagelocal.run(
            new Console(stream(out), stream(err), Map.of("DOCKER_HOST", nowhere)),
            "doctor",
            "--port=0",
            "--data-dir",
            folder.toString());
    assertThat(status).isEqualTo(1);
    assertThat(told(out)).contains(nowhere, "docker info").containsPattern("Docker +wrong");
  }

  @Test
  void longWorkIsABarOnATerminalAndLinesElsewhere() {
    try (Progress progress = new Progress(new Console(stream(out), stream(err), Map.of()), 2)) {
      progress.step("one");
    }
    assertThat(told(err)).isEqualToIgnoringNewLines("1/2 one");
    err.reset();
    Map<String, String> terminal = Map.of("SAGELOCAL_TERMINAL", "1");
    try (Progress progress = new Progress(new Console(stream(out), stream(err), terminal), 2)) {
      progress.step("one");
    }
    assertThat(told(err)).contains("[###############               ] 1/2 one").doesNotContain("\n");
  }

  @Test
  void aPlainStartIsReadQuicklyWithWhateverSettings() {
    assertThat(PlainStart.flags("start", "--port", "0", "--data-dir=/x"))
        .contains(Map.of("port", "0", "data-dir", "/x"));
    assertThat(PlainStart.flags("start")).contains(Map.of());
    assertThat(PlainStart.FLAGS)
        .isEqualTo(new CommandLine(new SettingsFlags()).getCommandSpec().optionsMap().keySet());
  }

  @Test
  void whatIsNoPlainStartIsReadByPicocli() {
    for (String line :
        List.of(
            "stop",
            "start --help",
            "start --port",
            "start --output json",
            "start --port --hold",
            "start --port 1 --port 2",
            "start x")) {
      assertThat(PlainStart.flags(line.split(" "))).as(line).isEmpty();
    }
  }

  @Test
  void stopSaysThatNothingRuns() {
    assertThat(run("stop", "--data-dir", folder.toString())).isZero();
    assertThat(told(out)).contains("No sagelocal runs", folder.toString());
  }

  @Test
  void imagesTellsWhatStandsInForWhatAsText() throws IOException {
    List<List<String>> rows = ImagesCommand.rows("sagelocal/mxnet:1.2.1-cpu-py2"::equals);
    OutputFormat.TEXT.rows(stream(out), List.of("Official", "HereNow", "Built"), rows);
    assertThat(told(out).lines()).first(STRING).matches("OFFICIAL +HERE NOW +BUILT");
    assertThat(told(out).lines())
        .anyMatch(line ->
            line.matches(
                "sagemaker-mxnet:1\\.2\\.1-\\*-py2 +sagelocal/mxnet:1\\.2\\.1-\\*-py2 +cpu"))
        .anyMatch(line ->
            line.matches(
                "mxnet-training:1\\.9\\.0-\\*-py38 +sagelocal/mxnet-training:1\\.9\\.1-\\*-py3 +-"));
  }

  @Test
  void imagesTellsWhatStandsInForWhatAsJson() throws IOException {
    OutputFormat.JSON.rows(
        stream(out), List.of("Official", "Here", "Built"), ImagesCommand.rows(image -> true));
    JsonNode first = new ObjectMapper().readTree(told(out)).path(0);
    assertThat(first.path("Official").asText()).isEqualTo("sagemaker-mxnet:0.12.1-*-py2");
    assertThat(first.path("Built").asText()).isEqualTo("cpu gpu");
  }

  @Test
  void anOutputFormatThatIsNoneIsNamed() {
    assertThat(run("images", "--output", "xml")).isEqualTo(2);
    assertThat(told(err)).contains("xml");
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private int run(String... args) {
    return Sagelocal.run(
        new Console(
            stream(out),
            stream(err),
            Map.of("AWS_REGION", "eu-west-1", "AWS_ACCESS_KEY_ID", "111111111111")),
        args);
  }

  private static String told(ByteArrayOutputStream stream) {
    return stream.toString(StandardCharsets.UTF_8);
  }
}
