package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ObjectRef;
import ray.OutOfResourcesException;
import ray.Ray;
import ray.Resources;
import ray.RuntimeContext;
import ray.SchedulingStrategy;
import ray.TaskInfo;

/** Options of tasks, fluent and per call. */
@Timeout(60)
class OptionsTest {
  static RuntimeContext context() {
    return Ray.context();
  }

  @Test
  void eachOptionMakesACopy() {
    var plain = Ray.remote(OptionsTest::context);
    var changed =
        plain
            .name("n")
            .cpus(0.5)
            .memory(1000)
            .resource("ticket", 0.25)
            .retries(7, IllegalStateException.class)
            .timeout(Duration.ofSeconds(9))
            .strategy(SchedulingStrategy.spread())
            .label("team", "red")
            .backpressure(3);
    assertThat(plain).hasToString("remote function");
    assertThat(changed).hasToString("remote function 'n'");
    assertThat(plain.options()).isEqualTo(ray.TaskOptions.DEFAULT);
    assertThat(changed.options())
        .isEqualTo(
            new ray.TaskOptions(
                "n",
                Resources.NONE.with("CPU", 0.5).with("memory", 1000).with("ticket", 0.25),
                7,
                List.of(IllegalStateException.class),
                Duration.ofSeconds(9),
                SchedulingStrategy.spread(),
                Map.of("team", "red"),
                3,
                ray.RuntimeEnv.SHARED));
  }

  @Test
  void badOptionsAreRefusedWhereTheyAreGiven() {
    var plain = Ray.remote(OptionsTest::context);
    assertThatThrownBy(() -> plain.cpus(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plain.cpus(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plain.resource("", 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> plain.retries(-2)).hasMessageContaining("-2");
    assertThatThrownBy(() -> plain.timeout(Duration.ZERO)).hasMessageContaining("timeout");
    assertThatThrownBy(() -> plain.backpressure(0)).hasMessageContaining("backpressure");
  }

  @Test
  void contextSaysWhereCodeRuns() throws Exception {
    TestRay.with(ray -> {
      RuntimeContext driver = Ray.context();
      ObjectRef<RuntimeContext> ref =
          Ray.remote(OptionsTest::context).name("named").cpus(0.5).remote();
      RuntimeContext task = ref.get(TestRay.PATIENCE);
      assertThat(driver.task()).isEmpty();
      assertThat(driver.attempt()).isZero();
      assertThat(task.task()).contains(ref.id());
      assertThat(task.taskName()).isEqualTo("named");
      assertThat(task.attempt()).isEqualTo(1);
      assertThat(task.actor()).isEmpty();
      assertThat(task.resources()).isEqualTo(Resources.NONE.with("CPU", 0.5));
      assertThat(task.job()).isEqualTo(driver.job());
      assertThat(task.node()).isEqualTo(driver.node()).isEqualTo(Ray.nodes().getFirst().id());
      assertThat(task.process()).isNotEqualTo(driver.process());
    });
  }

  @Test
  void fractionsOfResourcesAddUp() throws Exception {
    TestRay.with(
        TestRay.options().resource("ticket", 1),
        ray -> {
          Gate gate = Gate.closed();
          List<ObjectRef<Void>> refs =
              IntStream.range(0, 6)
                  .mapToObj(i ->
                      Ray.remote((Gate g) -> g.pass())
                          .cpus(0)
                          .resource("ticket", 0.25)
                          .remote(gate))
                  .toList();
          gate.awaitArrivals(4);
          assertThat(Ray.availableResources().amount("ticket")).isZero();
          assertThat(gate.arrived()).isEqualTo(4);
          gate.open();
          Ray.get(refs, TestRay.PATIENCE);
          TestRay.await("the tickets", () -> Ray.availableResources().amount("ticket") == 1);
        });
  }

  @Test
  void whatNoMachineHasFailsRatherThanHangs() throws Exception {
    TestRay.with(ray -> {
      assertThatThrownBy(Ray.remote(() -> 1).resource("GPU", 2).remote()::get)
          .isInstanceOf(OutOfResourcesException.class)
          .hasMessageContaining("GPU: 2")
          .hasMessageContaining("CPU: 2");
      assertThatThrownBy(Ray.remote(() -> 1).cpus(3).remote()::get)
          .isInstanceOf(OutOfResourcesException.class)
          .hasMessageContaining("CPU: 3");
      assertThatThrownBy(Ray.remote(() -> 1).strategy(SchedulingStrategy.node("abc")).remote()::get)
          .isInstanceOf(OutOfResourcesException.class)
          .hasMessageContaining("abc");
      assertThatThrownBy(
              Ray.remote(() -> 1)
                      .strategy(new SchedulingStrategy.NodeLabels(Map.of("zone", "moon")))
                      .remote()
                  ::get)
          .isInstanceOf(OutOfResourcesException.class)
          .hasMessageContaining("moon");
      assertThat(Ray.remote(() -> 1).remote().get(TestRay.PATIENCE)).isEqualTo(1);
    });
  }

  @Test
  void strategiesThatFitRunHere() throws Exception {
    TestRay.with(
        TestRay.options().label("zone", "earth"),
        ray -> {
          String node = Ray.nodes().getFirst().id();
          for (SchedulingStrategy strategy :
              List.of(
                  SchedulingStrategy.standard(),
                  SchedulingStrategy.spread(),
                  SchedulingStrategy.node(node),
                  new SchedulingStrategy.NodeAffinity("gone", true),
                  new SchedulingStrategy.NodeLabels(Map.of("zone", "earth")))) {
            assertThat(Ray.remote(() -> 1).strategy(strategy).remote().get(TestRay.PATIENCE))
                .isEqualTo(1);
          }
        });
  }

  @Test
  void namesAndLabelsAreListed() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> ref = Ray.remote(() -> 1).name("labelled").label("team", "red").remote();
      ref.get(TestRay.PATIENCE);
      TaskInfo info =
          Ray.tasks().stream().filter(t -> t.id().equals(ref.id())).findFirst().orElseThrow();
      assertThat(info.name()).isEqualTo("labelled");
      assertThat(info.labels()).containsEntry("team", "red");
      assertThat(info.state()).isEqualTo(TaskInfo.State.FINISHED);
    });
  }
}
