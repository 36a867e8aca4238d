package ray.benchmarks.soak;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How much a process holds that it has to give back.
 *
 * @param descriptors its open files
 * @param threads its threads by name, without those of the JVM itself
 */
record Counts(int descriptors, Map<String, Integer> threads) {
  /** How the JVM calls its own threads, which come and go as it likes. */
  private static final String OF_THE_JVM =
      "java|GC Thread.*|G1 .*|C1 .*|C2 .*|VM .*|VirtualThread.*|Reference Handl|Finalizer|"
          + "Signal .*|Service Thread|Monitor Deflati|Notification .*|Common-Cleaner|"
          + "Attach Listener|ForkJoinPool.*|process reaper.*|Cleaner-.*|main|DestroyJavaVM|"
          + "Serviceability.*|JFR .*|Read-Poller|Write-Poller|.*-unparker|.*-Unblocker";

  static Counts of(long pid) {
    try {
      return new Counts(descriptors(pid), threads(pid));
    } catch (IOException e) {
      throw new UncheckedIOException("process " + pid + " can't be looked into", e);
    }
  }

  private static int descriptors(long pid) throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return (int) open.count();
    }
  }

  private static Map<String, Integer> threads(long pid) throws IOException {
    Map<String, Integer> threads = new TreeMap<>();
    try (Stream<Path> all = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path each : all.toList()) {
        try {
          String name = Files.readString(each.resolve("comm")).strip();
          if (!name.matches(OF_THE_JVM)) {
            threads.merge(name, 1, Integer::sum);
          }
        } catch (NoSuchFileException ended) {
          continue;
        }
      }
    }
    return threads;
  }

  /** What there is more of than before; empty if nothing. */
  String moreThan(Counts before) {
    if (descriptors > before.descriptors) {
      return descriptors + " descriptors, " + before.descriptors + " before";
    }
    int now = threads.values().stream().mapToInt(count -> count).sum();
    int then = before.threads.values().stream().mapToInt(count -> count).sum();
    return now > then ? "threads " + threads + ", " + before.threads + " before" : "";
  }
}
