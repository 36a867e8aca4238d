package ray.store;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Chooses the best kind of memory that a machine offers for a store of some size. */
final class StoreMemories {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /** File systems that live in memory: mapping a hole of such a file takes up its space. */
  private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

  private StoreMemories() {}

  /** The first of shared, private and direct memory that can be had. */
  static StoreMemory openBest(long capacityBytes) {
    List<StoreMemoryException> refused = new ArrayList<>();
    for (MemoryKind kind : candidates(capacityBytes)) {
      try {
        return open(kind, capacityBytes);
      } catch (StoreMemoryException e) {
        refused.add(e);
      }
    }
    StoreMemoryException last = refused.removeLast();
    refused.forEach(last::addSuppressed);
    throw last;
  }

  private static List<MemoryKind> candidates(long capacityBytes) {
    List<MemoryKind> kinds = new ArrayList<>();
    if (sharedMemoryBytes() >= capacityBytes) {
      kinds.add(MemoryKind.SHARED);
    }
    if (!isWindows() && holesOfFilesAreFree(capacityBytes)) {
      kinds.add(MemoryKind.PRIVATE);
    }
    kinds.add(MemoryKind.DIRECT);
    return kinds;
  }

  static StoreMemory open(MemoryKind kind, long capacityBytes) {
    return switch (kind) {
      case SHARED -> {
        checkSharedMemory(capacityBytes);
        yield map(kind, SHARED_MEMORY, capacityBytes);
      }
      case PRIVATE -> map(kind, temporaryDirectory(), capacityBytes);
      case DIRECT -> {
        checkDirectLimit(capacityBytes);
        yield new DirectMemory(capacityBytes);
      }
    };
  }

  private static StoreMemory map(MemoryKind kind, Path directory, long capacityBytes) {
    try {
      return MappedMemory.open(kind, directory, capacityBytes);
    } catch (IOException | UnsupportedOperationException | OutOfMemoryError e) {
      throw new StoreMemoryException(
          String.format(
              "Cannot map %,d bytes of %s memory for the object store from a file in %s: %s. Make"
                  + " the store smaller, or give the machine more memory or address space.",
              capacityBytes, kind.name().toLowerCase(Locale.ROOT), directory, e.getMessage()),
          e);
    }
  }

  /**
   * A store that finds out later that its shared memory is used up dies of a bus error, so what is
   * there now must suffice.
   */
  private static void checkSharedMemory(long capacityBytes) {
    long availableBytes = sharedMemoryBytes();
    if (capacityBytes > availableBytes) {
      throw new StoreMemoryException(
          String.format(
              "The object store cannot have %,d bytes: %s has %,d bytes left. Make the store smaller,"
                  + " or mount %s with more.",
              capacityBytes, SHARED_MEMORY, availableBytes, SHARED_MEMORY));
    }
  }

  /** How much of the machine's shared memory is free; 0 where there is none. */
  private static long sharedMemoryBytes() {
    try {
      return Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY)
          ? Files.getFileStore(SHARED_MEMORY).getUsableSpace()
          : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Whether holes in temporary files are free, or there is room for them all. */
  private static boolean holesOfFilesAreFree(long capacityBytes) {
    try {
      FileStore files = Files.getFileStore(temporaryDirectory());
      return !IN_MEMORY.contains(files.type()) || files.getUsableSpace() >= capacityBytes;
    } catch (IOException e) {
      return false;
    }
  }

  private static Path temporaryDirectory() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static boolean isWindows() {
    return System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("windows");
  }

  private static void checkDirectLimit(long capacityBytes) {
    long limit = maxDirectBytes();
    if (capacityBytes > limit) {
      throw new StoreMemoryException(
          String.format(
              "The object store cannot have %,d bytes: this JVM allows %,d bytes of direct memory."
                  + " Make the store smaller, or allow more with -XX:MaxDirectMemorySize.",
              capacityBytes, limit));
    }
  }

  private static long maxDirectBytes() {
    for (String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (argument.startsWith("-XX:MaxDirectMemorySize=")) {
        // Its value has suffixes; the JVM itself will refuse what goes beyond it.
        return Long.MAX_VALUE;
      }
    }
    return Runtime.getRuntime().maxMemory();
  }
}
