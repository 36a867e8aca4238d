package ray.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine has. */
final class Machine {
  private static final Path MEMORY = Path.of("/proc/meminfo");
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
  private static final Path PROCESSES = Path.of("/proc/self/ns/pid");

  private Machine() {}

  /** Tells this machine from others, and from itself before it was started again. */
  static String boot() {
    try {
      return Files.readString(BOOT).strip();
    } catch (IOException unknown) {
      return System.getProperty("os.name", "");
    }
  }

  /**
   * A name of this machine since it was started, and of the numbers that processes have here: two
   * processes with the same see each other in {@code /proc}. Empty where nothing tells.
   */
  static String identity() {
    try {
      return Files.readString(BOOT).strip() + " " + Files.readSymbolicLink(PROCESSES);
    } catch (IOException unknown) {
      return "";
    }
  }

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
