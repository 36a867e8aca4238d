package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.RayOptions;
import ray.processes.LocalNode;

/** An example that runs on a node instead of in the command's own process. */
@Timeout(180)
class ExampleOnNodeTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void theImageNetExampleRunsOnANode() throws Exception {
    try (LocalNode node = LocalNode.start(RayOptions.defaults().cpus(2))) {
      Path mean = folder.resolve("mean.png");
      Outcome outcome =
          Outcome.of("example", "imagenet", "--address", node.address(), "--mean", mean.toString());

      assertThat(outcome.exitCode()).as(outcome.err()).isEqualTo(ExitCode.OK);
      assertThat(outcome.out()).contains("astronaut", "total             42");
      assertThat(mean).exists();
      assertThat(Files.list(node.logs())).as("logs of workers").isNotEmpty();
    }
  }

  @Test
  void whatANodeHasIsNotChangedByAnExample() {
    Outcome outcome =
        Outcome.of("example", "imagenet", "--address", "ray://127.0.0.1:1", "--cpus", "1");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("--cpus is for Ray in this process");
  }

  @Test
  void anAddressWithoutANodeIsOneSentence() {
    Outcome outcome = Outcome.of("example", "imagenet", "--address", "ray://127.0.0.1:1");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err()).contains("no node of Ray answers at ray://127.0.0.1:1");
  }
}
