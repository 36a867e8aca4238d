package ray.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;

/** Tasks that wait for tasks: a task that blocks gives its CPU back. */
@Timeout(60)
class NestedTasksTest {
  static int depth(int left) {
    return left == 0 ? 0 : 1 + Ray.remote(NestedTasksTest::depth).remote(left - 1).get();
  }

  static int fibonacci(int n) {
    if (n < 2) {
      return n;
    }
    var fibonacci = Ray.remote(NestedTasksTest::fibonacci);
    ObjectRef<Integer> a = fibonacci.remote(n - 1);
    ObjectRef<Integer> b = fibonacci.remote(n - 2);
    return a.get() + b.get();
  }

  static int waits(int left) {
    if (left == 0) {
      return 0;
    }
    ObjectRef<Integer> inner = Ray.remote(NestedTasksTest::waits).remote(left - 1);
    return 1 + Ray.wait(List.of(inner), 1).ready().getFirst().get();
  }

  static int fanOut(int width) {
    var square = Ray.remote((Integer x) -> x * x);
    return Ray.get(IntStream.range(0, width).mapToObj(square::remote).toList()).stream()
        .mapToInt(Integer::intValue)
        .sum();
  }

  static boolean startsWhile(Gate gate) {
    Ray.remote((Gate g) -> g.pass()).cpus(0).remote(gate);
    TestRay.await("the inner task runs", () -> gate.arrived() == 1);
    return true;
  }

  static class Recursive {
    int viaTask(int left) {
      return left == 0 ? 0 : Ray.remote(NestedTasksTest::makeActor).remote(left - 1).get() + 1;
    }
  }

  static int makeActor(int left) {
    try (ActorRef<Recursive> actor = Ray.actor(Recursive::new).remote()) {
      return actor.call(Recursive::viaTask, left).get() + 1;
    }
  }

  static class Doubler {
    int twice(int x) {
      return 2 * x;
    }
  }

  static int viaActorWithACpu(int x) {
    try (ActorRef<Doubler> doubler = Ray.actor(Doubler::new).cpus(1).remote()) {
      return doubler.call(Doubler::twice, x).get() + doubler.call(Doubler::twice, 1).get();
    }
  }

  @Test
  void aTaskGoesOnThoughItsActorHasTakenTheLastCpu() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          var viaActor = Ray.remote(NestedTasksTest::viaActorWithACpu);
          assertThat(viaActor.remote(20).get(TestRay.PATIENCE)).isEqualTo(42);

          List<ObjectRef<Integer>> many = IntStream.range(0, 8).mapToObj(viaActor::remote).toList();
          assertThat(Ray.get(many, TestRay.PATIENCE)).last().isEqualTo(16);
          TestRay.await("the CPU is free again", () -> Ray.availableResources().amount("CPU") == 1);
        });
  }

  @Test
  void tenThousandDeepOnOneCpu() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray ->
            assertThat(Ray.remote(NestedTasksTest::depth).remote(10_000).get()).isEqualTo(10_000));
  }

  @Test
  void aTaskStartsThoughTheRunThatSubmittedItDoesNotWait() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          ObjectRef<Boolean> started = Ray.remote(NestedTasksTest::startsWhile).remote(gate);
          assertThat(started.get(TestRay.PATIENCE)).isTrue();
          gate.open();
        });
  }

  @Test
  void treeOfTasksOnOneCpu() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> assertThat(Ray.remote(NestedTasksTest::fibonacci).remote(15).get()).isEqualTo(610));
  }

  @Test
  void waitGivesTheCpuBackToo() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> assertThat(Ray.remote(NestedTasksTest::waits).remote(200).get()).isEqualTo(200));
  }

  @Test
  void getOfManyGivesTheCpuBack() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray ->
            assertThat(Ray.remote(NestedTasksTest::fanOut).remote(100).get()).isEqualTo(328_350));
  }

  @Test
  void tasksAndActorsThatWaitForEachOther() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> assertThat(Ray.remote(NestedTasksTest::makeActor).remote(50).get()).isEqualTo(101));
  }

  @Test
  void blockedTasksHoldNoCpu() throws Exception {
    // given one CPU, and a task that waits for one that is held up
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          ObjectRef<Void> held = Ray.remote((Gate g) -> g.pass()).cpus(0).remote(gate);
          ObjectRef<Void> waiting =
              Ray.remote((List<ObjectRef<Void>> refs) -> refs.getFirst().get())
                  .remote(List.of(held));
          gate.awaitArrivals(1);
          TestRay.await("the task blocks", () -> Ray.schedulerInfo().blocked() == 1);

          // when another wants the CPU, then it gets it
          assertThat(Ray.availableResources().amount("CPU")).isEqualTo(1);
          assertThat(Ray.remote(() -> "ran").remote().get(TestRay.PATIENCE)).isEqualTo("ran");
          assertThat(waiting.isReady()).isFalse();
          gate.open();
          waiting.get(TestRay.PATIENCE);
        });
  }

  @Test
  void runningTasksNeverHoldMoreCpusThanThereAre() throws Exception {
    TestRay.with(
        TestRay.options().cpus(2),
        ray -> {
          Gate gate = Gate.closed();
          List<ObjectRef<Void>> refs =
              IntStream.range(0, 20)
                  .mapToObj(i -> Ray.remote((Gate g) -> g.pass()).remote(gate))
                  .toList();
          gate.awaitArrivals(2);
          assertThat(Ray.availableResources().amount("CPU")).isZero();
          assertThat(gate.arrived()).isEqualTo(2);
          gate.open();
          Ray.get(refs, TestRay.PATIENCE);
          assertThat(gate.passed()).isEqualTo(20);
        });
  }
}
