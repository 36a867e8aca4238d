package ray.benchmarks;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import ray.Ray;
import ray.RayInstance;

/**
 * Puts values for a minute and drops the refs: only the garbage collector tells Ray that they are
 * gone. The rate counts only if the heap stays as it is, so this looks at the smallest heap after a
 * collection in each part of that minute and fails if it grows.
 */
final class SteadyPuts {
  private static final int PARTS = 6;
  private static final int PUTS_BETWEEN_LOOKS = 1_000;

  /** What may be on the heap by chance when a collection ends: it is the trend that counts. */
  private static final long SLACK_BYTES = 64L << 20;

  private static final double MIB = 1 << 20;

  private SteadyPuts() {}

  static Result measure(String name, Timing timing) throws Exception {
    AtomicLong lowestBytes = new AtomicLong();
    NotificationListener listener =
        (notification, handback) -> {
          long afterBytes = heapAfter(notification.getUserData());
          lowestBytes.accumulateAndGet(afterBytes, Math::min);
        };
    listen(listener);
    try (RayInstance ray = Ray.init()) {
      return measure(name, timing, lowestBytes, ray);
    } finally {
      unlisten(listener);
    }
  }

  private static Result measure(String name, Timing timing, AtomicLong lowestBytes, RayInstance ray)
      throws Exception {
    Latencies latencies = new Latencies();
    puts(ray, timing.warmUpNs(), latencies);
    latencies.clear();
    List<Double> rates = new ArrayList<>();
    List<Long> lowest = new ArrayList<>();
    for (int part = 0; part < PARTS; part++) {
      lowestBytes.set(Long.MAX_VALUE);
      rates.add(puts(ray, timing.steadyNs() / PARTS, latencies));
      lowest.add(lowestBytes.get());
    }
    lowest.removeIf(bytes -> bytes == Long.MAX_VALUE); // a part without a collection
    Result result = Result.of(name, rates, latencies);
    if (lowest.isEmpty()) {
      return result.withNote("no garbage collection took place, so nothing is known of the heap");
    }
    long first = lowest.getFirst();
    long last = lowest.getLast();
    boolean constant = last <= first + Math.max(SLACK_BYTES, first / 4);
    return result
        .withHeapBytes(last)
        .withNote(
            String.format(
                Locale.ROOT,
                "heap %s: at least %.0f MiB after collections at first, %.0f MiB at last",
                constant ? "constant" : "GROWS",
                first / MIB,
                last / MIB));
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

  private static long heapAfter(Object notification) {
    return GarbageCollectionNotificationInfo.from((CompositeData) notification)
        .getGcInfo()
        .getMemoryUsageAfterGc()
        .entrySet()
        .stream()
        .filter(pool -> isHeap(pool.getKey()))
        .map(Map.Entry::getValue)
        .mapToLong(MemoryUsage::getUsed)
        .sum();
  }

  private static boolean isHeap(String pool) {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .anyMatch(bean -> bean.getName().equals(pool) && bean.getType() == MemoryType.HEAP);
  }

  private static void listen(NotificationListener listener) {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector).addNotificationListener(listener, null, null);
    }
  }

  private static void unlisten(NotificationListener listener) throws ListenerNotFoundException {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      ((NotificationEmitter) collector).removeNotificationListener(listener);
    }
  }
}
