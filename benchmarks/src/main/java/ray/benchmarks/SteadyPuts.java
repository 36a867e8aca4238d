package ray.benchmarks;

import java.util.ArrayList;
import java.util.List;
import ray.Ray;
import ray.RayInstance;

/**
 * Puts values for a minute and drops the refs: only the garbage collector tells Ray that they are
 * gone. It runs in a heap of 1 GiB, all of it from the start: what is never given back would fill
 * it within seconds.
 */
final class SteadyPuts {
  private static final int HEAP_MIB = 1024;
  private static final int PARTS = 6;
  private static final int PUTS_BETWEEN_LOOKS = 1_000;

  private SteadyPuts() {}

  static Result measure(String name, Timing timing) throws Exception {
    String printed =
        ChildJvm.withHeap(HEAP_MIB, SteadyPuts.class, timing.warmUpNs(), timing.steadyNs()).run();
    List<String> lines = printed.lines().toList();
    if (lines.size() != PARTS + 1) {
      throw new IllegalStateException("a JVM of its own printed something else: " + printed);
    }
    List<Double> rates = lines.stream().limit(PARTS).map(Double::valueOf).toList();
    return Result.of(name, rates, Latencies.parse(lines.getLast()))
        .withNote("in a heap of " + HEAP_MIB + " MiB");
  }

  /** In a JVM of its own: prints the rate of each part, and the latencies. */
  public static void main(String[] arguments) {
    long warmUpNs = Long.parseLong(arguments[0]);
    long steadyNs = Long.parseLong(arguments[1]);
    Latencies latencies = new Latencies();
    List<Double> rates = new ArrayList<>();
    try (RayInstance ray = Ray.init()) {
      puts(ray, warmUpNs, latencies);
      latencies.clear();
      for (int part = 0; part < PARTS; part++) {
        rates.add(puts(ray, steadyNs / PARTS, latencies));
      }
    }
    rates.forEach(System.out::println);
    System.out.println(latencies.line());
  }

  private static double puts(RayInstance ray, long durationNs, Latencies latencies) {
    long startNs = System.nanoTime();
    long count = 0;
    long elapsedNs;
    do {
      long beforeNs = System.nanoTime();
      ray.put(0);
      latencies.add(System.nanoTime() - beforeNs);
      for (int i = 1; i < PUTS_BETWEEN_LOOKS; i++) {
        ray.put(0);
      }
      count += PUTS_BETWEEN_LOOKS;
      elapsedNs = System.nanoTime() - startNs;
    } while (elapsedNs < durationNs);
    return count * 1e9 / elapsedNs;
  }
}
