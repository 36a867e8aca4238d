package ray.extras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.NotSerializableException;
import ray.Ray;
import ray.RayExecutorService;
import ray.RayInstance;
import ray.TaskInfo;
import ray.TaskOptions;
import ray.function.SerializableCallable;

/** The executor service keeps the JDK's contract, with tasks that travel by value. */
@Timeout(60)
class RayExecutorServiceTest {
  /** A task of a class of its own. */
  record Square(int x) implements Callable<Integer> {
    @Override
    public Integer call() {
      return x * x;
    }
  }

  static int fail(String message) throws IOException {
    throw new IOException(message);
  }

  // ---- submitting

  @Test
  void lambdasAndObjectsRunAndAnswer() throws Exception {
    OwnRay.with(ray -> {
      try (var executor = RayExecutorService.on(ray)) {
        int seven = 7;
        List<Integer> list = List.of(1, 2);
        Future<Integer> lambda = executor.submit(() -> seven * 6);
        Future<Integer> capturing = executor.submit(() -> list.size());
        Future<Integer> object = executor.submit(new Square(5));
        Future<?> nothing = executor.submit(() -> {});
        Future<String> fixed = executor.submit(new Nothing(), "done");

        assertThat(lambda.get()).isEqualTo(42);
        assertThat(capturing.get()).isEqualTo(2);
        assertThat(object.get()).isEqualTo(25);
        assertThat(nothing.get()).isNull();
        assertThat(fixed.get()).isEqualTo("done");
        assertThat(lambda.isDone()).isTrue();
        assertThat(lambda.resultNow()).isEqualTo(42);
        assertThat(lambda.state()).isEqualTo(Future.State.SUCCESS);
      }
    });
  }

  /** A runnable of a class of its own. */
  record Nothing() implements Runnable {
    @Override
    public void run() {}
  }

  @Test
  void lambdaOfThePlainTypeNeedsTheCast() throws Exception {
    OwnRay.with(ray -> {
      try (ExecutorService executor = RayExecutorService.on(ray)) {
        assertThat(executor.submit((Callable<Integer> & Serializable) () -> 3).get()).isEqualTo(3);
        assertThatThrownBy(() -> executor.submit(() -> 3))
            .isInstanceOf(NotSerializableException.class)
            .hasMessageContaining("Serializable");
      }
    });
  }

  @Test
  void tasksThatChangeAnObjectOfTheirCallerAreRefused() throws Exception {
    OwnRay.with(ray -> {
      try (ExecutorService executor = RayExecutorService.on(ray)) {
        assertThatThrownBy(() -> executor.execute(new FutureTask<>(new Square(2))))
            .isInstanceOf(NotSerializableException.class)
            .hasMessageContaining("future");
        assertThatThrownBy(() -> CompletableFuture.supplyAsync(() -> 1, executor))
            .isInstanceOf(NotSerializableException.class);
      }
    });
  }

  @Test
  void tasksSeeTheirInstanceAndAreNamedAndHaveOptions() throws Exception {
    OwnRay.with(ray -> {
      TaskOptions half = Ray.remote(() -> 1).cpus(0.5).options();
      try (var executor = RayExecutorService.on(ray, half)) {
        assertThat(executor.submit(() -> Ray.context().resources().amount("CPU")).get())
            .isEqualTo(0.5);
        assertThat(executor.submit(new Name()).get()).isEqualTo("RayExecutorServiceTest.Name");
      }
    });
  }

  /** Answers how its task is called. */
  record Name() implements Callable<String> {
    @Override
    public String call() {
      return Ray.context().taskName();
    }
  }

  // ---- failures

  @Test
  void failureIsTheCause() throws Exception {
    OwnRay.with(ray -> {
      try (var executor = RayExecutorService.on(ray)) {
        Future<Integer> checked = executor.submit(() -> fail("no such page"));
        Future<Integer> unchecked =
            executor.submit(() -> {
              if (true) {
                throw new IllegalStateException("odd");
              }
              return 1;
            });

        assertThatThrownBy(checked::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(IOException.class)
            .hasMessage("no such page");
        assertThatThrownBy(unchecked::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(IllegalStateException.class);
        assertThat(checked.state()).isEqualTo(Future.State.FAILED);
        assertThat(checked.exceptionNow()).isInstanceOf(IOException.class);
      }
    });
  }

  @Test
  void failureOfExecuteGoesToTheUncaughtExceptionHandler() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> {
      if ("of execute".equals(thrown.getMessage())) {
        seen.set(thrown);
      }
    });
    try {
      OwnRay.with(ray -> {
        try (var executor = RayExecutorService.on(ray)) {
          executor.execute(() -> {
            throw new IllegalStateException("of execute");
          });
        }
        Door.await("the handler is told", () -> seen.get() != null);
      });
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
    assertThat(seen.get()).isInstanceOf(IllegalStateException.class);
  }

  // ---- cancelling and waiting

  @Test
  void cancelledTaskIsInterruptedAndQueuedOneNeverRuns() throws Exception {
    OwnRay.with(
        OwnRay.options().cpus(1),
        ray -> {
          Door door = Door.closed();
          Door never = Door.closed();
          try (var executor = RayExecutorService.on(ray)) {
            Future<Integer> running = executor.submit(door::pass);
            Future<Integer> queued = executor.submit(never::pass);
            door.awaitArrivals(1);

            assertThat(queued.cancel(false)).isTrue();
            assertThat(running.cancel(true)).isTrue();

            assertThat(running.cancel(true)).isFalse();
            assertThat(running.isCancelled()).isTrue();
            assertThat(running.isDone()).isTrue();
            assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
            assertThatThrownBy(queued::get).isInstanceOf(CancellationException.class);
            Door.await("the task is interrupted", () -> door.interrupted() == 1);
          }
          assertThat(never.arrived()).isZero();
        });
  }

  @Test
  void cancelWithoutInterruptionLetsARunningTaskEnd() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      var executor = RayExecutorService.on(ray);
      Future<Integer> running = executor.submit(door::pass);
      door.awaitArrivals(1);
      awaitRunning(ray);

      assertThat(running.cancel(false)).isTrue();
      assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
      executor.shutdown();
      assertThat(executor.awaitTermination(1, TimeUnit.MILLISECONDS)).isFalse();
      door.open();

      assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(door.passed()).isEqualTo(1);
      assertThat(door.interrupted()).isZero();
    });
  }

  private static void awaitRunning(RayInstance ray) {
    Door.await(
        "the task is known to run",
        () -> ray.tasks().stream().anyMatch(task -> task.state() == TaskInfo.State.RUNNING));
  }

  @Test
  void timeoutAndInterruptionEndTheWaitNotTheTask() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      try (var executor = RayExecutorService.on(ray)) {
        Future<Integer> future = executor.submit(door::pass);

        assertThatThrownBy(() -> future.get(5, TimeUnit.MILLISECONDS))
            .isInstanceOf(TimeoutException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(future::get).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        door.open();

        assertThat(future.get()).isEqualTo(1);
        assertThat(door.interrupted()).isZero();
      }
    });
  }

  @Test
  void interruptionWhileWaitingEndsTheWait() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      try (var executor = RayExecutorService.on(ray)) {
        Future<Integer> future = executor.submit(door::pass);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread waiting =
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    future.get();
                  } catch (Throwable e) {
                    thrown.set(e);
                  }
                });
        Door.await(
            "it waits",
            () ->
                waiting.getState() == Thread.State.TIMED_WAITING
                    || waiting.getState() == Thread.State.WAITING);

        waiting.interrupt();
        waiting.join();
        door.open();

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
      }
    });
  }

  // ---- many at once

  @Test
  void invokeAllWaitsForAll() throws Exception {
    OwnRay.with(ray -> {
      try (var executor = RayExecutorService.on(ray)) {
        List<SerializableCallable<Integer>> tasks =
            IntStream.range(0, 50).mapToObj(RayExecutorServiceTest::times2).toList();

        List<Future<Integer>> futures = executor.invokeAll(tasks);

        assertThat(futures).hasSize(50).allMatch(Future::isDone);
        assertThat(futures.stream().map(Future::resultNow))
            .isEqualTo(IntStream.range(0, 50).map(i -> 2 * i).boxed().toList());
      }
    });
  }

  private static SerializableCallable<Integer> times2(int i) {
    return () -> 2 * i;
  }

  @Test
  void invokeAllCancelsWhatIsNotDoneInTime() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      try (var executor = RayExecutorService.on(ray)) {
        List<SerializableCallable<Integer>> tasks = List.of(() -> 1, door::pass);

        List<Future<Integer>> futures = executor.invokeAll(tasks, 500, TimeUnit.MILLISECONDS);

        assertThat(futures.get(0).get()).isEqualTo(1);
        assertThat(futures.get(1).isCancelled()).isTrue();
      }
    });
  }

  @Test
  void invokeAnyReturnsTheFirstSuccessAndCancelsTheRest() throws Exception {
    OwnRay.with(
        OwnRay.options().cpus(3),
        ray -> {
          Door door = Door.closed();
          try (var executor = RayExecutorService.on(ray)) {
            List<SerializableCallable<Integer>> tasks =
                List.of(() -> fail("no"), door::pass, () -> 8);

            assertThat(executor.invokeAny(tasks)).isEqualTo(8);
          }
          assertThat(door.passed()).isZero();
        });
  }

  @Test
  void invokeAnyFailsIfAllFailOrNoneIsInTime() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      try (var executor = RayExecutorService.on(ray)) {
        List<SerializableCallable<Integer>> failing = List.of(() -> fail("a"), () -> fail("b"));
        List<SerializableCallable<Integer>> slow = List.of(door::pass);

        assertThatThrownBy(() -> executor.invokeAny(failing))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(IOException.class);
        assertThatThrownBy(() -> executor.invokeAny(slow, 5, TimeUnit.MILLISECONDS))
            .isInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> executor.invokeAny(List.<Callable<Integer>>of()))
            .isInstanceOf(IllegalArgumentException.class);
      }
    });
  }

  // ---- the end

  @Test
  void shutdownLetsTasksEndAndTakesNoMore() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      var executor = RayExecutorService.on(ray);
      Future<Integer> future = executor.submit(door::pass);

      executor.shutdown();

      assertThat(executor.isShutdown()).isTrue();
      assertThat(executor.isTerminated()).isFalse();
      assertThatThrownBy(() -> executor.submit(() -> 1))
          .isInstanceOf(RejectedExecutionException.class)
          .hasMessageContaining("shut down");
      assertThat(executor.awaitTermination(5, TimeUnit.MILLISECONDS)).isFalse();
      door.open();
      executor.close();
      assertThat(executor.isTerminated()).isTrue();
      assertThat(future.isDone()).isTrue();
      assertThat(future.get()).isEqualTo(1);
    });
  }

  @Test
  void shutdownNowCancels() throws Exception {
    OwnRay.with(
        OwnRay.options().cpus(1),
        ray -> {
          Door door = Door.closed();
          var executor = RayExecutorService.on(ray);
          List<Future<Integer>> futures =
              IntStream.range(0, 3).mapToObj(i -> executor.submit(door::pass)).toList();
          door.awaitArrivals(1);

          assertThat(executor.shutdownNow()).isEmpty();

          assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
          assertThat(futures).allMatch(Future::isCancelled);
          assertThat(door.passed()).isZero();
        });
  }

  @Test
  void closedInstanceEndsFuturesAndRejectsTasks() throws Exception {
    Door door = Door.closed();
    RayInstance ray = Ray.start(OwnRay.options());
    var executor = RayExecutorService.on(ray);
    Future<Integer> future = executor.submit(door::pass);
    door.awaitArrivals(1);

    ray.close();

    assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
        .isInstanceOfAny(ExecutionException.class, CancellationException.class);
    assertThatThrownBy(() -> executor.submit(() -> 1))
        .isInstanceOf(RejectedExecutionException.class);
    executor.shutdown();
    assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  // ---- inside tasks, and serially

  static int sumInside(int tasks) throws Exception {
    int sum = 0;
    try (var executor = RayExecutorService.create()) {
      List<Future<Integer>> futures =
          IntStream.range(0, tasks).mapToObj(i -> executor.submit(() -> i)).toList();
      for (Future<Integer> future : futures) {
        sum += future.get();
      }
      for (Future<Integer> future : executor.invokeAll(List.of(times2(1), times2(2)))) {
        sum += future.get();
      }
      sum += executor.invokeAny(List.of(times2(10)));
      executor.execute(() -> {});
    }
    return sum;
  }

  @Test
  void waitingInsideATaskGivesItsCpuBack() throws Exception {
    OwnRay.with(
        OwnRay.options().cpus(1),
        ray ->
            assertThat(Ray.remote(RayExecutorServiceTest::sumInside).remote(10).get(Door.PATIENCE))
                .isEqualTo(45 + 6 + 20));
  }

  @Test
  void serialInstanceRunsTasksAtOnce() throws Exception {
    OwnRay.with(
        OwnRay.options().serial(),
        ray -> {
          assertThat(sumInside(10)).isEqualTo(45 + 6 + 20);
          try (var executor = RayExecutorService.create()) {
            Thread caller = Thread.currentThread();
            assertThat(executor.submit(() -> Thread.currentThread().getName()).get())
                .isEqualTo(caller.getName());
          }
        });
  }
}
