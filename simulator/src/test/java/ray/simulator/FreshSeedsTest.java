package ray.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Seeds that nobody has run before, of all workloads, for as many minutes as {@code
 * -Dray.simulate.minutes} says: a few seconds unless told otherwise. They begin at {@code
 * -Dray.simulate.seed}, which continuous integration derives from what it builds, so that its
 * outcome can be had again; else anywhere.
 */
class FreshSeedsTest {
  private static final double MINUTES =
      Double.parseDouble(System.getProperty("ray.simulate.minutes", "0.05"));

  @Test
  void rulesHold() {
    long first =
        Long.getLong("ray.simulate.seed", ThreadLocalRandom.current().nextLong(1_000_000_000_000L));
    long limitNs = (long) (MINUTES * TimeUnit.MINUTES.toNanos(1)) / Workload.list().size();
    for (Workload workload : Workload.list()) {
      Failure failure = run(first, workload, limitNs);

      assertThat(failure)
          .withFailMessage(() -> "not all rules hold")
          .as(() -> failure == null ? "" : describe(failure))
          .isNull();
    }
  }

  private static @org.jspecify.annotations.Nullable Failure run(
      long first, Workload workload, long limitNs) {
    long[] seeds = {0};
    int threads = Runtime.getRuntime().availableProcessors();
    Failure failure =
        new Simulator(
                new Simulator.Options(first, Long.MAX_VALUE / 2, workload, 0, limitNs, threads))
            .run(progress -> seeds[0] = progress.seeds());
    System.out.printf(
        "simulated %d fresh seeds of %s, from %d on%n", seeds[0], workload.name(), first);
    assertThat(seeds[0]).isPositive();
    return failure;
  }

  private static String describe(Failure failure) {
    return """
    seed %d of %s breaks a rule: %s
    what: %s
    the smallest run found that breaks it: %s
    replay it with:  ./ray simulate --seed %d --workload %s --trace
    """
        .formatted(
            failure.seed(),
            failure.workload(),
            failure.rule().text(),
            failure.what(),
            failure.setting(),
            failure.seed(),
            failure.workload());
  }
}
