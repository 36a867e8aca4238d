package ray.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/**
 * What a put of 800 MB has to be compared with: one thread that copies the same array into shared
 * memory of the same kind and in the same state. Warm memory was written before; fresh memory has
 * no pages yet, so that its first touch is the kernel's work.
 */
final class RawCopies {
  static final String WARM = "raw copy of 800 MB (warm)";
  static final String FRESH = "raw copy of 800 MB (fresh)";

  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  /** In pieces, as the JVM copies fast only in compiled code, and compiles what is called often. */
  private static final long PIECE_BYTES = 1L << 20;

  private static final long BYTES = RayCases.LARGE_LONGS * (long) Long.BYTES;

  /**
   * Room for the array and nothing else that is large, so that a put finds memory nobody touched.
   */
  private static final long STORE_BYTES = BYTES + (64L << 20);

  /** One copy into fresh memory takes up to a second or two; this many of them make a result. */
  private static final int FRESH_ROUNDS = 5;

  private RawCopies() {}

  private interface Once {
    long nanoseconds(long[] source) throws Exception;
  }

  static Result warm(String name, Timing timing) throws Exception {
    MemorySegment source = MemorySegment.ofArray(new long[RayCases.LARGE_LONGS]);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment target = map(arena);
      target.fill((byte) 1);
      return new Repetition(timing, RayCases.LARGE_GIGABYTES)
          .measure(name, (Work.Single) () -> copy(source, target));
    }
  }

  static Result fresh(String name, Timing timing) throws Exception {
    return rounds(name, RawCopies::copyIntoFresh);
  }

  static Result freshPut(String name, Timing timing) throws Exception {
    return rounds(name, RawCopies::putIntoFresh);
  }

  private static Result rounds(String name, Once once) throws Exception {
    long[] source = new long[RayCases.LARGE_LONGS];
    once.nanoseconds(source);
    List<Double> rates = new ArrayList<>();
    Latencies latencies = new Latencies();
    for (int i = 0; i < FRESH_ROUNDS; i++) {
      long ns = once.nanoseconds(source);
      latencies.add(ns);
      rates.add(RayCases.LARGE_GIGABYTES * 1e9 / ns);
    }
    return Result.of(name, rates, latencies);
  }

  private static long copyIntoFresh(long[] source) throws IOException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment target = map(arena);
      long startNs = System.nanoTime();
      copy(MemorySegment.ofArray(source), target);
      return System.nanoTime() - startNs;
    }
  }

  private static long putIntoFresh(long[] source) {
    try (RayInstance ray = Ray.start(RayOptions.defaults().objectStore(STORE_BYTES))) {
      long startNs = System.nanoTime();
      ObjectRef<long[]> ref = ray.put(source);
      long ns = System.nanoTime() - startNs;
      ref.close();
      return ns;
    }
  }

  private static MemorySegment copy(MemorySegment source, MemorySegment target) {
    for (long at = 0; at < BYTES; at += PIECE_BYTES) {
      MemorySegment.copy(source, at, target, at, Math.min(PIECE_BYTES, BYTES - at));
    }
    return target;
  }

  /** A new mapping of a file that has no name any more and no pages yet. */
  private static MemorySegment map(Arena arena) throws IOException {
    Path directory =
        Files.isWritable(SHARED_MEMORY)
            ? SHARED_MEMORY
            : Path.of(System.getProperty("java.io.tmpdir"));
    Path file = Files.createTempFile(directory, "ray-raw-copy-", ".tmp");
    try (FileChannel channel =
        FileChannel.open(file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE))) {
      Files.delete(file);
      return channel.map(MapMode.READ_WRITE, 0, BYTES, arena);
    }
  }
}
