package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ray shell}, with snippets from a file. */
class ShellCommandTest {
  @TempDir Path folder;

  @Test
  void snippetsSeeRayWithoutImportingIt() throws IOException {
    Path output = folder.resolve("output");
    Path snippets =
        Files.writeString(
            folder.resolve("snippets.jsh"),
            "Files.writeString(Path.of(\""
                + output
                + "\"), Resources.class.getName())\n"
                + "/exit 3\n");

    Outcome outcome = Outcome.of("shell", snippets.toString());

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(output).hasContent("ray.Resources");
  }
}
