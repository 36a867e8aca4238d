package ray.processes;

import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import ray.store.MemoryKind;
import ray.store.ObjectStoreConfig;
import ray.store.StoreMemoryException;

/** The main class of a node's process. */
public final class HeadProcess {
  /** What it prints, followed by its port, when programs can connect. */
  static final String READY = "ready ";

  private HeadProcess() {}

  /** A job takes one; more than one job at a time is rare. */
  private static final int READY_WORKERS = 1;

  /** Runs until it is ended; the arguments are those of {@link NodeOptions#toArguments}. */
  public static void main(String[] arguments) throws InterruptedException {
    NodeOptions options = NodeOptions.ofArguments(arguments);
    try {
      start(options);
    } catch (UnknownHostException e) {
      fail("--host " + options.host() + " is no address of this machine, and no name of one");
    } catch (BindException e) {
      fail(
          isOfAnotherMachine(e)
              ? "--host " + options.host() + " is no address of this machine"
              : "port "
                  + options.port()
                  + " is taken by another program: choose one with --port, 0 for any");
    } catch (StoreMemoryException e) {
      fail(
          String.valueOf(e.getMessage())
              + " (--object-store-memory sets the size of the object store)");
    } catch (IOException e) {
      fail("the node can't start: " + e);
    }
    // All threads are daemons: a signal ends the process, at any time.
    new CountDownLatch(1).await();
  }

  /** The system has no code for it that Java would pass on. */
  private static boolean isOfAnotherMachine(BindException refused) {
    return String.valueOf(refused.getMessage()).contains("assign requested address");
  }

  private static void fail(String message) {
    System.out.println(message);
    System.exit(1);
  }

  private static void start(NodeOptions options) throws IOException {
    Path folder = makeFolder(options.sessionFolder());
    HeadNode head;
    int port;
    try {
      Path token = Tokens.forNode(options.tokenFile(), System.getenv(), folder);
      head =
          new HeadNode(
              folder,
              token,
              options.total(),
              options.labels(),
              storage(options.storeCapacityBytes()),
              new WorkerPolicy(
                  READY_WORKERS,
                  options.workerIdle(),
                  options.logs(),
                  options.workerMaxTasks(),
                  options.debug()),
              options.memory());
      port =
          head.start(new InetSocketAddress(InetAddress.getByName(options.host()), options.port()));
    } catch (IOException | RuntimeException e) {
      RunningNode.delete(folder);
      throw e;
    }
    RunningNode note = RunningNode.noteSelf(options.host(), port, folder);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              head.close();
              note.removeFiles();
            }));
    Files.createDirectories(head.logs());
    System.out.println(READY + port);
    PrintStream log =
        new PrintStream(
            new LogFile(head.logs().resolve("node.log"), options.logs()),
            true,
            StandardCharsets.UTF_8);
    System.setOut(log);
    System.setErr(log);
  }

  private static Path makeFolder(@Nullable Path given) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    if (given == null) {
      return Files.createTempDirectory("ray-", ownerOnly);
    }
    Files.createDirectories(given);
    return Files.createTempDirectory(given.toAbsolutePath(), "ray-", ownerOnly);
  }

  /** A store of this size, in memory that other processes can map. */
  static ObjectStoreConfig storage(long bytes) {
    return ObjectStoreConfig.ofCapacity(bytes).withMemoryKind(MemoryKind.SHARED);
  }
}
