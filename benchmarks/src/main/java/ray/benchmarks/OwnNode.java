package ray.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import ray.processes.LogLimits;
import ray.processes.MemoryLimits;
import ray.processes.NodeLauncher;
import ray.processes.NodeOptions;
import ray.processes.PortRange;
import ray.processes.RunningNode;

/**
 * A node in a process of its own, which ends with this object or this process. Not for two threads.
 */
public final class OwnNode implements AutoCloseable {
  private static final long STOP_MS = 10_000;

  private final RunningNode node;
  private final Thread atExit;

  private OwnNode(RunningNode node) {
    this.node = node;
    this.atExit = new Thread(() -> stop(node));
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Starts one with a store of that size, at any free port. */
  public static OwnNode start(long storeBytes)
      throws IOException, NodeLauncher.StartFailedException {
    return start(storeBytes, NodeOptions.DEFAULT_WORKER_IDLE);
  }

  /** The same, whose workers end when they have had nothing to do for so long. */
  public static OwnNode start(long storeBytes, Duration workerIdle)
      throws IOException, NodeLauncher.StartFailedException {
    return new OwnNode(
        NodeLauncher.start(
            new NodeOptions(
                NodeOptions.LOOPBACK,
                0,
                null,
                null,
                storeBytes,
                Map.of(),
                Map.of(),
                null,
                null,
                LogLimits.DEFAULT,
                workerIdle,
                MemoryLimits.DEFAULT,
                0,
                false,
                PortRange.ANY)));
  }

  /** What programs connect to. */
  public String address() {
    return node.address();
  }

  @Override
  public void close() {
    stop(node);
    Runtime.getRuntime().removeShutdownHook(atExit);
  }

  private static void stop(RunningNode node) {
    try {
      if (!node.stop(false, STOP_MS)) {
        node.stop(true, STOP_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
