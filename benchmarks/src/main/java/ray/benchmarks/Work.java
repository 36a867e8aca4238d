package ray.benchmarks;

import org.jspecify.annotations.Nullable;

/** What a case repeats. */
sealed interface Work {
  /** One operation, timed from outside, and only now and then. */
  @FunctionalInterface
  non-sealed interface Single extends Work {
    /** Runs it; what it returns is looked at, so that it can't be optimized away. */
    @Nullable Object run() throws Exception;
  }

  /** Many operations at once, which times some of them itself. */
  @FunctionalInterface
  non-sealed interface Batch extends Work {
    /** Runs them. */
    void run(Latencies latencies) throws Exception;
  }
}
