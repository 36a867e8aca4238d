package ray.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of the machine's memory a process takes.
 *
 * @param ownBytes what is its own; 0 if that is not known
 * @param sharedBytes what it has touched of shared memory, such as the object store's
 */
public record ProcessMemory(long ownBytes, long sharedBytes) {
  private static final ProcessMemory UNKNOWN = new ProcessMemory(0, 0);
  private static final long KIB = 1024;

  /** Reads what the system says of a process. */
  static ProcessMemory of(long pid) {
    long residentKib = 0;
    long sharedKib = 0;
    try {
      for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
        if (line.startsWith("VmRSS:")) {
          residentKib = kib(line);
        } else if (line.startsWith("RssShmem:")) {
          sharedKib = kib(line);
        }
      }
      return new ProcessMemory((residentKib - sharedKib) * KIB, sharedKib * KIB);
    } catch (IOException | NumberFormatException gone) {
      return UNKNOWN;
    }
  }

  /** The number in a line such as {@code VmRSS: 12345 kB}. */
  private static long kib(String line) {
    return Long.parseLong(line.substring(line.indexOf(':') + 1, line.lastIndexOf(' ')).strip());
  }
}
