package ray.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
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

  /** All of them in one line, for {@link #parse}. */
  String line() {
    ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoByteBuffer(bytes);
    return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
  }

  static Latencies parse(String line) {
    ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(line));
    Latencies latencies = new Latencies();
    latencies.histogram.add(Histogram.decodeFromByteBuffer(bytes, 0));
    return latencies;
  }

  /** The latency, in microseconds, that so many percent of the operations did not exceed. */
  double percentileUs(double percent) {
    return histogram.getValueAtPercentile(percent) / NS_PER_US;
  }

  double maxUs() {
    return histogram.getMaxValue() / NS_PER_US;
  }
}
