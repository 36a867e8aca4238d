package ray;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ray.function.RayFunction;
import ray.function.SerializableCallable;
import ray.function.SerializableRunnable;
import ray.spi.Backend;
import ray.spi.Backends;
import ray.spi.FunctionCall;
import ray.spi.Shape;

/**
 * An {@link ExecutorService} whose tasks are Ray tasks: code written for thread pools runs on Ray.
 *
 * <pre>{@code
 * try (var executor = RayExecutorService.create()) {
 *   Future<Integer> six = executor.submit(() -> 2 * 3);
 *   System.out.println(six.get());
 * }
 * }</pre>
 *
 * <p>The contract is that of the JDK, with what follows from tasks that may run elsewhere:
 *
 * <ul>
 *   <li>A task travels by value. A lambda passed to {@link #submit(SerializableCallable)} or {@link
 *       #execute(SerializableRunnable)} can; where the static type is {@code ExecutorService} it
 *       needs a cast, {@code (Callable<T> & Serializable)}, or the type {@link
 *       SerializableCallable}. One that can't is refused with {@link NotSerializableException} by
 *       the method that it is passed to.
 *   <li>What it changes is seen by nobody: it returns its result. So a {@code FutureTask}, and what
 *       {@code CompletableFuture.supplyAsync} makes, are refused too; {@link Ray#fromFuture} and
 *       {@link ObjectRef#toFuture} connect futures with refs.
 *   <li>A future that was cancelled is done at once, whatever its task does. {@code cancel(false)}
 *       lets a running task end.
 *   <li>A task of {@code execute} that throws is given to the {@link
 *       Thread.UncaughtExceptionHandler}, which prints it unless told otherwise.
 *   <li>{@link #shutdownNow} cancels rather than collects waiting tasks, so its list is always
 *       empty, as with {@code ForkJoinPool}.
 * </ul>
 *
 * <p>Waiting in {@code get}, {@code invokeAll}, {@code invokeAny} and {@code awaitTermination} from
 * within a Ray task gives the task's CPU back. Closing the executor does not close Ray.
 * Thread-safe.
 */
public final class RayExecutorService implements ExecutorService {
  /** Set in {@link #state} after shutdown; the other bits count unfinished tasks. */
  private static final long SHUTDOWN = 1L << 62;

  /** How long to wait for a submission in progress on another thread before looking again. */
  private static final long SUBMISSION_POLL_NS = 50_000;

  private final Backend instance;
  private final TaskOptions options;
  private final Set<TaskFuture<?>> unfinished = ConcurrentHashMap.newKeySet();
  private final AtomicLong state = new AtomicLong();

  private RayExecutorService(Backend instance, TaskOptions options) {
    this.instance = instance;
    this.options = options;
  }

  /**
   * An executor on the calling thread's instance: inside a task that of the task, else the default
   * one.
   *
   * @throws RayStateException if there is none
   */
  public static RayExecutorService create() {
    return new RayExecutorService(Backends.current(), TaskOptions.DEFAULT);
  }

  /** An executor on an instance. */
  public static RayExecutorService on(RayInstance instance) {
    return on(instance, TaskOptions.DEFAULT);
  }

  /**
   * An executor whose tasks have options:
   *
   * <pre>{@code
   * TaskOptions half = Ray.remote(Pages::fetch).cpus(0.5).options();
   * var executor = RayExecutorService.on(ray, half);
   * }</pre>
   */
  public static RayExecutorService on(RayInstance instance, TaskOptions options) {
    return new RayExecutorService((Backend) instance, Objects.requireNonNull(options));
  }

  // ---- submitting

  /** Submits a lambda; see {@link ExecutorService#submit(Callable)}. */
  public <T extends @Nullable Object> Future<T> submit(SerializableCallable<T> task) {
    return submitCallable(task);
  }

  /** Submits a lambda without a result; see {@link ExecutorService#submit(Runnable)}. */
  public Future<?> submit(SerializableRunnable task) {
    return startVoid(task);
  }

  /** Runs a lambda; see {@link #execute(Runnable)}. */
  public void execute(SerializableRunnable task) {
    execute((Runnable) task);
  }

  @Override
  public <T> Future<T> submit(Callable<T> task) {
    return submitCallable(task);
  }

  private <T extends @Nullable Object> TaskFuture<T> submitCallable(Callable<? extends T> task) {
    return this.<T, T>start(function(task), task, value -> value);
  }

  @Override
  public Future<?> submit(Runnable task) {
    return startVoid(task);
  }

  @Override
  public <T> Future<T> submit(Runnable task, T result) {
    return this.<@Nullable Object, T>start(function(task), task, done -> result);
  }

  @Override
  public void execute(Runnable task) {
    startVoid(task)
        .whenFailed(thrown -> {
          Thread thread = Thread.currentThread();
          thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
        });
  }

  private TaskFuture<@Nullable Object> startVoid(Runnable task) {
    return this.<@Nullable Object, @Nullable Object>start(function(task), task, value -> value);
  }

  private static RayFunction function(Callable<?> task) {
    Objects.requireNonNull(task, "the task is null");
    if (task instanceof SerializableCallable<?> function) {
      return function;
    }
    SerializableCallable<@Nullable Object> function = task::call;
    return function;
  }

  private static RayFunction function(Runnable task) {
    Objects.requireNonNull(task, "the task is null");
    if (task instanceof SerializableRunnable function) {
      return function;
    }
    SerializableRunnable function = task::run;
    return function;
  }

  private <R extends @Nullable Object, T extends @Nullable Object> TaskFuture<T> start(
      RayFunction function, Object task, Function<? super R, ? extends T> result) {
    admit();
    TaskFuture<T> future;
    try {
      ObjectRef<R> ref = this.<R>call(function, task).invoke(new @Nullable Object[0]);
      future = new TaskFuture<>(instance, ref);
      unfinished.add(future);
      future.follow(ref, result, () -> retire(future));
    } catch (RayStateException closed) {
      state.decrementAndGet();
      throw new RejectedExecutionException(closed.getMessage(), closed);
    } catch (RuntimeException | Error refused) {
      state.decrementAndGet();
      throw refused;
    }
    return future;
  }

  private <R extends @Nullable Object> FunctionCall<ObjectRef<R>> call(
      RayFunction function, Object task) {
    FunctionCall<ObjectRef<R>> call =
        FunctionCall.ofUnshared(function, Shape.<R>one()).on(instance);
    boolean named = !options.name().isEmpty() || task == function;
    return call.withOptions(named ? options : options.withName(nameOf(task.getClass())));
  }

  /**
   * What a person would call a task of this class: a lambda goes by the class it was written in.
   */
  private static String nameOf(Class<?> type) {
    String name = type.getName();
    int lambda = name.indexOf("$$Lambda");
    String written = lambda < 0 ? name : name.substring(0, lambda);
    String simple = written.substring(written.lastIndexOf('.') + 1).replace('$', '.');
    return lambda < 0 ? simple : simple + ".lambda";
  }

  /** Counts a task, unless the executor was shut down. */
  private void admit() {
    if (state.getAndUpdate(now -> (now & SHUTDOWN) == 0 ? now + 1 : now) >= SHUTDOWN) {
      throw new RejectedExecutionException(
          "this executor was shut down: submit tasks before shutdown(), or make another one with"
              + " RayExecutorService.create()");
    }
  }

  private void retire(TaskFuture<?> future) {
    if (unfinished.remove(future)) {
      state.decrementAndGet();
    }
  }

  // ---- many at once

  @Override
  public <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks)
      throws InterruptedException {
    return invokeAll(tasks, new Deadline());
  }

  @Override
  public <T> List<Future<T>> invokeAll(
      Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException {
    return invokeAll(tasks, new Deadline(timeout, unit));
  }

  private <T> List<Future<T>> invokeAll(Collection<? extends Callable<T>> tasks, Deadline deadline)
      throws InterruptedException {
    List<TaskFuture<T>> futures = new ArrayList<>(tasks.size());
    try {
      submitAll(tasks, futures);
      for (TaskFuture<T> future : futures) {
        if (!future.await(deadline.left())) {
          break;
        }
      }
      return List.copyOf(futures);
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  private <T> void submitAll(Collection<? extends Callable<T>> tasks, List<TaskFuture<T>> futures) {
    tasks.forEach(task -> Objects.requireNonNull(task, "one of the tasks is null"));
    for (Callable<T> task : tasks) {
      futures.add(submitCallable(task));
    }
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try {
      return invokeAny(tasks, new Deadline());
    } catch (TimeoutException impossible) {
      throw new AssertionError("no timeout was given", impossible);
    }
  }

  @Override
  public <T> T invokeAny(Collection<? extends Callable<T>> tasks, long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    return invokeAny(tasks, new Deadline(timeout, unit));
  }

  private <T> T invokeAny(Collection<? extends Callable<T>> tasks, Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("invokeAny needs at least one task");
    }
    List<TaskFuture<T>> futures = new ArrayList<>(tasks.size());
    try {
      submitAll(tasks, futures);
      return firstResult(futures, deadline);
    } finally {
      futures.forEach(future -> future.cancel(true));
    }
  }

  private static <T> T firstResult(List<TaskFuture<T>> futures, Deadline deadline)
      throws InterruptedException, ExecutionException, TimeoutException {
    List<TaskFuture<T>> left = new ArrayList<>(futures);
    ExecutionException failure = null;
    while (!left.isEmpty()) {
      if (!TaskFuture.awaitAny(left, deadline.left())) {
        throw new TimeoutException("no task succeeded in time; all were cancelled");
      }
      for (TaskFuture<T> done : left.stream().filter(Future::isDone).toList()) {
        left.remove(done);
        try {
          return done.get();
        } catch (ExecutionException failed) {
          failure = failed;
        } catch (CancellationException cancelled) {
          failure = new ExecutionException(cancelled);
        }
      }
    }
    throw Objects.requireNonNull(failure);
  }

  // ---- the end

  @Override
  public void shutdown() {
    state.updateAndGet(now -> now | SHUTDOWN);
  }

  /** Shuts down and cancels all tasks, which interrupts running ones; the list is always empty. */
  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    unfinished.forEach(future -> future.cancel(true));
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return state.get() >= SHUTDOWN;
  }

  @Override
  public boolean isTerminated() {
    return state.get() == SHUTDOWN;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    Deadline deadline = new Deadline(timeout, unit);
    while (!isTerminated()) {
      TaskFuture<?> next = unfinished.stream().findAny().orElse(null);
      if (next != null && next.awaitEnd(deadline.left())) {
        retire(next);
      } else if (deadline.isOver()) {
        return false;
      } else if (next == null) {
        awaitSubmission(deadline);
      }
    }
    return true;
  }

  /** Tasks are being submitted, or nobody has shut the executor down yet. */
  private void awaitSubmission(Deadline deadline) throws InterruptedException {
    LockSupport.parkNanos(this, Math.min(SUBMISSION_POLL_NS, deadline.leftNs()));
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
  }
}
