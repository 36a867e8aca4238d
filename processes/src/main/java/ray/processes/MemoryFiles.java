package ray.processes;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import ray.core.node.MemoryMonitor;

/**
 * How much memory the machine has, or the cgroup of this process, and how much of it is in use, as
 * Linux says it in files. Thread-safe.
 */
final class MemoryFiles {
  private static final long KIB = 1024;
  private static final long DEFAULT_PAGE_BYTES = 4096;

  /** How much of a file is read that says what matters in its first lines. */
  private static final int BEGINNING = 256;

  /** The key of the size of a page in a process's auxiliary vector. */
  private static final long AT_PAGESZ = 6;

  private final Path proc;
  private final @Nullable Cgroup cgroup;
  private final long pageBytes;

  /**
   * A cgroup whose memory is limited.
   *
   * @param used the file that says how much is in use
   * @param stat the file that says how much of that are files which could be dropped
   * @param prefix of the words of that file
   */
  private record Cgroup(long limitBytes, Path used, Path stat, String prefix) {}

  /** The files of this machine. */
  MemoryFiles() {
    this(Path.of("/"));
  }

  /** The files below a folder. */
  MemoryFiles(Path root) {
    this.proc = root.resolve("proc");
    this.cgroup = findCgroup(root);
    this.pageBytes = findPageBytes(proc.resolve("self").resolve("auxv"));
  }

  /**
   * What is in use of what there is: of the cgroup or of the machine, whichever is shorter of it.
   */
  MemoryMonitor.Usage usage() throws IOException {
    MemoryMonitor.Usage machine = machine();
    MemoryMonitor.Usage group = cgroup == null ? null : usage(cgroup);
    return group != null && share(group) >= share(machine) ? group : machine;
  }

  static double share(MemoryMonitor.Usage usage) {
    return (double) usage.usedBytes() / usage.limitBytes();
  }

  private MemoryMonitor.Usage machine() throws IOException {
    byte[] text = new byte[BEGINNING];
    int length = read(proc.resolve("meminfo"), text);
    long total = numberAfter("MemTotal:", text, length);
    long available = numberAfter("MemAvailable:", text, length);
    return new MemoryMonitor.Usage((total - available) * KIB, total * KIB, "this machine");
  }

  /** Reads the beginning of a file, and no more: this is done all the time. */
  private static int read(Path file, byte[] into) throws IOException {
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      return Math.max(0, in.read(into));
    }
  }

  private static long numberAfter(String word, byte[] text, int length) throws IOException {
    for (int at = 0; at + word.length() < length; at++) {
      if (startsWith(word, text, at)) {
        return numberAt(at + word.length(), text, length);
      }
    }
    throw new IOException("/proc/meminfo does not say how much memory there is");
  }

  private static boolean startsWith(String word, byte[] text, int at) {
    for (int i = 0; i < word.length(); i++) {
      if (text[at + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The number behind blanks. */
  private static long numberAt(int from, byte[] text, int length) {
    int at = from;
    while (at < length && text[at] == ' ') {
      at++;
    }
    long number = 0;
    for (; at < length && text[at] >= '0' && text[at] <= '9'; at++) {
      number = 10 * number + text[at] - '0';
    }
    return number;
  }

  private static MemoryMonitor.Usage usage(Cgroup group) throws IOException {
    long used = Long.parseLong(Files.readString(group.used()).strip());
    // What has been read of files counts as used, and is dropped before anything fails.
    Map<String, Long> stat = words(Files.readString(group.stat()));
    long files =
        stat.getOrDefault(group.prefix() + "inactive_file", 0L)
            + stat.getOrDefault(group.prefix() + "active_file", 0L);
    return new MemoryMonitor.Usage(
        Math.max(0, used - files), group.limitBytes(), "the cgroup that the node is in");
  }

  /** Lines of a name and a number. */
  private static Map<String, Long> words(String text) {
    Map<String, Long> words = new HashMap<>();
    for (String line : text.split("\n")) {
      String[] parts = line.strip().split("\\s+");
      if (parts.length >= 2) {
        parse(parts[1]).ifPresent(number -> words.put(parts[0], number));
      }
    }
    return words;
  }

  private static OptionalLong parse(String number) {
    try {
      return OptionalLong.of(Long.parseLong(number));
    } catch (NumberFormatException word) {
      return OptionalLong.empty();
    }
  }

  // ---- cgroups

  /**
   * The cgroup of this process, or one around it, with the tightest limit; null if none has any.
   */
  private static @Nullable Cgroup findCgroup(Path root) {
    Cgroup tightest = null;
    try {
      for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
        String[] parts = line.split(":", 3);
        boolean unified = parts.length == 3 && parts[0].equals("0") && parts[1].isEmpty();
        boolean memory = parts.length == 3 && ("," + parts[1] + ",").contains(",memory,");
        if (!unified && !memory) {
          continue;
        }
        Path mount = root.resolve(unified ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
        // In a container what is mounted may be the group itself, whose path says more than that.
        @Nullable Path folder = mount.resolve(parts[2].substring(1)).normalize();
        for (; folder != null && folder.startsWith(mount); folder = folder.getParent()) {
          Cgroup found = limited(folder, unified);
          if (found != null && (tightest == null || found.limitBytes() < tightest.limitBytes())) {
            tightest = found;
          }
        }
      }
    } catch (IOException | RuntimeException none) {
      return tightest;
    }
    return tightest;
  }

  private static @Nullable Cgroup limited(Path folder, boolean unified) throws IOException {
    Path limit = folder.resolve(unified ? "memory.max" : "memory.limit_in_bytes");
    if (!Files.isReadable(limit)) {
      return null;
    }
    OptionalLong bytes = parse(Files.readString(limit).strip());
    // Version 1 says "no limit" by a number near the largest that there is.
    if (bytes.isEmpty() || bytes.getAsLong() > Long.MAX_VALUE / 2) {
      return null;
    }
    return new Cgroup(
        bytes.getAsLong(),
        folder.resolve(unified ? "memory.current" : "memory.usage_in_bytes"),
        folder.resolve("memory.stat"),
        unified ? "" : "total_");
  }

  // ---- processes

  /**
   * What a process has of its own, which would come back if it ended: neither files that are mapped
   * nor shared memory, such as the object store's. 0 if it is gone.
   */
  long ownBytes(long pid) {
    byte[] text = new byte[BEGINNING];
    try {
      int length = read(proc.resolve(Long.toString(pid)).resolve("statm"), text);
      int resident = endOfNumber(0, text, length);
      int shared = endOfNumber(resident + 1, text, length);
      return (numberAt(resident, text, length) - numberAt(shared, text, length)) * pageBytes;
    } catch (IOException gone) {
      return 0;
    }
  }

  private static int endOfNumber(int from, byte[] text, int length) {
    int at = from;
    while (at < length && text[at] != ' ') {
      at++;
    }
    return at;
  }

  private static long findPageBytes(Path auxiliaryVector) {
    try {
      ByteBuffer words =
          ByteBuffer.wrap(Files.readAllBytes(auxiliaryVector)).order(ByteOrder.nativeOrder());
      while (words.remaining() >= 16) {
        long key = words.getLong();
        long value = words.getLong();
        if (key == AT_PAGESZ) {
          return value;
        }
      }
    } catch (IOException unreadable) {
      return DEFAULT_PAGE_BYTES;
    }
    return DEFAULT_PAGE_BYTES;
  }
}
