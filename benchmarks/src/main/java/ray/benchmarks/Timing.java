package ray.benchmarks;

import java.util.concurrent.TimeUnit;

/**
 * How long a case is warmed up and measured.
 *
 * @param warmUpNs how long it runs before anything counts
 * @param rounds how many times it is measured; their spread is the result's standard deviation
 * @param roundNs how long a round lasts at least
 * @param steadyNs how long a case runs that watches whether the heap stays constant
 */
record Timing(long warmUpNs, int rounds, long roundNs, long steadyNs) {
  /** As {@code ray microbenchmark} of Ray itself: a second, then four rounds of two. */
  static final Timing RAY =
      new Timing(
          TimeUnit.SECONDS.toNanos(1),
          4,
          TimeUnit.SECONDS.toNanos(2),
          TimeUnit.SECONDS.toNanos(60));

  Timing {
    if (warmUpNs < 1 || rounds < 1 || roundNs < 1 || steadyNs < 1) {
      throw new IllegalArgumentException("times and rounds must be positive");
    }
  }
}
