package ray.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RepetitionTest {
  private static final long ROUND_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final Timing TIMING = new Timing(ROUND_NS, 3, ROUND_NS, ROUND_NS);

  /** Busy for as long as said: what a clock measures. */
  private static Object spin(long ns) {
    long startNs = System.nanoTime();
    while (System.nanoTime() - startNs < ns) {
      Thread.onSpinWait();
    }
    return startNs;
  }

  @Test
  void operationsAreCountedByTheirFactorAndNeverFasterThanTheyAre() throws Exception {
    long operationNs = 100_000;

    Result result =
        new Repetition(TIMING, 10).measure("spin", (Work.Single) () -> spin(operationNs));

    assertThat(result.perSecond()).isPositive().isLessThanOrEqualTo(10 * 1e9 / operationNs);
    assertThat(result.p50Us()).isGreaterThanOrEqualTo(operationNs / 1e3 * 0.99);
  }

  @Test
  void fastOperationsAreTimedToo() throws Exception {
    AtomicLong runs = new AtomicLong();

    Result fast =
        new Repetition(TIMING, 1).measure("fast", (Work.Single) () -> runs.incrementAndGet());

    assertThat(fast.maxUs()).isPositive();
    assertThat(fast.perSecond()).isLessThanOrEqualTo(runs.get() * 1e9 / ROUND_NS);
  }

  @Test
  void batchReportsItsOwnLatencies() throws Exception {
    Result result =
        new Repetition(TIMING, 1)
            .measure(
                "batch",
                (Work.Batch)
                    latencies -> {
                      spin(10_000);
                      latencies.add(5_000);
                    });

    assertThat(result.p50Us()).isBetween(4.99, 5.01);
    assertThat(result.maxUs()).isBetween(4.99, 5.01);
  }

  @Test
  void failureOfTheWorkIsTheFailureOfTheMeasurement() {
    Work.Single broken =
        () -> {
          throw new IllegalStateException("broken");
        };

    assertThatThrownBy(() -> new Repetition(TIMING, 1).measure("broken", broken))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("broken");
  }
}
