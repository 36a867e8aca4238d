package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ray.simulator.Workload;
import ray.simulator.coverage.Gap;
import ray.simulator.coverage.Report;

/** The command line of {@code ray simulate}. */
class SimulateCommandTest {
  @Test
  void aSeedRunsAndTellsHowFarItCame() {
    Outcome outcome = Outcome.of("simulate", "--seed", "1", "--seeds", "5", "--workload", "calm");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("seeds from 1 on");
    assertThat(outcome.out())
        .containsPattern("5 seeds, [0-9.,]+ a second; [0-9,]+ steps, [0-9,]+ a second; .* break, ");
  }

  @Test
  void whatOfTheCoresWasNotReachedIsSaidAtTheEnd() {
    Outcome outcome = Outcome.of("simulate", "--seed", "1", "--seeds", "2", "--workload", "calm");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .contains("ControlCore gets JobEnded", "branches: control ")
        .containsPattern("not explained: [0-9]+ places; run 1,000 seeds or more to see which")
        .doesNotContain("control/ControlCore.java:");
  }

  @Test
  void whereTheCoresWereNotReachedIsListedAfterManySeeds() {
    Gap gap = new Gap("node/NodeCore.java", 7, "return;", Gap.What.LINE);
    Report report = new Report(1, List.of(), Map.of(), List.of(gap), 0, List.of());

    assertThat(printed(report, 999)).contains("1 places").doesNotContain("NodeCore");
    assertThat(printed(report, 1000))
        .contains(
            "not reached, and not explained (1):", "node/NodeCore.java:7 never reached:  return;");
  }

  private static String printed(Report report, long seeds) {
    StringWriter text = new StringWriter();
    new CoverageReport(new PrintWriter(text)).print(report, seeds);
    return text.toString();
  }

  @Test
  void withoutCoverageNothingIsSaidOfTheCores() {
    Outcome outcome =
        Outcome.of(
            "simulate", "--seed", "1", "--seeds", "2", "--workload", "calm", "--no-coverage");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("2 seeds").doesNotContain("branches:", ".java:");
  }

  @Test
  void aScaleRunHasALineForEachNumberOfNodesAndDrawsThem(@TempDir Path folder) throws IOException {
    Path plot = folder.resolve("scale.svg");

    Outcome outcome = Outcome.of("simulate", "--scale=3,2", "--plot", plot.toString());

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("| 2 | 20 | 200 | ", "| 3 | 30 | 300 | ");
    assertThat(Files.readString(plot)).contains("<svg", "</svg>");
  }

  @Test
  void aPlotOfNothingIsOneSentence() {
    Outcome outcome = Outcome.of("simulate", "--plot", "x.svg");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("--plot needs --scale");
  }

  @Test
  void aTraceTellsEveryStep() {
    Outcome outcome = Outcome.of("simulate", "--seed", "1", "--workload", "calm", "--trace");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).contains("driver1 → node1", "all rules held");
  }

  @Test
  void anUnknownWorkloadIsOneSentenceThatNamesThoseThatThereAre() {
    Outcome outcome = Outcome.of("simulate", "--workload", "nothing");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("there is no workload 'nothing'", "everything", "calm");
  }

  @Test
  void allWorkloadsRunInTurnAndWhatTheyReachIsAddedUp() {
    Outcome outcome = Outcome.of("simulate", "--seed", "1", "--seeds", "2", "--workload", "all");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out().lines().filter(line -> line.startsWith("workload ")))
        .hasSize(Workload.list().size());
    assertThat(outcome.out().lines().filter(line -> line.startsWith("branches: "))).hasSize(1);
  }

  @Test
  void aTraceOfAllWorkloadsIsOneSentence() {
    Outcome outcome = Outcome.of("simulate", "--seed", "1", "--workload", "all", "--trace");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("name one workload");
  }

  @Test
  void aSeedThatIsNoNumberIsOneSentence() {
    Outcome outcome = Outcome.of("simulate", "--seed", "x");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err().lines().filter(line -> line.contains("--seed"))).hasSize(1);
  }
}
