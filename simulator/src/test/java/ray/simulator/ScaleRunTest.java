package ray.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Clusters that do plain work, and what that costs. */
class ScaleRunTest {
  @Test
  void everyNodeHasAWorkerForEachDriverAndAllTasksEnd() {
    ScaleRun.Result result = ScaleRun.of(20);

    assertThat(result.workers()).isEqualTo(20 * ScaleRun.DRIVERS);
    assertThat(result.tasks()).isEqualTo(2000);
    assertThat(result.messages()).containsEntry("TasksDone", 2000L);
  }

  @Test
  void whatATaskCostsHardlyDependsOnHowManyNodesThereAre() {
    assertThat(messagesOfWork(ScaleRun.of(60))).isLessThan(1.25 * messagesOfWork(ScaleRun.of(6)));
  }

  /** All but what nodes are told of each other. */
  private static double messagesOfWork(ScaleRun.Result result) {
    return result.messagesPerTask() - result.messagesPerTask("NodesChanged", "RegisterNode");
  }

  @Test
  void aPlotHasALineForEachKindAndAPointForEachRun() {
    String svg = ScalePlot.svg(List.of(ScaleRun.of(2), ScaleRun.of(4)));

    assertThat(svg).startsWith("<svg ").endsWith("</svg>\n");
    assertThat(svg.lines().filter(line -> line.startsWith("<polyline"))).hasSize(4);
    assertThat(svg.lines().filter(line -> line.startsWith("<circle"))).hasSize(8);
  }
}
