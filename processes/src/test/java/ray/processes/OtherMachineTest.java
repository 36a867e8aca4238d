package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.processes.Waiting.await;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ray.RayOptions;

/**
 * Programs in processes of their own, in another network namespace where one can be made, who come
 * by the node's port; and what is left when they die, or the cable is pulled.
 */
class OtherMachineTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Not made with the class, which workers load, too. */
  private static LocalNode node;

  @BeforeAll
  static void start() throws IOException {
    node =
        LocalNode.start(
            RayOptions.defaults().cpus(2).objectStore(128L << 20),
            new WorkerPolicy(0, NodeOptions.DEFAULT_WORKER_IDLE, LogLimits.DEFAULT),
            MemoryLimits.NONE,
            InetAddress.getByName("0.0.0.0"));
    assertThat(status().drivers()).isZero();
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static NodeClient.Status status() throws IOException {
    try (NodeClient client = NodeClient.connect(node.address())) {
      return client.status();
    }
  }

  private static void awaitNothingLeft() throws IOException {
    await("no program", () -> status().drivers() == 0);
    await("no worker", () -> status().workers() == 0);
    await("an empty store", () -> status().usedBytes() == 0);
  }

  private static void awaitSomethingInStore() throws IOException {
    await("a value in the store", () -> status().usedBytes() > 0);
  }

  @Test
  void aProgramThatDiesWhileItsValuesMoveLeavesNothing() throws Exception {
    String address = "ray+tcp://127.0.0.1:" + node.port();
    for (int round = 0; round < 2; round++) {
      try (GuestProcess program = GuestProcess.start(List.of(), address, "values")) {
        program.awaitLine("moving values");
        awaitSomethingInStore();
        program.kill();
      }
      awaitNothingLeft();
    }
  }

  @Test
  void aProgramInAnotherNamespaceIsAsAnyOther() throws Exception {
    assumeNamespaces();
    try (Namespace other = Namespace.make();
        GuestProcess program = startIn(other, "all")) {
      program.awaitLine("all is well");
      assertThat(program.awaitEnd()).isZero();
      awaitNothingLeft();
    }
  }

  @Test
  void aCableThatIsPulledIsADeathOnBothSides() throws Exception {
    assumeNamespaces();
    try (Namespace other = Namespace.make();
        GuestProcess program = startIn(other, "wait")) {
      program.awaitLine("waiting");
      assertThat(status().drivers()).isEqualTo(1);
      other.pullCable();
      awaitNothingLeft();
      program.awaitLine("the node is gone");
    }
  }

  private static GuestProcess startIn(Namespace other, String part) throws IOException {
    return GuestProcess.start(other.prefix(), "ray://" + other.address() + ":" + node.port(), part);
  }

  private static void assumeNamespaces() {
    String obstacle = Namespace.obstacle();
    if (!obstacle.isEmpty()) {
      System.err.println(
          "NOT TESTED: programs of another network namespace, which can't be made here: "
              + obstacle);
    }
    Assumptions.assumeTrue(obstacle.isEmpty(), obstacle);
  }
}
