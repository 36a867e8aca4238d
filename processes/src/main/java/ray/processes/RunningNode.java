package ray.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A node of this user on this machine, as its process noted it: one small file a port, so that
 * other commands find it.
 *
 * @param host where programs of this machine find it
 * @param port where programs find it
 * @param pid its process
 * @param startedMs when that process began, which tells it from a later one of the same number
 * @param folder its session's folder
 */
public record RunningNode(String host, int port, long pid, long startedMs, Path folder) {
  private static Path notes() {
    return Path.of(System.getProperty("user.home", "."), ".ray-java", "nodes");
  }

  private Path note() {
    return notes().resolve(Integer.toString(port));
  }

  /** What programs connect to. */
  public String address() {
    return ConnectedProvider.SCHEME + host + ":" + port;
  }

  /** Notes this process as the node of a port. */
  static RunningNode noteSelf(String host, int port, Path folder) throws IOException {
    ProcessHandle self = ProcessHandle.current();
    RunningNode node = new RunningNode(reachable(host), port, self.pid(), startedMs(self), folder);
    Files.createDirectories(notes());
    Files.writeString(
        node.note(),
        node.pid() + "\n" + node.startedMs() + "\n" + node.folder() + "\n" + node.host() + "\n");
    return node;
  }

  /** Who listens at all addresses is found at the one that every machine has. */
  static String reachable(String host) throws IOException {
    InetAddress address = InetAddress.getByName(host);
    if (address.isAnyLocalAddress()) {
      return NodeOptions.LOOPBACK;
    }
    return address instanceof Inet6Address && !host.startsWith("[") ? "[" + host + "]" : host;
  }

  private static long startedMs(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }

  /** Nodes that were noted, whether they still run or not. */
  public static List<RunningNode> all() throws IOException {
    List<RunningNode> nodes = new ArrayList<>();
    if (!Files.isDirectory(notes())) {
      return nodes;
    }
    try (Stream<Path> files = Files.list(notes())) {
      for (Path file : files.sorted().toList()) {
        read(file).ifPresent(nodes::add);
      }
    }
    return nodes;
  }

  /** The node that was noted for a port. */
  public static Optional<RunningNode> at(int port) throws IOException {
    return read(notes().resolve(Integer.toString(port)));
  }

  private static Optional<RunningNode> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(file);
    try {
      return Optional.of(
          new RunningNode(
              lines.size() > 3 ? lines.get(3) : NodeOptions.LOOPBACK,
              Integer.parseInt(file.getFileName().toString()),
              Long.parseLong(lines.get(0)),
              Long.parseLong(lines.get(1)),
              Path.of(lines.get(2))));
    } catch (NumberFormatException | IndexOutOfBoundsException damaged) {
      Files.deleteIfExists(file);
      return Optional.empty();
    }
  }

  /** Where its logs lie. */
  public Path logs() {
    return folder.resolve("logs");
  }

  private Optional<ProcessHandle> process() {
    return ProcessHandle.of(pid).filter(found -> isAlive(found) && startedMs(found) == startedMs);
  }

  /**
   * Whether a process lives: one that has ended, but of which its parent has not taken notice, does
   * not.
   */
  public static boolean isAlive(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      // Behind its name, which may have any characters, in parentheses.
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException | IndexOutOfBoundsException unknown) {
      return process.isAlive();
    }
  }

  /** Whether its process lives. */
  public boolean isAlive() {
    return process().isPresent();
  }

  /**
   * Ends it, and waits until it is gone with all its files.
   *
   * @param force at once, without giving it time
   * @return whether it is gone
   */
  public boolean stop(boolean force, long timeoutMs) throws InterruptedException {
    Optional<ProcessHandle> running = process();
    if (running.isPresent()) {
      ProcessHandle process = running.get();
      boolean told = force ? process.destroyForcibly() : process.destroy();
      try {
        process.onExit().get(told ? timeoutMs : 0, TimeUnit.MILLISECONDS);
      } catch (TimeoutException | ExecutionException e) {
        return false;
      }
    }
    removeFiles();
    return true;
  }

  /** Removes what a node leaves that was not ended in order. Its workers end by themselves. */
  void removeFiles() {
    try {
      Files.deleteIfExists(note());
      delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("can't remove the files of the node at port " + port, e);
    }
  }

  /**
   * Removes a folder if it is there; others, such as workers that end, may be removing files, too.
   */
  static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
            if (failure instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw failure;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
