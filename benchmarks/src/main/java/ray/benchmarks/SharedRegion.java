package ray.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Shared memory as the object store's: a mapped file without a name, and raw copies into it. */
final class SharedRegion {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /**
   * In pieces, as the JVM copies fast only in compiled code, and compiles what is called often;
   * each large enough to be written past the caches.
   */
  private static final long PIECE_BYTES = 4L << 20;

  private SharedRegion() {}

  /** So much of it that has no pages yet. */
  static MemorySegment fresh(Arena arena, long bytes) throws IOException {
    Path directory =
        Files.isWritable(SHARED_MEMORY)
            ? SHARED_MEMORY
            : Path.of(System.getProperty("java.io.tmpdir"));
    Path file = Files.createTempFile(directory, "ray-raw-copy-", ".tmp");
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE))) {
      Files.delete(file);
      return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
    }
  }

  /** The same, which was written to before. */
  static MemorySegment warm(Arena arena, long bytes) throws IOException {
    return fresh(arena, bytes).fill((byte) 1);
  }

  /** Copies all of the source to the start of the target, by this thread. */
  static MemorySegment copy(MemorySegment source, MemorySegment target) {
    long bytes = source.byteSize();
    for (long at = 0; at < bytes; at += PIECE_BYTES) {
      MemorySegment.copy(source, at, target, at, Math.min(PIECE_BYTES, bytes - at));
    }
    return target;
  }
}
