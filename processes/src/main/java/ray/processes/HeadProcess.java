package ray.processes;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import ray.Resources;
import ray.store.MemoryKind;
import ray.store.ObjectStoreConfig;

/** The main class of a node's process. */
public final class HeadProcess {
  private HeadProcess() {}

  /**
   * Runs until it is ended.
   *
   * @param arguments the session's folder, the token file, the port, the number of CPUs, the
   *     store's size in bytes
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Path.of(arguments[0]);
    Path tokenFile = Path.of(arguments[1]);
    int port = Integer.parseInt(arguments[2]);
    double cpus = Double.parseDouble(arguments[3]);
    Resources total =
        Resources.NONE
            .with(Resources.CPU, cpus)
            .with(Resources.MEMORY, Runtime.getRuntime().maxMemory());
    HeadNode head =
        new HeadNode(folder, tokenFile, total, Map.of(), storage(Long.parseLong(arguments[4])));
    Runtime.getRuntime().addShutdownHook(new Thread(head::close));
    int bound = head.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    System.out.println("ready " + bound);
    // All threads are daemons: a signal ends the process, at any time.
    new CountDownLatch(1).await();
  }

  /** A store of this size, in memory that other processes can map. */
  static ObjectStoreConfig storage(long bytes) {
    return ObjectStoreConfig.ofCapacity(bytes).withMemoryKind(MemoryKind.SHARED);
  }
}
