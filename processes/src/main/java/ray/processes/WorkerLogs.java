package ray.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where the workers of a node write what they print, and for how long that is kept when they have
 * ended. Thread-safe.
 */
final class WorkerLogs {
  /** Of how many workers that have ended the logs are kept: of the latest. */
  static final int MAX_ENDED = 100;

  private final Path folder;
  private final ArrayDeque<String> ended = new ArrayDeque<>();

  WorkerLogs(Path folder) {
    this.folder = folder;
  }

  /**
   * The file of a worker's output or errors. People know a worker by its number; the id tells it
   * from another that had the same.
   */
  static Path file(Path folder, long pid, long worker, boolean isError) {
    return folder.resolve(stem(pid, worker) + (isError ? ".err" : ".out"));
  }

  private static String stem(long pid, long worker) {
    return "worker-" + pid + "-" + Long.toHexString(worker);
  }

  /** The file under which a worker begins to write, before its number is known. */
  Path begun(long worker, boolean isError) {
    return file(folder, 0, worker, isError);
  }

  /** A worker has begun: gives its files their names, which it knows itself. */
  void started(long pid, long worker) throws IOException {
    for (boolean isError : List.of(false, true)) {
      Files.move(begun(worker, isError), file(folder, pid, worker, isError));
    }
  }

  /** A worker has ended: its logs stay, those of one that ended long ago go. */
  void ended(long pid, long worker) {
    String oldest;
    synchronized (ended) {
      ended.add(stem(pid, worker));
      oldest = ended.size() > MAX_ENDED ? ended.remove() : null;
    }
    if (oldest == null) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> isOf(each, oldest)).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      // The folder goes with the session.
    }
  }

  private static boolean isOf(Path file, String stem) {
    return file.getFileName().toString().startsWith(stem + ".");
  }
}
