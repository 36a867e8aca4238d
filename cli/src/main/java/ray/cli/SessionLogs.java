package ray.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The logs in the folder of a session. */
final class SessionLogs {
  /** A worker's output, and what its JVM wrote when it crashed. */
  private static final Pattern WORKERS =
      Pattern.compile("worker-(?<pid>\\d+)-(?<id>\\p{XDigit}+)|crash-(?<crashed>\\d+)");

  private final Path folder;

  SessionLogs(Path folder) {
    this.folder = folder;
  }

  /**
   * A log.
   *
   * @param file where it is written now
   * @param older what was put aside of it, the latest first
   */
  record Log(Path file, List<Path> older) {
    String name() {
      return file.getFileName().toString();
    }

    /** The name without its ending. */
    String stem() {
      String name = name();
      int dot = name.lastIndexOf('.');
      return dot < 0 ? name : name.substring(0, dot);
    }

    long sizeBytes() throws IOException {
      long size = Files.size(file);
      for (Path each : older) {
        size += Files.size(each);
      }
      return size;
    }

    Instant changed() throws IOException {
      return Files.getLastModifiedTime(file).toInstant();
    }

    /** The number of the worker that writes it; empty for the node's. */
    String pid() {
      Matcher worker = WORKERS.matcher(stem());
      return worker.matches()
          ? Objects.requireNonNullElseGet(worker.group("pid"), () -> worker.group("crashed"))
          : "";
    }

    private @Nullable String worker() {
      Matcher worker = WORKERS.matcher(stem());
      return worker.matches() ? worker.group("id") : null;
    }

    boolean isCalled(String word) {
      String worker = worker();
      return word.equals(name())
          || word.equals(stem())
          || word.equals(pid())
          || worker != null && ShortIds.means(word, Long.parseUnsignedLong(worker, 16));
    }
  }

  boolean isThere() {
    return Files.isDirectory(folder);
  }

  /** All logs, by name. */
  List<Log> all() throws IOException {
    List<Log> logs = new ArrayList<>();
    if (!isThere()) {
      return logs;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(SessionLogs::isLog).sorted().toList()) {
        List<Path> older = new ArrayList<>();
        for (int i = 1; Files.exists(LogReader.older(file, i)); i++) {
          older.add(LogReader.older(file, i));
        }
        logs.add(new Log(file, older));
      }
    }
    return logs;
  }

  private static boolean isLog(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".log") || name.endsWith(".out") || name.endsWith(".err");
  }

  /** The logs that a word means: a name, with or without its ending, or a worker. */
  List<Log> called(String word) throws IOException {
    return all().stream().filter(log -> log.isCalled(word)).toList();
  }
}
