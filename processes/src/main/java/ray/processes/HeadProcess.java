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
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import ray.store.MemoryKind;
import ray.store.ObjectStoreConfig;
import ray.store.StoreMemoryException;

/** A process that is a node; and its main class, where it is nothing else before. */
public final class HeadProcess implements AutoCloseable {
  /** What it prints, followed by its port, when programs can connect. */
  static final String READY = "ready ";

  /** A job takes one; more than one job at a time is rare. */
  private static final int READY_WORKERS = 1;

  private final HeadNode head;
  private final RunningNode note;
  private final LogFile log;
  private final AtomicBoolean closed = new AtomicBoolean();

  private HeadProcess(HeadNode head, RunningNode note, LogFile log) {
    this.head = head;
    this.note = note;
    this.log = log;
  }

  /** Runs until it is ended; the arguments are those of {@link NodeOptions#toArguments}. */
  public static void main(String[] arguments) throws InterruptedException {
    try {
      HeadProcess node = start(NodeOptions.ofArguments(arguments));
      System.out.println(READY + node.note.port());
      node.detach();
    } catch (NodeLauncher.StartFailedException e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
    awaitEnd();
  }

  /**
   * Makes this process a node, which programs can connect to when this returns. It ends in order
   * when the JVM does.
   */
  public static HeadProcess become(NodeOptions options)
      throws IOException, NodeLauncher.StartFailedException {
    NodeLauncher.makeWay(options);
    return start(options);
  }

  private static HeadProcess start(NodeOptions options) throws NodeLauncher.StartFailedException {
    try {
      return open(options);
    } catch (UnknownHostException e) {
      throw new NodeLauncher.StartFailedException(
          "--host " + options.host() + " is no address of this machine, and no name of one");
    } catch (BindException e) {
      throw new NodeLauncher.StartFailedException(
          isOfAnotherMachine(e)
              ? "--host " + options.host() + " is no address of this machine"
              : "port "
                  + options.port()
                  + " is taken by another program: choose one with --port, 0 for any");
    } catch (StoreMemoryException e) {
      throw new NodeLauncher.StartFailedException(
          e.getMessage() + " (--object-store-memory sets the size of the object store)");
    } catch (IOException e) {
      throw new NodeLauncher.StartFailedException("the node can't start: " + e);
    }
  }

  /** The system has no code for it that Java would pass on. */
  private static boolean isOfAnotherMachine(BindException refused) {
    return String.valueOf(refused.getMessage()).contains("assign requested address");
  }

  private static HeadProcess open(NodeOptions options) throws IOException {
    Path folder = makeFolder(options.sessionFolder());
    HeadNode head = null;
    try {
      head = makeNode(options, folder);
      Files.createDirectories(head.logs());
      LogFile log = new LogFile(head.logs().resolve("node.log"), options.logs());
      int port =
          head.start(
              new InetSocketAddress(InetAddress.getByName(options.host()), options.port()),
              options.workerPorts().forWorkers());
      RunningNode note = RunningNode.noteSelf(options.host(), port, folder);
      HeadProcess node = new HeadProcess(head, note, log);
      Runtime.getRuntime().addShutdownHook(new Thread(node::close));
      return node;
    } catch (IOException | RuntimeException e) {
      if (head != null) {
        head.close();
      }
      RunningNode.delete(folder);
      throw e;
    }
  }

  private static HeadNode makeNode(NodeOptions options, Path folder) throws IOException {
    Path token = Tokens.forNode(options.tokenFile(), System.getenv(), folder);
    return new HeadNode(
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
  }

  /** How others find it. */
  public RunningNode note() {
    return note;
  }

  /**
   * Closes the process's own streams, for whoever has started it and reads them: what is printed
   * from now on goes into the node's log.
   */
  public void detach() {
    PrintStream printed = new PrintStream(log, true, StandardCharsets.UTF_8);
    PrintStream out = System.out;
    PrintStream err = System.err;
    System.setOut(printed);
    System.setErr(printed);
    err.close();
    out.close(); // last, as the end of the output is what the command waits for
  }

  /** Blocks: all threads are daemons, and a signal ends the process, at any time. */
  public static void awaitEnd() throws InterruptedException {
    new CountDownLatch(1).await();
  }

  /** Ends the node, with its workers and files. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      head.close();
      note.removeFiles();
    }
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
