package ray.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import ray.RayOptions;
import ray.processes.LocalNode;

/**
 * The cases of Ray's client do what their names say, on a node of which they use the port alone.
 */
@ResourceLock("the default instance of Ray")
class ClientCasesTest {
  private static final Timing SHORT = new Timing(1_000_000, 2, 1_000_000, 60_000_000);

  @Test
  void casesHaveTheNamesOfRaysOwnInItsOrder() {
    assertThat(ClientCases.all())
        .extracting(Case::name)
        .containsExactly(
            "client: get calls",
            "client: put calls",
            "client: put gigabytes",
            "client: tasks and put batch",
            "client: 1:1 actor calls sync",
            "client: 1:1 actor calls async",
            "client: 1:1 actor calls concurrent",
            "client: tasks and get batch");
    assertThat(Microbenchmark.connectedCases())
        .extracting(Case::name)
        .containsAll(ClientCases.all().stream().map(Case::name).toList());
  }

  @Test
  void casesMeasureSomethingOverThePort() throws Exception {
    List<Case> small =
        ClientCases.all().stream()
            .filter(each -> !each.name().equals(ClientCases.PUT_GIGABYTES))
            .toList();
    try (LocalNode node = LocalNode.start(RayOptions.defaults().cpus(2))) {
      for (Case each : small) {
        Result result = each.measure(SHORT, RayOptions.defaults().address(node.address()));
        assertThat(result.name()).isEqualTo(each.name());
        assertThat(result.perSecond()).as(each.name()).isPositive().isFinite();
      }
    }
  }
}
