package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.CancelOptions;
import ray.ObjectRef;
import ray.Ray;
import ray.TaskCancelledException;
import ray.TaskInfo;

/**
 * Cancelling: queued tasks never run, running ones are interrupted, dependants fail with the cause.
 */
@Timeout(60)
class CancelTest {
  static void pass(Gate gate) throws InterruptedException {
    gate.pass();
  }

  static void note(Notes notes) {
    notes.add("ran");
  }

  static int parent(Gate ofParent, Gate ofChild) throws InterruptedException {
    ObjectRef<Void> child = Ray.remote(CancelTest::pass).remote(ofChild);
    ofParent.pass();
    child.get();
    return 1;
  }

  static int grandparent(Gate parent, Gate child) {
    return Ray.remote(CancelTest::parent).remote(parent, child).get();
  }

  static int submitsWhenInterrupted(Gate ofParent, Gate ofChild, Notes notes) {
    try {
      ofParent.pass();
    } catch (InterruptedException cancelled) {
      try {
        Ray.remote(CancelTest::pass).remote(ofChild).get();
      } catch (TaskCancelledException e) {
        notes.add("child cancelled");
      }
    }
    return 1;
  }

  static class Slow {
    int calls;

    void hold(Gate gate) throws InterruptedException {
      calls++;
      gate.pass();
    }

    int calls() {
      return calls;
    }
  }

  private static void assertCancelled(ObjectRef<?> ref) {
    assertThatThrownBy(() -> ref.get(TestRay.PATIENCE))
        .isInstanceOf(TaskCancelledException.class)
        .hasMessageContaining("was cancelled");
  }

  static void ignores(Gate gate) {
    gate.passStubbornly();
  }

  @Test
  void byForceTheResultIsTheCancellationAtOnceThoughTheTaskGoesOn() throws Exception {
    TestRay.with(
        TestRay.options(),
        ray -> {
          Gate gate = Gate.closed();
          ObjectRef<Void> ref = Ray.remote(CancelTest::ignores).on(ray).remote(gate);
          gate.awaitArrivals(1);

          ray.cancel(ref, CancelOptions.DEFAULT.withForce(true));

          assertCancelled(ref);
          gate.open();
        });
  }

  @Test
  void queuedTaskNeverRuns() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          Notes notes = Notes.empty();
          ObjectRef<Void> first = Ray.remote(CancelTest::pass).remote(gate);
          gate.awaitArrivals(1);
          ObjectRef<Void> queued = Ray.remote(CancelTest::note).remote(notes);

          Ray.cancel(queued);

          assertCancelled(queued);
          gate.open();
          first.get(TestRay.PATIENCE);
          Ray.remote(() -> 1).remote().get(TestRay.PATIENCE);
          assertThat(notes.all()).isEmpty();
        });
  }

  @Test
  void manyQueuedTasksAreCancelledAndTheRestRun() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          Notes notes = Notes.empty();
          ObjectRef<Void> first = Ray.remote(CancelTest::pass).remote(gate);
          gate.awaitArrivals(1);
          List<ObjectRef<Void>> queued =
              IntStream.range(0, 200)
                  .mapToObj(i -> Ray.remote(CancelTest::note).remote(notes))
                  .toList();

          for (int i = 0; i < queued.size(); i += 2) {
            Ray.cancel(queued.get(i));
          }
          gate.open();

          first.get(TestRay.PATIENCE);
          for (int i = 0; i < queued.size(); i++) {
            if (i % 2 == 0) {
              assertCancelled(queued.get(i));
            } else {
              queued.get(i).get(TestRay.PATIENCE);
            }
          }
          assertThat(notes.count()).isEqualTo(100);
        });
  }

  @Test
  void runningTaskIsInterrupted() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Void> running = Ray.remote(CancelTest::pass).remote(gate);
      gate.awaitArrivals(1);

      Ray.cancel(running);

      assertCancelled(running);
      TestRay.await("the interrupt", () -> gate.interrupted() == 1);
    });
  }

  @Test
  void taskThatIgnoresTheInterruptIsCancelledForItsCallerAtOnce() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          ObjectRef<Integer> stubborn =
              Ray.remote(
                      (Gate g) -> {
                        g.passStubbornly();
                        return 1;
                      })
                  .remote(gate);
          gate.awaitArrivals(1);

          Ray.cancel(stubborn);

          assertCancelled(stubborn);
          assertThat(gate.passed()).isZero();
          // its CPU is not free before it has ended
          assertThat(Ray.availableResources().amount("CPU")).isZero();
          gate.open();
          assertThat(Ray.remote(() -> 2).remote().get(TestRay.PATIENCE)).isEqualTo(2);
        });
  }

  @Test
  void theInterruptDoesNotReachTheNextTaskOfTheThread() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          for (int round = 0; round < 50; round++) {
            Gate gate = Gate.closed();
            ObjectRef<Void> running = Ray.remote(CancelTest::pass).remote(gate);
            List<ObjectRef<Boolean>> next =
                IntStream.range(0, 5)
                    .mapToObj(
                        i -> Ray.remote(() -> Thread.currentThread().isInterrupted()).remote())
                    .toList();
            gate.awaitArrivals(1);
            Ray.cancel(running);
            assertCancelled(running);
            assertThat(Ray.get(next, TestRay.PATIENCE)).containsOnly(false);
          }
        });
  }

  @Test
  void dependantsFailWithTheCause() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Integer> made =
          Ray.remote(
                  (Gate g) -> {
                    g.pass();
                    return 1;
                  })
              .name("maker")
              .remote(gate);
      ObjectRef<Integer> dependant = Ray.remote((Integer x) -> x + 1).remote(made);
      ObjectRef<Integer> further = Ray.remote((Integer x) -> x + 1).remote(dependant);
      gate.awaitArrivals(1);

      Ray.cancel(made);

      assertThatThrownBy(() -> further.get(TestRay.PATIENCE))
          .isInstanceOf(TaskCancelledException.class)
          .hasMessageContaining("maker");
      assertCancelled(dependant);
    });
  }

  @Test
  void taskThatWaitsForArgumentsIsCancelled() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      Notes notes = Notes.empty();
      ObjectRef<Void> argument = Ray.remote(CancelTest::pass).remote(gate);
      ObjectRef<Void> waiting =
          Ray.remote((Void ignored, Notes n) -> n.add("ran")).remote(argument, notes);

      Ray.cancel(waiting);

      assertCancelled(waiting);
      gate.open();
      argument.get(TestRay.PATIENCE);
      assertThat(notes.all()).isEmpty();
    });
  }

  @Test
  void notRecursiveLeavesChildrenAlone() throws Exception {
    TestRay.with(ray -> {
      Gate ofParent = Gate.closed();
      Gate ofChild = Gate.closed();
      ObjectRef<Integer> parent = Ray.remote(CancelTest::parent).remote(ofParent, ofChild);
      ofParent.awaitArrivals(1);
      ofChild.awaitArrivals(1);

      Ray.cancel(parent);

      assertCancelled(parent);
      TestRay.await("the parent's interrupt", () -> ofParent.interrupted() == 1);
      ofChild.open();
      TestRay.await("the child's end", () -> ofChild.passed() == 1);
      assertThat(ofChild.interrupted()).isZero();
    });
  }

  @Test
  void recursiveCancelsChildrenAndGrandchildren() throws Exception {
    TestRay.with(ray -> {
      Gate ofParent = Gate.closed();
      Gate ofChild = Gate.closed();
      ObjectRef<Integer> top = Ray.remote(CancelTest::grandparent).remote(ofParent, ofChild);
      ofParent.awaitArrivals(1);
      ofChild.awaitArrivals(1);

      Ray.cancel(top, true);

      assertCancelled(top);
      TestRay.await("the child's interrupt", () -> ofParent.interrupted() == 1);
      TestRay.await("the grandchild's interrupt", () -> ofChild.interrupted() == 1);
    });
  }

  @Test
  void recursiveCancelsChildrenThatAreSubmittedAfterIt() throws Exception {
    TestRay.with(ray -> {
      Gate ofParent = Gate.closed();
      Gate ofChild = Gate.closed();
      Notes notes = Notes.empty();
      ObjectRef<Integer> parent =
          Ray.remote(CancelTest::submitsWhenInterrupted).remote(ofParent, ofChild, notes);
      ofParent.awaitArrivals(1);

      Ray.cancel(parent, true);

      assertCancelled(parent);
      TestRay.await("the child's end", () -> notes.all().equals(List.of("child cancelled")));
    });
  }

  @Test
  void taskBlockedInGetIsInterrupted() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      Notes notes = Notes.empty();
      ObjectRef<Void> held = Ray.remote(CancelTest::pass).remote(gate);
      gate.awaitArrivals(1);
      ObjectRef<Integer> blocked =
          Ray.remote(
                  (List<ObjectRef<Void>> refs, Notes n) -> {
                    try {
                      refs.getFirst().get();
                      return 1;
                    } catch (TaskCancelledException e) {
                      n.add("interrupted");
                      throw e;
                    }
                  })
              .remote(List.of(held), notes);
      TestRay.await("the task blocks", () -> Ray.schedulerInfo().blocked() == 1);

      Ray.cancel(blocked);

      assertCancelled(blocked);
      TestRay.await("the interrupt", () -> notes.count() == 1);
      gate.open();
      held.get(TestRay.PATIENCE);
    });
  }

  @Test
  void finishedTasksAndPutsAreNotTouched() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> done = Ray.remote(() -> 1).remote();
      assertThat(done.get()).isEqualTo(1);
      ObjectRef<Integer> put = Ray.put(2);

      Ray.cancel(done);
      Ray.cancel(put);

      assertThat(done.get()).isEqualTo(1);
      assertThat(put.get()).isEqualTo(2);
    });
  }

  @Test
  void cancelledTaskIsNotRetried() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Void> running =
          Ray.remote(CancelTest::pass).retries(5, InterruptedException.class).remote(gate);
      gate.awaitArrivals(1);

      Ray.cancel(running);

      assertCancelled(running);
      TestRay.await("the interrupt", () -> gate.interrupted() == 1);
      Ray.remote(() -> 1).remote().get(TestRay.PATIENCE);
      assertThat(gate.arrived()).isEqualTo(1);
      assertThat(Ray.tasks())
          .filteredOn(task -> task.id().equals(running.id()))
          .extracting(TaskInfo::state)
          .containsExactly(TaskInfo.State.CANCELLED);
    });
  }

  @Test
  void actorCallThatWaitsNeverRunsAndTheNextDoes() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      Gate never = Gate.closed();
      ActorRef<Slow> actor = Ray.actor(Slow::new).remote();
      ObjectRef<Void> first = actor.call(Slow::hold, gate);
      gate.awaitArrivals(1);
      ObjectRef<Void> second = actor.call(Slow::hold, never);
      ObjectRef<Integer> calls = actor.call(Slow::calls);

      Ray.cancel(second);

      assertCancelled(second);
      gate.open();
      first.get(TestRay.PATIENCE);
      assertThat(calls.get(TestRay.PATIENCE)).isEqualTo(1);
      assertThat(never.arrived()).isZero();
    });
  }

  @Test
  void runningActorCallIsInterruptedAndTheActorLives() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Slow> actor = Ray.actor(Slow::new).remote();
      ObjectRef<Void> running = actor.call(Slow::hold, gate);
      gate.awaitArrivals(1);

      Ray.cancel(running);

      assertCancelled(running);
      assertThat(actor.call(Slow::calls).get(TestRay.PATIENCE)).isEqualTo(1);
    });
  }

  @Test
  void taskWhoseStageIsPendingIsCancelled() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Object> pending =
          Ray.remote(() -> (java.util.concurrent.CompletionStage<Object>) new CompletableFuture<>())
              .remote();
      TestRay.await(
          "the task runs",
          () ->
              Ray.tasks().stream()
                  .anyMatch(
                      t -> t.id().equals(pending.id()) && t.state() == TaskInfo.State.RUNNING));

      Ray.cancel(pending);

      assertCancelled(pending);
    });
  }

  @Test
  void cancellingTheFutureOfARefDoesNotCancelTheTask() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Void> running = Ray.remote(CancelTest::pass).remote(gate);
      gate.awaitArrivals(1);

      assertThat(running.toFuture().cancel(true)).isTrue();

      gate.open();
      running.get(TestRay.PATIENCE);
      assertThat(gate.interrupted()).isZero();
    });
  }

  @Test
  void timeLimitInterruptsARun() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Void> late =
          Ray.remote(CancelTest::pass).timeout(Duration.ofMillis(30)).remote(gate);

      assertThatThrownBy(() -> late.get(TestRay.PATIENCE))
          .isInstanceOf(ray.TaskTimeoutException.class)
          .hasMessageContaining("longer than its limit")
          .hasMessageContaining("CancelTest");
      TestRay.await("the interrupt", () -> gate.interrupted() == 1);
      assertThat(Ray.remote(() -> 1).remote().get(TestRay.PATIENCE)).isEqualTo(1);
    });
  }
}
