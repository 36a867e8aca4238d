package ray.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import ray.Resources;
import ray.SchedulingStrategy;

/** Which node is chosen. */
class PlacementTest {
  private static final SchedulingStrategy ANYWHERE = SchedulingStrategy.standard();

  private static Resources cpus(double count) {
    return Resources.NONE.with(Resources.CPU, count);
  }

  private static NodeView node(long id, double total, double available) {
    return new NodeView(id, cpus(total), cpus(available), Map.of());
  }

  private static long chosen(
      Resources asked, SchedulingStrategy strategy, long preferred, NodeView... nodes) {
    return Objects.requireNonNull(
            Placement.choose(asked, strategy, List.of(nodes), preferred), "no node suits")
        .id();
  }

  @Test
  void theStandardPolicyStaysUntilANodeIsHalfFull() {
    assertThat(chosen(cpus(1), ANYWHERE, 3, node(2, 4, 4), node(3, 4, 2))).isEqualTo(3);
    assertThat(chosen(cpus(1), ANYWHERE, 3, node(2, 4, 4), node(3, 4, 1))).isEqualTo(2);
  }

  @Test
  void theStandardPolicyTakesTheOneThatIsLeastInUseBeyondThat() {
    assertThat(chosen(cpus(1), ANYWHERE, 0, node(2, 10, 1), node(3, 10, 3), node(4, 10, 2)))
        .isEqualTo(3);
  }

  @Test
  void spreadTakesTheOneThatIsLeastInUse() {
    SchedulingStrategy spread = SchedulingStrategy.spread();

    assertThat(chosen(cpus(1), spread, 2, node(2, 4, 3), node(3, 4, 4))).isEqualTo(3);
    assertThat(chosen(cpus(1), spread, 3, node(2, 4, 3), node(3, 4, 3))).isEqualTo(3);
  }

  @Test
  void whatFitsNowComesBeforeWhatFitsLater() {
    assertThat(chosen(cpus(2), ANYWHERE, 2, node(2, 8, 1), node(3, 2, 2))).isEqualTo(3);
    assertThat(chosen(cpus(4), ANYWHERE, 3, node(2, 8, 1), node(3, 2, 2))).isEqualTo(2);
    assertThat(chosen(cpus(3), ANYWHERE, 2, node(2, 10, 2), node(3, 30, 3))).isEqualTo(3);
  }

  @Test
  void nothingIsChosenThatNeverFits() {
    assertThat(Placement.choose(cpus(3), ANYWHERE, List.of(node(2, 2, 2)), 2)).isNull();
    assertThat(Placement.choose(cpus(1), ANYWHERE, List.of(), 2)).isNull();
  }

  @Test
  void aNodeThatIsNamedIsTakenAndNoOther() {
    SchedulingStrategy there = SchedulingStrategy.node("a");

    assertThat(chosen(cpus(1), there, 2, node(2, 4, 4), node(10, 4, 0))).isEqualTo(10);
    assertThat(Placement.choose(cpus(1), there, List.of(node(2, 4, 4)), 2)).isNull();
  }

  @Test
  void aNodeThatIsNamedSoftlyIsReplacedIfItIsNotThere() {
    SchedulingStrategy there = new SchedulingStrategy.NodeAffinity("a", true);

    assertThat(chosen(cpus(1), there, 2, node(2, 4, 4), node(10, 4, 0))).isEqualTo(10);
    assertThat(chosen(cpus(1), there, 2, node(2, 4, 4))).isEqualTo(2);
  }

  @Test
  void labelsMustAllBeThere() {
    SchedulingStrategy wanted = new SchedulingStrategy.NodeLabels(Map.of("zone", "a"));
    NodeView other = new NodeView(2, cpus(4), cpus(4), Map.of("zone", "b"));
    NodeView right = new NodeView(3, cpus(4), cpus(0), Map.of("zone", "a", "disk", "fast"));

    assertThat(chosen(cpus(1), wanted, 2, other, right)).isEqualTo(3);
    assertThat(Placement.choose(cpus(1), wanted, List.of(other), 2)).isNull();
  }

  @Test
  void aRefusalSaysWhatWasAskedForAndWhatThereIs() {
    NodeView labelled = new NodeView(11, cpus(2), cpus(2), Map.of("zone", "a"));

    assertThat(Placement.refusal("task f", cpus(3), ANYWHERE, List.of(labelled, node(2, 1, 1))))
        .contains("task f asks for {CPU: 3}, which no node")
        .contains("node b has {CPU: 2} and the labels {zone=a}, node 2 has {CPU: 1};");
    assertThat(
            Placement.refusal("task f", cpus(1), SchedulingStrategy.node("c"), List.of(labelled)))
        .contains("{CPU: 1} on node c, which");
    assertThat(
            Placement.refusal(
                "task f",
                cpus(1),
                new SchedulingStrategy.NodeLabels(Map.of("zone", "b")),
                List.of(labelled)))
        .contains("on a node with the labels {zone=b}");
  }

  @Test
  void keysAreEqualIfFunctionNeedsAndStrategyAre() {
    FunctionKey key = new FunctionKey("f", cpus(1), ANYWHERE);

    assertThat(key)
        .isEqualTo(new FunctionKey("f", cpus(1), SchedulingStrategy.standard()))
        .hasSameHashCodeAs(new FunctionKey("f", cpus(1), SchedulingStrategy.standard()))
        .isNotEqualTo(new FunctionKey("g", cpus(1), ANYWHERE))
        .isNotEqualTo(new FunctionKey("f", cpus(2), ANYWHERE))
        .isNotEqualTo(new FunctionKey("f", cpus(1), SchedulingStrategy.spread()))
        .isNotEqualTo("f");
    assertThat(key.function()).isEqualTo("f");
  }

  private static long chosenWithData(
      SchedulingStrategy strategy, long data, long turn, NodeView... nodes) {
    return Objects.requireNonNull(
            Placement.choose(cpus(1), strategy, List.of(nodes), 2, data, turn), "no node suits")
        .id();
  }

  @Test
  void theStandardPolicyTakesTheNodeOfTheDataIfItHasRoomNow() {
    assertThat(chosenWithData(ANYWHERE, 3, 0, node(2, 4, 4), node(3, 4, 1))).isEqualTo(3);
    assertThat(chosenWithData(ANYWHERE, 3, 0, node(2, 4, 4), node(3, 4, 0))).isEqualTo(2);
    assertThat(chosenWithData(ANYWHERE, 9, 0, node(2, 4, 4), node(3, 4, 4))).isEqualTo(2);
  }

  @Test
  void localityAwareTakesTheNodeOfTheDataThoughItIsBusy() {
    SchedulingStrategy aware = SchedulingStrategy.localityAware();

    assertThat(chosenWithData(aware, 3, 0, node(2, 4, 4), node(3, 4, 0))).isEqualTo(3);
    assertThat(chosenWithData(aware, 0, 0, node(2, 4, 4), node(3, 4, 4))).isEqualTo(2);
    assertThat(chosenWithData(aware, 3, 0, node(2, 4, 4), node(3, 0, 0))).isEqualTo(2);
  }

  @Test
  void naiveTakesOneAfterTheOtherOfThoseThatCan() {
    SchedulingStrategy naive = SchedulingStrategy.naive();
    NodeView[] nodes = {node(2, 4, 0), node(3, 0, 0), node(4, 4, 4), node(5, 4, 4)};

    assertThat(chosenWithData(naive, 5, 0, nodes)).isEqualTo(2);
    assertThat(chosenWithData(naive, 5, 1, nodes)).isEqualTo(4);
    assertThat(chosenWithData(naive, 5, 2, nodes)).isEqualTo(5);
    assertThat(chosenWithData(naive, 5, 3, nodes)).isEqualTo(2);
  }
}
