package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits until something holds, which is looked at again and again. */
final class Waiting {
  /** Less than any of these tests may take, so that one that waits in vain says what for. */
  private static final Duration LIMIT = Duration.ofSeconds(100);

  private static final long LOOK_NS = 1_000_000;

  private Waiting() {}

  /** What is waited for; to look may fail. */
  @FunctionalInterface
  interface Condition<E extends Exception> {
    boolean holds() throws E;
  }

  /** Blocks until the condition holds; fails when it has not for too long. */
  static <E extends Exception> void await(String what, Condition<E> condition) throws E {
    long beganNs = System.nanoTime();
    while (!condition.holds()) {
      assertThat(Duration.ofNanos(System.nanoTime() - beganNs))
          .as("the wait for: " + what)
          .isLessThan(LIMIT);
      LockSupport.parkNanos(LOOK_NS);
    }
  }
}
