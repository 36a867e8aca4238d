package ray.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import ray.RayOptions;
import ray.Resources;
import ray.wire.socket.WorkerPorts;

/**
 * A node in this JVM, with workers in processes of their own: for tests, and for tools that need a
 * node for as long as they run. It ends, and its files go, when it is closed or when the JVM ends.
 */
public final class LocalNode implements AutoCloseable {
  private static final long DEFAULT_STORE_BYTES = 256L << 20;

  private final Path folder;
  private final HeadNode head;
  private final int port;
  private final Thread atExit = new Thread(this::end, "ray-local-node-exit");
  private boolean ended;

  private LocalNode(Path folder, HeadNode head, int port) {
    this.folder = folder;
    this.head = head;
    this.port = port;
  }

  /** Starts a node with the resources and labels that these options name, at any free port. */
  public static LocalNode start(RayOptions options) {
    return start(options, new WorkerPolicy(0, NodeOptions.DEFAULT_WORKER_IDLE, LogLimits.DEFAULT));
  }

  /** The same, which keeps its workers so. */
  static LocalNode start(RayOptions options, WorkerPolicy workers) {
    return start(options, workers, MemoryLimits.NONE, InetAddress.getLoopbackAddress());
  }

  /** The same, which ends workers so that memory does not run out. */
  static LocalNode start(RayOptions options, WorkerPolicy workers, MemoryLimits memory) {
    return start(options, workers, memory, InetAddress.getLoopbackAddress());
  }

  /** The same, which listens there. */
  static LocalNode start(
      RayOptions options, WorkerPolicy workers, MemoryLimits memory, InetAddress host) {
    try {
      Path folder = Files.createTempDirectory("ray-node-");
      Resources total =
          Resources.NONE
              .with(
                  Resources.CPU,
                  options.givenCpus().orElse(Runtime.getRuntime().availableProcessors()))
              .with(
                  Resources.MEMORY,
                  options.givenMemoryBytes().orElse(Runtime.getRuntime().maxMemory()));
      for (Map.Entry<String, Double> each : options.resources().entrySet()) {
        total = total.with(each.getKey(), each.getValue());
      }
      HeadNode head =
          new HeadNode(
              folder,
              Tokens.file(),
              total,
              options.labels(),
              HeadProcess.storage(options.givenObjectStoreBytes().orElse(DEFAULT_STORE_BYTES)),
              workers,
              memory);
      int port = head.start(new InetSocketAddress(host, 0), WorkerPorts.ANY);
      LocalNode node = new LocalNode(folder, head, port);
      Runtime.getRuntime().addShutdownHook(node.atExit);
      return node;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What programs connect to. */
  public String address() {
    return ConnectedProvider.SCHEME + "127.0.0.1:" + port;
  }

  int port() {
    return port;
  }

  HeadNode head() {
    return head;
  }

  /** Where its logs lie. */
  public Path logs() {
    return head.logs();
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException shuttingDown) {
      // The hook runs, and finds nothing left to do.
    }
  }

  private synchronized void end() {
    if (ended) {
      return;
    }
    ended = true;
    head.close();
    try {
      RunningNode.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
