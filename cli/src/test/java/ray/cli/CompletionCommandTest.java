package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The completion scripts; bash's is tried in bash. */
class CompletionCommandTest {
  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh", "BASH"})
  void scriptRegistersRayWithTheShell(String shell) {
    Outcome outcome = Outcome.of("completion", shell);

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.out()).contains("complete -F _complete_ray", "bashcompinit");
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    String script = Outcome.of("completion", "bash").out();

    assertThat(completionsInBash(script, "ray", "sh")).containsExactly("shell");
    assertThat(completionsInBash(script, "ray", "--ver")).contains("--verbose", "--version");
    assertThat(completionsInBash(script, "ray", "completion", "f")).containsExactly("fish");
  }

  @Test
  void fishScriptNamesCommandsOptionsAndWhatTheyDo() {
    Outcome outcome = Outcome.of("completion", "fish");

    assertThat(outcome.out().lines())
        .allMatch(line -> line.startsWith("complete -c ray -n '"))
        .anyMatch(line ->
            line.equals(
                "complete -c ray -n '__fish_use_subcommand' -f -a classpath"
                    + " -d 'Print Ray\\'s class path, for javac, java and IDEs.'"))
        .anyMatch(line ->
            line.startsWith("complete -c ray -n '__fish_seen_subcommand_from run' -s h -l help"));
  }

  @Test
  void unknownShellIsAWrongCommandLine() {
    Outcome outcome = Outcome.of("completion", "tcsh");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("tcsh", "bash, zsh, fish");
  }

  private static List<String> completionsInBash(String script, String... words) throws Exception {
    String line = String.join(" ", words);
    String program =
        script
            + "\nCOMP_WORDS=("
            + line
            + "); COMP_CWORD="
            + (words.length - 1)
            + "; COMP_LINE='"
            + line
            + "'; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9; COMP_KEY=9\n"
            + "_complete_ray; printf '%s\\n' \"${COMPREPLY[@]}\"\n";
    Process bash = new ProcessBuilder("bash", "--norc", "-s").redirectErrorStream(true).start();
    try (var in = bash.outputWriter(StandardCharsets.UTF_8)) {
      in.write(program);
    }
    String printed = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return printed.lines().map(String::strip).toList();
  }
}
