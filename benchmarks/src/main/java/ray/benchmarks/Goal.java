package ray.benchmarks;

import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What a case should reach on a machine of two cores. */
sealed interface Goal {
  /** For cases that only stand beside others. */
  record None() implements Goal {
    @Override
    public OptionalDouble reached(Result result, Map<String, Result> others) {
      return OptionalDouble.empty();
    }

    @Override
    public String toString() {
      return "";
    }
  }

  /** So many operations a second. */
  record PerSecond(double operations) implements Goal {
    @Override
    public OptionalDouble reached(Result result, Map<String, Result> others) {
      return OptionalDouble.of(result.perSecond() / operations);
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%,.0f/s", operations);
    }
  }

  /** Half of the operations take no longer than this. */
  record MedianMs(double milliseconds) implements Goal {
    @Override
    public OptionalDouble reached(Result result, Map<String, Result> others) {
      return OptionalDouble.of(milliseconds * 1_000 / result.p50Us());
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%,.0f ms", milliseconds);
    }
  }

  /**
   * A share of the speed of another case of the same run, by the medians of single operations: both
   * are measured some seconds apart, and a busy neighbour slows a few of them down by a lot.
   */
  record ShareOf(double share, String other) implements Goal {
    @Override
    public OptionalDouble reached(Result result, Map<String, Result> others) {
      Result measure = others.get(other);
      return measure == null
          ? OptionalDouble.empty()
          : OptionalDouble.of(measure.p50Us() / (share * result.p50Us()));
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.0f %% of %s, by the median", share * 100, other);
    }
  }

  /** No more heap than this. */
  record HeapAtMost(long mebibytes) implements Goal {
    @Override
    public OptionalDouble reached(Result result, Map<String, Result> others) {
      return result.heapBytes().isEmpty()
          ? OptionalDouble.empty()
          : OptionalDouble.of(mebibytes * (double) (1L << 20) / result.heapBytes().getAsLong());
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%,d MiB", mebibytes);
    }
  }

  /**
   * How far the goal is reached: 1 and more is all of it.
   *
   * @param others all results of the run, by name
   */
  OptionalDouble reached(Result result, Map<String, Result> others);
}
