package ray.store;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Collects garbage until a condition holds, with a bound. */
final class Collector {
  private static final int MAX_COLLECTIONS = 100;

  private Collector() {}

  /** Whether the condition comes true while garbage is collected and dead views are drained. */
  static boolean collectUntil(ObjectStore store, BooleanSupplier condition)
      throws InterruptedException {
    for (int i = 0; i < MAX_COLLECTIONS && !condition.getAsBoolean(); i++) {
      System.gc();
      store.awaitAndDrainViews(Duration.ofMillis(20));
    }
    return condition.getAsBoolean();
  }

  /** Gives everything that is unreachable a fair chance to be noticed. */
  static void collectThoroughly(ObjectStore store) throws InterruptedException {
    for (int i = 0; i < 4; i++) {
      System.gc();
      store.awaitAndDrainViews(Duration.ofMillis(20));
    }
  }
}
