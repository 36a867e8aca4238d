package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.RayStateException;

/** What who looks into a node hears of one that listens elsewhere, or does not answer. */
@Timeout(60)
class NodeClientTest {
  private static final String HOST = "127.0.0.7";
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private RunningNode node = new RunningNode("", 0, 0, 0, Path.of(""));

  @BeforeEach
  void start() throws Exception {
    node =
        NodeLauncher.start(
            new NodeOptions(
                HOST,
                0,
                1.0,
                null,
                16L << 20,
                Map.of(),
                Map.of(),
                null,
                null,
                LogLimits.DEFAULT,
                NodeOptions.DEFAULT_WORKER_IDLE,
                MemoryLimits.DEFAULT,
                0,
                false,
                PortRange.ANY));
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(node.stop(true, Duration.ofSeconds(30).toMillis())).isTrue();
  }

  private void signal(String name) throws IOException, InterruptedException {
    String[] command = {"kill", "-" + name, Long.toString(node.pid())};
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  @Test
  void whoAsksANodeThatDoesNotAnswerIsToldWhatToDo() throws Exception {
    try (NodeClient client = NodeClient.connect(node.address(), PATIENCE)) {
      signal("STOP");

      assertThatThrownBy(client::about)
          .isInstanceOf(RayStateException.class)
          .hasMessageContainingAll(
              node.address(),
              "process " + node.pid(),
              "has not answered for 0.2 s",
              node.logs().toString(),
              "ray stop --force --port " + node.port());

      signal("CONT");
    }
    try (NodeClient client = NodeClient.connect(node.address())) {
      assertThat(client.about().pid()).isEqualTo(node.pid());
    }
  }

  @Test
  void whoConnectsToANodeThatDoesNotAnswerIsToldWhatToDo() throws Exception {
    signal("STOP");

    assertThatThrownBy(() -> NodeClient.connect(node.address(), PATIENCE))
        .isInstanceOf(RayStateException.class)
        .hasMessageContainingAll(
            node.address(), "has not answered", "ray stop --force --port " + node.port());

    signal("CONT");
  }

  @Test
  void aNodeSaysWhereProgramsFindIt() throws Exception {
    try (NodeClient client = NodeClient.connect(node.address())) {
      assertThat(client.about().address())
          .isEqualTo("ray://" + HOST + ":" + node.port())
          .isEqualTo(node.address());
    }
  }
}
