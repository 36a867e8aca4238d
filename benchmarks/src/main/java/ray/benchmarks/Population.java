package ray.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/**
 * What a great many of a kind cost: the line that a JVM of its own hands to the one that started
 * it.
 *
 * @param createNs how long it took to make them all
 * @param useNs how long it took to use each once
 * @param liveBytes what they need on the heap in between
 */
record Population(long createNs, long useNs, long liveBytes) {
  private static final double MIB = 1 << 20;

  String line() {
    return createNs + " " + useNs + " " + liveBytes;
  }

  static Population parse(String[] words) {
    if (words.length != 3) {
      throw new IllegalArgumentException(
          "expected three numbers of a JVM of its own, not: " + String.join(" ", words));
    }
    return new Population(
        Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
  }

  /** What the heap holds once all garbage is gone. */
  static long liveHeapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** A result whose rate is of those made and used from begin to end; the latency is the mean. */
  Result result(String name, int count, String kind) {
    Latencies latencies = new Latencies();
    latencies.add((createNs + useNs) / count);
    double rate = count * 1e9 / (createNs + useNs);
    return Result.of(name, List.of(rate), latencies)
        .withHeapBytes(liveBytes)
        .withNote(
            String.format(
                Locale.ROOT,
                "%,.0f MiB of live heap, %,d bytes a%s %s; %.2f s to make, %.2f s to use",
                liveBytes / MIB,
                liveBytes / count,
                kind.startsWith("a") ? "n" : "",
                kind,
                createNs / 1e9,
                useNs / 1e9));
  }
}
