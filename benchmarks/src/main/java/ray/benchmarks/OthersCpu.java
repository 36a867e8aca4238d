package ray.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * How many CPUs others kept busy meanwhile: a result that was measured beside other work says so.
 * What this process and the children that it has waited for used does not count. Works on Linux;
 * elsewhere nothing is known.
 */
final class OthersCpu {
  private static final Path MACHINE = Path.of("/proc/stat");
  private static final Path SELF = Path.of("/proc/self/stat");
  private static final double TICKS_PER_SECOND = 100;

  /** User, nice, system and interrupts; idle and waiting for disks, between them, use nothing. */
  private static final int[] BUSY_FIELDS = {1, 2, 3, 6, 7};

  /** User and system time, then that of children; counted behind the command's name. */
  private static final int[] OWN_FIELDS = {12, 13, 14, 15};

  private final long startNs = System.nanoTime();
  private final OptionalDouble atStart = othersSeconds();

  OptionalDouble cpus() {
    OptionalDouble now = othersSeconds();
    if (now.isEmpty() || atStart.isEmpty()) {
      return OptionalDouble.empty();
    }
    double seconds = now.getAsDouble() - atStart.getAsDouble();
    return OptionalDouble.of(Math.max(0, seconds * 1e9 / (System.nanoTime() - startNs)));
  }

  private static OptionalDouble othersSeconds() {
    try {
      String self = Files.readString(SELF);
      String behindName = self.substring(self.lastIndexOf(')') + 1);
      String machine = Files.readString(MACHINE).lines().findFirst().orElseThrow();
      return OptionalDouble.of(seconds(machine, BUSY_FIELDS) - seconds(behindName, OWN_FIELDS));
    } catch (IOException | RuntimeException notLinux) {
      return OptionalDouble.empty();
    }
  }

  private static double seconds(String line, int[] fields) {
    String[] words = line.split("\\s+");
    return IntStream.of(fields).mapToLong(field -> Long.parseLong(words[field])).sum()
        / TICKS_PER_SECOND;
  }
}
