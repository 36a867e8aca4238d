package ray.extras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorDiedException;
import ray.ObjectRef;
import ray.Ray;
import ray.RayQueue;
import ray.TaskCancelledException;

/** A queue that tasks share: first in, first out, waiting without holding anybody up. */
@Timeout(60)
class RayQueueTest {
  /** What travels with a queue inside it. */
  record Job(String name, RayQueue<Integer> results) {}

  /** An item that is copied. */
  static class Box {
    int content;

    Box(int content) {
      this.content = content;
    }
  }

  static void produce(RayQueue<Integer> queue, int from, int to) {
    for (int i = from; i < to; i++) {
      queue.put(i);
    }
  }

  static int consume(RayQueue<Integer> queue, int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
      sum += queue.get();
    }
    return sum;
  }

  static void answer(Job job) {
    job.results().put(job.name().length());
  }

  static int next(RayQueue<Integer> queue) {
    return queue.get();
  }

  @Test
  void itemsComeOutInOrderAndCopied() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<Box> queue = RayQueue.create();
      Box box = new Box(1);

      queue.put(box);
      box.content = 2;
      queue.put(box);

      assertThat(queue.size()).isEqualTo(2);
      assertThat(queue.isEmpty()).isFalse();
      assertThat(queue.isFull()).isFalse();
      assertThat(queue.get().content).isEqualTo(1);
      assertThat(queue.get().content).isEqualTo(2);
      assertThat(queue.isEmpty()).isTrue();
    });
  }

  @Test
  void fullQueueRefusesOrWaits() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<Integer> queue = RayQueue.create(2);
      queue.putAll(List.of(1, 2));

      assertThat(queue.maxSize()).isEqualTo(2);
      assertThat(queue.isFull()).isTrue();
      assertThat(queue.offer(3)).isFalse();
      assertThat(queue.offer(3, Duration.ofMillis(5))).isFalse();
      ObjectRef<Void> waiting = Ray.remote(RayQueueTest::produce).remote(queue, 3, 4);
      assertThat(queue.get()).isEqualTo(1);
      waiting.get();

      assertThat(queue.getAll(2)).containsExactly(2, 3);
    });
  }

  @Test
  void emptyQueueAnswersInTimeOrWaits() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<Integer> queue = RayQueue.create();

      assertThat(queue.poll()).isEmpty();
      assertThat(queue.poll(Duration.ofMillis(5))).isEmpty();
      ObjectRef<Void> late = Ray.remote(RayQueueTest::produce).remote(queue, 7, 8);
      assertThat(queue.get()).isEqualTo(7);
      late.get();
      queue.putAll(List.of(8, 9));
      assertThat(queue.poll()).contains(8);
      assertThat(queue.drain(5)).containsExactly(9);
      assertThat(queue.drain(5)).isEmpty();
    });
  }

  @Test
  void batchesMoveAsAWhole() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<Integer> queue = RayQueue.create(3);
      queue.putAll(List.of(1, 2));

      assertThat(queue.offerAll(List.of(3, 4), Duration.ZERO)).isFalse();
      assertThat(queue.size()).isEqualTo(2);
      assertThatThrownBy(() -> queue.putAll(List.of(1, 2, 3, 4)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 3");
      assertThatThrownBy(() -> queue.getAll(4)).isInstanceOf(IllegalArgumentException.class);
      queue.putAll(List.of());
      assertThat(queue.getAll(0)).isEmpty();
      assertThat(queue.getAll(2)).containsExactly(1, 2);
    });
  }

  @Test
  void producersAndConsumersMoreThanCpusShareIt() throws Exception {
    OwnRay.with(
        OwnRay.options().cpus(1),
        ray -> {
          RayQueue<Integer> queue = RayQueue.create(2);
          List<ObjectRef<Integer>> consumers =
              IntStream.range(0, 5)
                  .mapToObj(i -> Ray.remote(RayQueueTest::consume).remote(queue, 20))
                  .toList();
          List<ObjectRef<Void>> producers =
              IntStream.range(0, 5)
                  .mapToObj(
                      i -> Ray.remote(RayQueueTest::produce).remote(queue, 20 * i, 20 * i + 20))
                  .toList();

          assertThat(Ray.get(consumers, Door.PATIENCE)).hasSize(5);
          Ray.get(producers, Door.PATIENCE);

          assertThat(Ray.get(consumers).stream().mapToInt(i -> i).sum()).isEqualTo(99 * 100 / 2);
          assertThat(queue.isEmpty()).isTrue();
        });
  }

  @Test
  void queueTravelsInsideAValue() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<Integer> results = RayQueue.create();

      Ray.remote(RayQueueTest::answer).remote(new Job("four", results)).get();

      assertThat(results.get()).isEqualTo(4);
    });
  }

  @Test
  void interruptedOrCancelledWaitTakesNothing() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<Integer> queue = RayQueue.create();
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      AtomicReference<Boolean> interrupted = new AtomicReference<>();
      Thread waiting =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  queue.get();
                } catch (RuntimeException e) {
                  thrown.set(e);
                  interrupted.set(Thread.currentThread().isInterrupted());
                }
              });
      Door.await(
          "it waits",
          () ->
              waiting.getState() == Thread.State.WAITING
                  || waiting.getState() == Thread.State.TIMED_WAITING);
      waiting.interrupt();
      waiting.join();
      ObjectRef<Integer> task = Ray.remote(RayQueueTest::next).remote(queue);
      Door.await(
          "the task waits in the queue",
          () -> ray.tasks().stream().filter(each -> each.name().contains("take")).count() >= 2);
      Ray.cancel(task);
      Door.await(
          "the task took its request back",
          () ->
              ray.availableResources().equals(ray.clusterResources())
                  && ray.tasks().stream().filter(each -> each.name().contains("withdraw")).count()
                      == 2);

      queue.put(1);

      assertThat(thrown.get()).isInstanceOf(TaskCancelledException.class);
      assertThat(interrupted.get()).isTrue();
      assertThat(queue.poll(Duration.ofSeconds(5))).contains(1);
    });
  }

  @Test
  void shutdownEndsThoseWhoWait() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<Integer> queue = RayQueue.create();
      ObjectRef<Integer> waiting = Ray.remote(RayQueueTest::next).remote(queue);
      Door.await(
          "the task waits in the queue",
          () -> ray.tasks().stream().anyMatch(each -> each.name().contains("take")));

      queue.shutdown();

      assertThatThrownBy(() -> waiting.get(Door.PATIENCE)).isInstanceOf(ActorDiedException.class);
      assertThatThrownBy(queue::size).isInstanceOf(ActorDiedException.class);
    });
  }

  @Test
  void itemsMayHoldRefs() throws Exception {
    OwnRay.with(ray -> {
      RayQueue<List<ObjectRef<Integer>>> queue = RayQueue.create();
      List<ObjectRef<Integer>> refs = new ArrayList<>(List.of(Ray.put(5)));

      queue.put(refs);
      refs.getFirst().close();

      assertThat(queue.get().getFirst().get()).isEqualTo(5);
    });
  }

  @Test
  void badArgumentsAreNamed() throws Exception {
    OwnRay.with(ray -> {
      assertThatThrownBy(() -> RayQueue.create(0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("maxSize");
      assertThatThrownBy(() -> RayQueue.create().drain(-1))
          .isInstanceOf(IllegalArgumentException.class);
    });
  }
}
