package ray.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;

/**
 * The remote functions of Ray's microbenchmark. Where Python returns {@code b"ok"}, which can't
 * change, these return a string, which can't either. Functions that call others return how long one
 * of those calls took, in nanoseconds.
 */
final class Functions {
  static final String OK = "ok";

  /** Of a small put, so many make one call of {@link #putSmall}. */
  static final int PUTS = 100;

  /** Of a large put, so many make one call of {@link #putLarge}. */
  static final int LARGE_PUTS = 10;

  static final int CONTAINED_REFS = 10_000;
  private static final int LARGE_LONGS = 10 * 1024 * 1024;

  private Functions() {}

  static String smallValue() {
    return OK;
  }

  static long putSmall() {
    int sampled = ThreadLocalRandom.current().nextInt(PUTS);
    long latencyNs = 0;
    for (int i = 0; i < PUTS; i++) {
      if (i == sampled) {
        long startNs = System.nanoTime();
        Ray.put(0);
        latencyNs = System.nanoTime() - startNs;
      } else {
        Ray.put(0);
      }
    }
    return latencyNs;
  }

  /** Gives each ref up at once, as Python does with a ref that nobody keeps. */
  static long putLarge() {
    long latencyNs = 0;
    for (int i = 0; i < LARGE_PUTS; i++) {
      long[] zeros = new long[LARGE_LONGS];
      long startNs = System.nanoTime();
      Ray.put(zeros).close();
      latencyNs = System.nanoTime() - startNs;
    }
    return latencyNs;
  }

  /** Warm shared memory that no copy is being made to. */
  private static final Queue<MemorySegment> WARM = new ConcurrentLinkedQueue<>();

  /** What {@link #putLarge} does, by bare copies into shared memory. */
  static long copyLarge() throws IOException {
    long bytes = (long) Long.BYTES * LARGE_LONGS;
    MemorySegment free = WARM.poll();
    MemorySegment target = free == null ? SharedRegion.warm(Arena.ofAuto(), bytes) : free;
    long latencyNs = 0;
    for (int i = 0; i < LARGE_PUTS; i++) {
      long[] zeros = new long[LARGE_LONGS];
      long startNs = System.nanoTime();
      SharedRegion.copy(MemorySegment.ofArray(zeros), target);
      latencyNs = System.nanoTime() - startNs;
    }
    WARM.add(target);
    return latencyNs;
  }

  static List<ObjectRef<Integer>> createObjectContainingRefs() {
    List<ObjectRef<Integer>> refs = new ArrayList<>(CONTAINED_REFS);
    for (int i = 0; i < CONTAINED_REFS; i++) {
      refs.add(Ray.put(1));
    }
    return refs;
  }

  static long callActors(List<ActorRef<Servers.Plain>> actors, int calls) {
    return Batches.getAll(
        calls, i -> actors.get(i % actors.size()).call(Servers.Plain::smallValue));
  }

  static long callAsyncActors(List<ActorRef<Servers.Async>> actors, int calls) {
    return Batches.getAll(
        calls, i -> actors.get(i % actors.size()).call(Servers.Async::smallValue));
  }
}
