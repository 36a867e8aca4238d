package ray.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine has. */
final class Machine {
  private static final Path MEMORY = Path.of("/proc/meminfo");

  private Machine() {}

  /** Memory that programs could have; of a machine that does not say, what this JVM may have. */
  static long availableBytes() {
    try {
      for (String line : Files.readAllLines(MEMORY)) {
        if (line.startsWith("MemAvailable:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException | NumberFormatException unknown) {
      return Runtime.getRuntime().maxMemory();
    }
    return Runtime.getRuntime().maxMemory();
  }
}
