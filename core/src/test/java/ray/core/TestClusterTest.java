package ray.core;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Runs random programs on random clusters, thousands of them: their results are those of a serial
 * run, nothing is freed while it is reachable, and nothing is left when all is let go. A seed in a
 * message replays its run.
 */
class TestClusterTest {
  private static void run(long firstSeed, int seeds, boolean cancels, boolean timeouts) {
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      Random shape = new Random(seed);
      var setting =
          new TestCluster.Setting(
              1 + shape.nextInt(3), 1 + shape.nextInt(3), 1 + shape.nextInt(3), cancels, timeouts);
      try {
        TestCluster cluster = new TestCluster(seed, setting, false);
        cluster.run();
        cluster.end();
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError("seed " + seed + " of " + setting + ": " + failure, failure);
      }
    }
  }

  @Test
  void programsGiveTheirSerialResultsAndLeaveNothing() {
    run(0, 700, false, false);
  }

  @Test
  void cancelledTasksLeaveNothingAndDisturbOnlyThoseThatNeedThem() {
    run(0, 400, true, false);
  }

  @Test
  void tasksThatAreGivenUpLeaveNothing() {
    run(0, 300, true, true);
  }
}
