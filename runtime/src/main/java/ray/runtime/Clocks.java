package ray.runtime;

import java.time.Duration;

/** Conversions between durations and the JVM's monotonic clock. */
final class Clocks {
  private Clocks() {}

  /** When a timeout that begins now is over; {@link Long#MAX_VALUE} if it never is. */
  static long deadlineNs(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("a timeout must not be negative, not " + timeout);
    }
    try {
      return Math.addExact(System.nanoTime(), timeout.toNanos());
    } catch (ArithmeticException tooLong) {
      return Long.MAX_VALUE;
    }
  }

  /** How long until a deadline. */
  static long remainingNs(long deadlineNs) {
    return deadlineNs == Long.MAX_VALUE ? Long.MAX_VALUE : deadlineNs - System.nanoTime();
  }
}
