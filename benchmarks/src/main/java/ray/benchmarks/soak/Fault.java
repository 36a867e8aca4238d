package ray.benchmarks.soak;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What goes wrong: what the soak does to processes, and what tasks do to theirs. */
enum Fault {
  /** {@code kill -9} of a worker. */
  KILLED_WORKER(3, true),
  /** A worker's JVM crashes: {@code kill -SEGV} or {@code -ABRT}. */
  CRASHED_WORKER(14, true),
  /** A worker is stopped for a while, and goes on. */
  FROZEN_WORKER(12, false),
  /** {@code kill -9} of a driver; another takes its place. */
  KILLED_DRIVER(18, false),
  /** A driver closes Ray and ends while its programs run; another takes its place. */
  ENDED_DRIVER(18, false),
  /** A task calls {@code System.exit} in a worker that it shares. */
  EXIT(true),
  /** A task halts the process that it has for itself. */
  KILLED_ISOLATED(true),
  /** A task fills the heap of its worker. */
  OUT_OF_MEMORY(true),
  /** A task calls itself without end. */
  STACK_OVERFLOW(false);

  private final long everyMs;
  private final boolean deadly;

  Fault(long everySeconds, boolean deadly) {
    this.everyMs = TimeUnit.SECONDS.toMillis(everySeconds);
    this.deadly = deadly;
  }

  Fault(boolean deadly) {
    this(0, deadly);
  }

  /** Whether the soak does it, rather than a program. */
  boolean isTimed() {
    return everyMs > 0;
  }

  /** How long from one to the next, about, where workers are killed every three seconds. */
  long everyMs() {
    return everyMs;
  }

  /** Whether programs may lose what a worker had: it may die of it. */
  boolean isDeadly() {
    return deadly;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
