package ray;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A point in time until which something is waited for, or none. Immutable. */
final class Deadline {
  private final long startNs = System.nanoTime();
  private final long timeoutNs;

  /** Never. */
  Deadline() {
    this.timeoutNs = Long.MAX_VALUE;
  }

  /** After a time from now; a negative one is over already. */
  Deadline(long timeout, TimeUnit unit) {
    this.timeoutNs = Math.max(0, unit.toNanos(timeout));
  }

  /** After a time from now. */
  Deadline(Duration timeout) {
    this(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
  }

  /** What is left, not below zero. */
  long leftNs() {
    return timeoutNs == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : Math.max(0, timeoutNs - (System.nanoTime() - startNs));
  }

  /** What is left as {@link Ray#wait} takes it: null if it never ends. */
  @Nullable Duration left() {
    return timeoutNs == Long.MAX_VALUE ? null : Duration.ofNanos(leftNs());
  }

  boolean isOver() {
    return leftNs() == 0;
  }
}
