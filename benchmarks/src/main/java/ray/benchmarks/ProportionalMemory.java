package ray.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The memory of processes as the kernel shares it out: a page that several of them have counts in
 * equal parts for each. Linux only.
 */
final class ProportionalMemory {
  private static final String FIELD = "Pss:";

  private ProportionalMemory() {}

  /** What a process and all that it started, and that these started, have together, in MiB. */
  static double mebibytesOfTree(long pid) throws IOException {
    long kibibytes = 0;
    for (long each : tree(pid)) {
      kibibytes += kibibytesOf(each);
    }
    return kibibytes / 1024.0;
  }

  static List<Long> tree(long pid) throws IOException {
    ProcessHandle root =
        ProcessHandle.of(pid)
            .orElseThrow(() -> new IOException("there is no process " + pid + " on this machine"));
    return Stream.concat(Stream.of(root), root.descendants()).map(ProcessHandle::pid).toList();
  }

  static long kibibytesOf(long pid) throws IOException {
    Path file = Path.of("/proc", Long.toString(pid), "smaps_rollup");
    try (Stream<String> lines = Files.lines(file)) {
      String line =
          lines
              .filter(each -> each.startsWith(FIELD))
              .findFirst()
              .orElseThrow(() -> new IOException(file + " has no line that begins with " + FIELD));
      return Long.parseLong(line.replaceAll("\\D", ""));
    }
  }
}
