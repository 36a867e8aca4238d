package ray.benchmarks;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.processes.LocalNode;

/**
 * What large puts and gets have to be compared with: one thread that copies the same array into
 * shared memory of the same kind, or out of it, in the same state and the same run. Warm memory was
 * written before; fresh memory has no pages yet, so that its first touch is the kernel's work.
 */
final class RawCopies {
  static final String WARM = "raw copy of 800 MB (warm)";
  static final String FRESH = "raw copy of 800 MB (fresh)";
  static final String FRESH_PUT = "put of 800 MB (fresh)";
  static final String TO_HEAP = "raw copy of 800 MB to a new double[]";
  static final String GET_DOUBLES = "get of a 800 MB double[]";

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
      MemorySegment target = SharedRegion.warm(arena, BYTES);
      return new Repetition(timing, RayCases.LARGE_GIGABYTES)
          .measure(name, (Work.Single) () -> SharedRegion.copy(source, target));
    }
  }

  /** Into a new array each time, as a get has to. */
  static Result toHeap(String name, Timing timing) throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment source = SharedRegion.warm(arena, BYTES);
      return new Repetition(timing, RayCases.LARGE_GIGABYTES)
          .measure(
              name,
              (Work.Single)
                  () -> {
                    double[] target = new double[RayCases.LARGE_LONGS];
                    MemorySegment.copy(
                        source, ValueLayout.JAVA_DOUBLE, 0, target, 0, target.length);
                    return target;
                  });
    }
  }

  static Work getDoubles() {
    ObjectRef<double[]> ref = Ray.put(new double[RayCases.LARGE_LONGS]);
    return (Work.Single) ref::get;
  }

  static Result fresh(String name, Timing timing) throws Exception {
    return rounds(name, RawCopies::copyIntoFresh);
  }

  static Result freshPut(String name, Timing timing) throws Exception {
    return rounds(
        name, source -> putIntoFresh(source, RayOptions.defaults().objectStore(STORE_BYTES)));
  }

  /** The same on a node, which is made for it, as the memory of one that runs may be warm. */
  static Result freshPutOnNode(String name, Timing timing) throws Exception {
    return rounds(
        name,
        source -> {
          try (LocalNode node = LocalNode.start(RayOptions.defaults().objectStore(STORE_BYTES))) {
            return putIntoFresh(source, RayOptions.defaults().address(node.address()));
          }
        });
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
      MemorySegment target = SharedRegion.fresh(arena, BYTES);
      long startNs = System.nanoTime();
      SharedRegion.copy(MemorySegment.ofArray(source), target);
      return System.nanoTime() - startNs;
    }
  }

  private static long putIntoFresh(long[] source, RayOptions options) {
    try (RayInstance ray = Ray.start(options)) {
      long startNs = System.nanoTime();
      ObjectRef<long[]> ref = ray.put(source);
      long ns = System.nanoTime() - startNs;
      ref.close();
      return ns;
    }
  }
}
