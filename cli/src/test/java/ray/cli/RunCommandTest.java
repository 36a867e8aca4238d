package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ray run}, with real programs in JVMs of their own. */
class RunCommandTest {
  @TempDir Path folder;

  private Path program(String text) throws IOException {
    return Files.writeString(folder.resolve("Program.java"), text);
  }

  @Test
  void programSeesRayAndItsArguments() throws IOException {
    Path output = folder.resolve("output");
    Path file =
        program(
            """
            import module java.base;
            import ray.*;
            void main(String[] arguments) throws Exception {
              var words = new ArrayList<>(List.of(arguments));
              var file = Path.of(words.removeFirst());
              Files.writeString(file, Resources.class.getName() + words);
            }
            """);

    Outcome outcome = Outcome.of("run", file.toString(), output.toString(), "--verbose", "-x");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(output).hasContent("ray.Resources[--verbose, -x]");
  }

  @Test
  void exitCodeIsThePrograms() throws IOException {
    Path file = program("void main() { System.exit(42); }");

    assertThat(Outcome.of("run", file.toString()).exitCode()).isEqualTo(42);
  }

  @Test
  void missingFileIsNamed() {
    Outcome outcome = Outcome.of("run", "no-such-file.java");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err().lines())
        .containsExactly("ray run: there is no file 'no-such-file.java'; name a Java source file");
  }

  @Test
  void fileThatIsNotASourceIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("Program.class"));

    Outcome outcome = Outcome.of("run", file.toString());

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("Program.class' is not a Java source file");
  }
}
