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
 * @param descriptors its open files by kind or name, without the class path, of which a JVM opens
 *     what it first needs
 * @param threads its threads by name, without those of the JVM itself
 */
record Counts(Map<String, Integer> descriptors, Map<String, Integer> threads) {
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

  private static Map<String, Integer> descriptors(long pid) throws IOException {
    Map<String, Integer> descriptors = new TreeMap<>();
    try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      for (Path each : open.toList()) {
        try {
          String target = Files.readSymbolicLink(each).toString();
          if (!target.endsWith(".jar")) {
            descriptors.merge(target.replaceAll("\\d+", "#"), 1, Integer::sum);
          }
        } catch (NoSuchFileException closed) {
          continue;
        }
      }
    }
    return descriptors;
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
    if (sum(descriptors) > sum(before.descriptors)) {
      return "descriptors " + descriptors + ", " + before.descriptors + " before";
    }
    return sum(threads) > sum(before.threads)
        ? "threads " + threads + ", " + before.threads + " before"
        : "";
  }

  private static int sum(Map<String, Integer> counts) {
    return counts.values().stream().mapToInt(count -> count).sum();
  }
}
