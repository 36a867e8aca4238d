package ray.store;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Asks the JVM to collect garbage, for views and refs that nobody can reach yet still hold store
 * memory. All stores of the JVM together take at most a twentieth of the time with it.
 */
public final class GarbageRequest {
  private static final long MIN_INTERVAL_NS = 1_000_000_000;
  private static final int REST_PER_WORK = 19;

  private static final AtomicLong nextAllowedNs = new AtomicLong(System.nanoTime());

  private GarbageRequest() {}

  /**
   * Collects unless that was done a short while ago. Blocks for as long as a full collection.
   *
   * @return whether it has collected
   */
  public static boolean tryCollect() {
    long startNs = System.nanoTime();
    long allowedNs = nextAllowedNs.get();
    if (startNs - allowedNs < 0
        || !nextAllowedNs.compareAndSet(allowedNs, startNs + MIN_INTERVAL_NS)) {
      return false;
    }
    System.gc();
    long endNs = System.nanoTime();
    long restNs = Math.max(MIN_INTERVAL_NS, REST_PER_WORK * (endNs - startNs));
    nextAllowedNs.set(endNs + restNs);
    return true;
  }
}
