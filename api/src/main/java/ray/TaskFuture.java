package ray;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's view of one task of a {@link RayExecutorService}. It keeps the value once it is there,
 * and gives the ref up then. Waiting is done through Ray, so that it gives a task's CPU back.
 * Thread-safe.
 *
 * @param <T> the type of the result
 */
final class TaskFuture<T extends @Nullable Object> implements Future<T> {
  private final RayInstance instance;
  private final ObjectRef<?> ref;
  private final CompletableFuture<T> outcome = new CompletableFuture<>();

  /** Completes with the task, which a cancelled future need not wait for. */
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  /** Ready when the outcome is there; made when somebody waits. */
  private @Nullable ObjectRef<Boolean> signal;

  TaskFuture(RayInstance instance, ObjectRef<?> ref) {
    this.instance = instance;
    this.ref = ref;
  }

  /** Takes the ref's outcome over when it is there, and says so. */
  <R extends @Nullable Object> void follow(
      ObjectRef<R> task, Function<? super R, ? extends T> result, Runnable afterwards) {
    CompletionStage<R> stage = task.toFuture();
    stage.whenComplete((value, thrown) -> {
      if (thrown == null) {
        outcome.complete(result.apply(value));
      } else {
        outcome.completeExceptionally(
            thrown instanceof TaskFailedException && thrown.getCause() != null
                ? thrown.getCause()
                : thrown);
      }
      task.close();
      afterwards.run();
      ended.complete(true);
    });
  }

  /** Says what the task threw, unless it was cancelled. */
  void whenFailed(Consumer<? super Throwable> action) {
    outcome.whenComplete((value, thrown) -> {
      if (thrown != null && !outcome.isCancelled()) {
        action.accept(thrown);
      }
    });
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    if (outcome.isDone()) {
      return false;
    }
    boolean interrupt = mayInterruptIfRunning || !isRunning();
    if (!outcome.cancel(false)) {
      return false;
    }
    if (interrupt) {
      cancelTask();
    }
    return true;
  }

  private void cancelTask() {
    try {
      instance.cancel(ref, false);
    } catch (RayStateException over) {
      // Its result has come, or the instance was closed, in the meantime: there is nothing to
      // cancel.
      return;
    }
  }

  private boolean isRunning() {
    return instance.tasks().stream()
        .anyMatch(task -> task.id().equals(ref.id()) && task.state() == TaskInfo.State.RUNNING);
  }

  @Override
  public boolean isCancelled() {
    return outcome.isCancelled();
  }

  @Override
  public boolean isDone() {
    return outcome.isDone();
  }

  @Override
  public T get() throws InterruptedException, ExecutionException {
    await(null);
    return outcome.get();
  }

  @Override
  public T get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (!await(new Deadline(timeout, unit).left())) {
      throw new TimeoutException(
          "the task was not done within " + timeout + " " + unit + "; it goes on");
    }
    return outcome.get();
  }

  /** Waits until it is done; returns false if the timeout is over, null being none. */
  boolean await(@Nullable Duration timeout) throws InterruptedException {
    return awaitAny(List.of(this), timeout);
  }

  /**
   * Waits until its task has ended too, which one cancelled without an interruption may not have.
   */
  boolean awaitEnd(@Nullable Duration timeout) throws InterruptedException {
    return ended.isDone() || await(instance, List.of(instance.fromFuture(ended)), timeout);
  }

  /** Waits until one of several futures of one instance is done. */
  static <T extends @Nullable Object> boolean awaitAny(
      List<TaskFuture<T>> futures, @Nullable Duration timeout) throws InterruptedException {
    if (futures.stream().anyMatch(Future::isDone)) {
      return true;
    }
    List<ObjectRef<Boolean>> signals = futures.stream().map(TaskFuture::signal).toList();
    return await(futures.getFirst().instance, signals, timeout);
  }

  private static boolean await(
      RayInstance instance, List<ObjectRef<Boolean>> signals, @Nullable Duration timeout)
      throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      return !instance.wait(signals, 1, timeout).ready().isEmpty();
    } catch (TaskCancelledException interrupted) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      throw interrupted;
    }
  }

  private synchronized ObjectRef<Boolean> signal() {
    if (signal == null) {
      signal = instance.fromFuture(outcome.handle((value, thrown) -> true));
    }
    return signal;
  }
}
