package ray.simulator.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import ray.simulator.SeedCounts;
import ray.simulator.cores.CoreSources;

/** What of the cores is noted as reached, and that what is explained is there. */
class CoverageTest {
  @Test
  void nothingIsReachedBeforeASeedHasRun() {
    try (Coverage coverage = new Coverage()) {
      Report report = coverage.report();

      assertThat(report.branches().keySet())
          .containsExactly("control", "executor", "node", "owner", "shared", "store");
      assertThat(report.branches().values())
          .allSatisfy(branches -> {
            assertThat(branches.all()).isPositive();
            assertThat(branches.taken()).isZero();
          });
      assertThat(report.unreachedEvents())
          .contains("OwnerCore.submit", "NodeCore gets RequestLeases", "OwnerCore gets TasksDone")
          .doesNotContain("OwnerCore gets RequestLeases");
    }
  }

  @Test
  void whatASeedReachesIsAddedUp() {
    try (Coverage coverage = new Coverage()) {
      LongFunction<Map<String, Long>> runs = coverage.seeds("calm", 0);
      assertThat(runs.apply(1)).containsEntry("violations", 0L);
      Report one = coverage.report();
      for (long seed = 2; seed < 12; seed++) {
        assertThat(runs.apply(seed)).containsEntry("violations", 0L);
      }
      Report more = coverage.report();

      assertThat(one.unreachedEvents()).doesNotContain("OwnerCore.submit");
      assertThat(one.unreachedEvents()).containsAll(more.unreachedEvents());
      assertThat(taken(more)).isGreaterThan(taken(one));
      assertThat(more.unreached()).hasSizeLessThan(one.unreached().size());
    }
  }

  private static int taken(Report report) {
    return report.branches().values().stream().mapToInt(Report.Branches::taken).sum();
  }

  @Test
  void probesChangeNoRun() {
    try (Coverage coverage = new Coverage()) {
      assertThat(coverage.seeds("everything", 0).apply(5))
          .isEqualTo(new SeedCounts("everything", 0).apply(5));
    }
  }

  @Test
  void everyKindOfMessageAndCallIsReachedOrExplained() {
    try (Coverage coverage = new Coverage()) {
      for (String workload :
          List.of("calm", "cancels", "everything", "deaths", "force", "workers")) {
        LongFunction<Map<String, Long>> runs = coverage.seeds(workload, 0);
        for (long seed = 0; seed < 100; seed++) {
          assertThat(runs.apply(seed)).containsKey("steps");
        }
      }

      assertThat(coverage.report().unreachedEvents()).isEmpty();
    }
  }

  @Test
  void everyExplanationIsOfSomethingThatIsThere() {
    CoreSources sources = CoreSources.find();

    assertThat(sources.areThere()).isTrue();
    assertThat(Explanations.read().entries()).isNotEmpty();
    assertThat(Explanations.read().entries())
        .filteredOn(entry -> !isThere(sources, entry))
        .isEmpty();
  }

  private static boolean isThere(CoreSources sources, Explanations.Entry entry) {
    String text =
        entry.text().startsWith(Explanations.METHOD)
            ? " " + entry.text().substring(Explanations.METHOD.length())
            : entry.text();
    return sources.lines(entry.file()).stream().anyMatch(line -> line.contains(text));
  }
}
