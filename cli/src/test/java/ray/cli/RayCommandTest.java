package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line as a whole: help, version, and what is said to a wrong command line. */
class RayCommandTest {
  @Test
  void versionNamesRayAndTheJvm() {
    Outcome outcome = Outcome.of("--version");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out().lines())
        .satisfiesExactly(
            ray -> assertThat(ray).matches("ray \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?"),
            java -> assertThat(java).startsWith("java " + Runtime.version()));
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void helpListsEveryCommand() {
    Outcome outcome = Outcome.of("--help");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).contains(RayCommandLine.create().getSubcommands().keySet());
    assertThat(outcome.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "example",
        "run",
        "shell",
        "start",
        "status",
        "stop",
        "list",
        "memory",
        "logs",
        "stack",
        "heap",
        "jfr",
        "classpath",
        "completion"
      })
  void everyCommandHasHelp(String command) {
    Outcome outcome = Outcome.of(command, "--help");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).startsWith("Usage: ray " + command);
  }

  @ParameterizedTest
  @CsvSource({
    "exampel, unknown command 'exampel'. Did you mean 'example'?",
    "SHEL, unknown command 'SHEL'. Did you mean 'shell'?",
    "comp, unknown command 'comp'. Did you mean 'completion'?",
    "xyzzy, unknown command 'xyzzy'",
    "--hlep, unknown option '--hlep'. Did you mean '--help'?",
    "--versoin=3, unknown option '--versoin=3'. Did you mean '--version'?"
  })
  void wrongWordIsAnsweredWithTheNearest(String word, String answer) {
    Outcome outcome = Outcome.of(word);

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines()).containsExactly("ray: " + answer, "Try 'ray --help'.");
  }

  @Test
  void wrongOptionOfACommandIsAnsweredByThatCommand() {
    Outcome outcome = Outcome.of("example", "--vrebose");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err().lines())
        .containsExactly(
            "ray example: unknown option '--vrebose'. Did you mean '--verbose'?",
            "Try 'ray example --help'.");
  }

  @Test
  void workersPortsAreARangeOrNone() {
    Outcome outcome = Outcome.of("start", "--head", "--worker-ports", "20000");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err())
        .contains("--worker-ports", "any, none, or a range such as 20000-20099, not 20000");
  }

  @Test
  void noCommandShowsTheCommandsAndFails() {
    Outcome outcome = Outcome.of();

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains("Usage: ray", "ray: no command was given");
  }

  @Test
  void everyCommandKnowsVerbose() {
    assertThat(RayCommandLine.create().getSubcommands().values())
        .allSatisfy(
            command -> assertThat(command.getCommandSpec().findOption("--verbose")).isNotNull());
    assertThat(Outcome.of("example", "--verbose").exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void examplesAreListed() {
    Outcome outcome = Outcome.of("example");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).contains("  imagenet     Load tar files of images");
  }

  @Test
  void unknownExampleIsAnsweredWithTheNearest() {
    Outcome outcome = Outcome.of("example", "imagnet");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("unknown command 'imagnet'. Did you mean 'imagenet'?");
  }

  @Test
  void classPathIsTheOneOfTheProcess() {
    Outcome outcome = Outcome.of("classpath");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).isEqualToIgnoringNewLines(System.getProperty("java.class.path"));
  }
}
