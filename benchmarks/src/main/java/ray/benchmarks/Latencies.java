package ray.benchmarks;

import org.HdrHistogram.Histogram;

/** How long single operations took. Used by one thread at a time. */
final class Latencies {
  /** Longer ones are counted as this: no case may take that long. */
  private static final long MAX_NS = 600_000_000_000L;

  private static final int SIGNIFICANT_DIGITS = 3;
  private static final double NS_PER_US = 1_000;

  private final Histogram histogram = new Histogram(MAX_NS, SIGNIFICANT_DIGITS);

  void add(long latencyNs) {
    histogram.recordValue(Math.clamp(latencyNs, 0, MAX_NS));
  }

  void clear() {
    histogram.reset();
  }

  /** The latency, in microseconds, that so many percent of the operations did not exceed. */
  double percentileUs(double percent) {
    return histogram.getValueAtPercentile(percent) / NS_PER_US;
  }

  double maxUs() {
    return histogram.getMaxValue() / NS_PER_US;
  }
}
