package ray.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A few seeds, short enough to be run once for each mutant of a core. */
class ShortSimulationTest {
  @ParameterizedTest
  @CsvSource({"calm, 1", "calm, 2", "cancels, 1", "cancels, 2"})
  void rulesHold(String workload, long seed) {
    assertThat(new SeedCounts(workload, 0).apply(seed))
        .containsEntry(SeedCounts.VIOLATIONS, 0L)
        .hasEntrySatisfying(SeedCounts.TASKS, tasks -> assertThat(tasks).isPositive());
  }
}
