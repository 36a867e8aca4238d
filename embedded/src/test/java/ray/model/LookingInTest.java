package ray.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.FunctionInfo;
import ray.ObjectInfo;
import ray.ObjectRef;
import ray.Ray;
import ray.SchedulerInfo;
import ray.TaskInfo;

/**
 * Looking in: what waits and for what, what failed, what ran how often, who holds which objects.
 */
@Timeout(60)
class LookingInTest {
  static int divide(int by) {
    return 1 / by;
  }

  static void pass(Gate gate) throws InterruptedException {
    gate.pass();
  }

  private static TaskInfo task(ObjectRef<?> ref) {
    return Ray.tasks().stream().filter(t -> t.id().equals(ref.id())).findFirst().orElseThrow();
  }

  private static ObjectInfo object(ObjectRef<?> ref) {
    return Ray.objects().stream().filter(o -> o.id().equals(ref.id())).findFirst().orElseThrow();
  }

  @Test
  void tasksSayWhatTheyWaitForAndSinceWhen() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          Instant before = Instant.now().minusSeconds(1);
          ObjectRef<Void> running = Ray.remote(LookingInTest::pass).remote(gate);
          gate.awaitArrivals(1);
          ObjectRef<Void> queued = Ray.remote(LookingInTest::pass).cpus(0.5).remote(gate);
          ObjectRef<Void> waiting = Ray.remote((Void v, Gate g) -> g.pass()).remote(running, gate);

          assertThat(task(running).state()).isEqualTo(TaskInfo.State.RUNNING);
          assertThat(task(running).attempt()).isEqualTo(1);
          assertThat(task(queued).state()).isEqualTo(TaskInfo.State.QUEUED);
          assertThat(task(queued).waitingFor()).contains("CPU: 0.5");
          assertThat(task(waiting).state()).isEqualTo(TaskInfo.State.WAITING_FOR_ARGUMENTS);
          assertThat(task(waiting).waitingFor()).isEqualTo("1 argument");
          assertThat(task(queued).since()).isBetween(before, Instant.now().plusSeconds(1));

          SchedulerInfo info = Ray.schedulerInfo();
          assertThat(info.running()).isEqualTo(1);
          assertThat(info.waitingForArguments()).isEqualTo(1);
          assertThat(info.available().amount("CPU")).isZero();
          assertThat(info.total().amount("CPU")).isEqualTo(1);
          assertThat(info.queues())
              .anySatisfy(queue -> {
                assertThat(queue.waiting()).isEqualTo(1);
                assertThat(queue.waitingFor()).contains("CPU: 0.5");
                assertThat(queue.oldest()).isPositive();
              });
          gate.open();
          Ray.get(List.of(running, queued, waiting), TestRay.PATIENCE);
          assertThat(task(waiting).state()).isEqualTo(TaskInfo.State.FINISHED);
        });
  }

  @Test
  void failedTasksShowTheirStack() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> failed = Ray.remote(LookingInTest::divide).remote(0);
      TestRay.await("the failure", failed::isReady);
      TaskInfo info = task(failed);
      assertThat(info.state()).isEqualTo(TaskInfo.State.FAILED);
      assertThat(info.error().orElseThrow()).doesNotContain("ray.runtime.");
      assertThat(info.error().orElseThrow())
          .contains("ArithmeticException: / by zero")
          .contains("LookingInTest.divide");
    });
  }

  @Test
  void functionsAreCounted() throws Exception {
    TestRay.with(ray -> {
      var divide = Ray.remote(LookingInTest::divide);
      Ray.get(IntStream.rangeClosed(1, 9).mapToObj(divide::remote).toList());
      ObjectRef<Integer> failed = divide.remote(0);
      TestRay.await("the failure", failed::isReady);
      FunctionInfo info =
          Ray.schedulerInfo().functions().stream()
              .filter(f -> f.name().contains("divide"))
              .findFirst()
              .orElseThrow();
      assertThat(info.submitted()).isEqualTo(10);
      assertThat(info.finished()).isEqualTo(9);
      assertThat(info.failed()).isEqualTo(1);
    });
  }

  @Test
  void objectsSayHowLargeTheyAreAndWhoHoldsThem() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          ObjectRef<Void> blocker = Ray.remote(LookingInTest::pass).remote(gate);
          gate.awaitArrivals(1);
          ObjectRef<byte[]> large = Ray.put(new byte[1 << 20]);
          ObjectRef<byte[]> small = Ray.put(new byte[1000]);
          ObjectRef<List<ObjectRef<byte[]>>> container = Ray.put(List.of(small, large));
          ObjectRef<Integer> pending = Ray.remote((byte[] bytes) -> bytes.length).remote(large);

          assertThat(object(large).inStore()).isTrue();
          assertThat(object(large).sizeBytes()).isBetween(1L << 20, (1L << 20) + 4096);
          assertThat(object(large).holders())
              .containsEntry(ObjectInfo.Holder.LOCAL_HANDLE, 1)
              .containsEntry(ObjectInfo.Holder.TASK_ARGUMENT, 1)
              .containsEntry(ObjectInfo.Holder.CONTAINED, 1);
          assertThat(object(small).inStore()).isFalse();
          assertThat(object(small).sizeBytes()).isBetween(1000L, 1200L);
          assertThat(object(pending).state()).isEqualTo(ObjectInfo.State.PENDING);
          assertThat(object(pending).holders()).containsKey(ObjectInfo.Holder.PENDING_TASK);
          gate.open();
          assertThat(pending.get(TestRay.PATIENCE)).isEqualTo(1 << 20);
          blocker.close();
          container.close();
        });
  }

  @Test
  void borrowersAreListed() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Integer> lent = Ray.put(1);
      ObjectRef<Void> task =
          Ray.remote(
                  (List<ObjectRef<Integer>> refs, Gate g) -> {
                    g.pass();
                    refs.getFirst().get();
                  })
              .remote(List.of(lent), gate);
      gate.awaitArrivals(1);
      assertThat(object(lent).holders()).containsEntry(ObjectInfo.Holder.TASK_ARGUMENT, 1);
      gate.open();
      task.get(TestRay.PATIENCE);
      TestRay.await(
          "the task's hold ends",
          () -> object(lent).holders().equals(Map.of(ObjectInfo.Holder.LOCAL_HANDLE, 1)));
    });
  }

  @Test
  void creationSiteIsRecordedOnRequest() throws Exception {
    TestRay.with(
        TestRay.options().recordCreationSites(),
        ray -> {
          ObjectRef<Integer> put = Ray.put(1);
          ObjectRef<Integer> made = Ray.remote(LookingInTest::divide).remote(1);
          for (ObjectRef<?> ref : List.of(put, made)) {
            assertThat(object(ref).creationSite().orElseThrow())
                .contains("LookingInTest.java")
                .contains("creationSiteIsRecordedOnRequest");
          }
        });
    TestRay.with(ray -> {
      ObjectRef<Integer> put = Ray.put(1);
      assertThat(object(put).creationSite()).isEmpty();
    });
  }
}
