package ray.junit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import ray.ObjectInfo;
import ray.RayInstance;

/**
 * Looks for objects that are still held. Refs that nothing reaches are noticed by the garbage
 * collector, so it is asked to run until there is none left, or for long enough.
 */
final class LeakCheck {
  /** How long to wait for the collector to notice refs. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How long refs that the collector found may take to be counted, before it is asked again. */
  private static final long COUNTING_NS = 20_000_000;

  /** How many leaks a message names. */
  private static final int NAMED = 10;

  private LeakCheck() {}

  /**
   * Throws if there are leaks.
   *
   * @throws AssertionError that names them, who holds them, and where they were created
   */
  static void run(RayInstance ray) {
    long startNs = System.nanoTime();
    List<ObjectInfo> left = ray.objects();
    while (!left.isEmpty() && System.nanoTime() - startNs < PATIENCE.toNanos()) {
      System.gc();
      LockSupport.parkNanos(COUNTING_NS);
      left = ray.objects();
    }
    if (!left.isEmpty()) {
      throw new AssertionError(message(left));
    }
  }

  private static String message(List<ObjectInfo> left) {
    String named = left.stream().limit(NAMED).map(LeakCheck::line).collect(Collectors.joining());
    String more = left.size() > NAMED ? "\n  and " + (left.size() - NAMED) + " more" : "";
    return "objects are still held after the test ("
        + left.size()
        + "): close their refs, or let go of them:"
        + named
        + more;
  }

  private static String line(ObjectInfo object) {
    return "\n  "
        + object.id()
        + " "
        + object.state()
        + ", "
        + object.sizeBytes()
        + " bytes, held by "
        + object.holders()
        + object.creationSite().map(site -> ", created " + site).orElse("");
  }
}
