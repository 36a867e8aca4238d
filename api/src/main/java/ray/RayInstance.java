package ray;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ray.function.Func0;

/**
 * One running Ray: what {@link Ray#init} or {@link Ray#start} returns. The static methods of {@link
 * Ray} go to the default instance, or to that of the task they are called from; these go to this
 * one. Functions and actor classes are bound to it with {@link RemoteFunction#on} and {@link
 * ActorClass#on}.
 *
 * <p>Thread-safe. Only {@code get}, {@code wait}, {@code put} of a large value into a full store,
 * and {@code close} block.
 */
public interface RayInstance extends AutoCloseable {
  /**
   * Stores a value and returns a ref to it. The value is copied now, unless it is known to be
   * immutable.
   *
   * @throws NotSerializableException if it can't be copied
   * @throws OutOfStoreMemoryException if the store stays full for longer than a put may wait
   */
  <T extends @Nullable Object> ObjectRef<T> put(T value);

  /** Waits for all values; throws what the first failed one in the list throws. */
  <T extends @Nullable Object> List<T> get(List<ObjectRef<T>> refs);

  /**
   * Waits for all values, but not longer than a timeout altogether.
   *
   * @throws GetTimeoutException if one is missing in time
   */
  <T extends @Nullable Object> List<T> get(List<ObjectRef<T>> refs, Duration timeout);

  /**
   * Waits until a number of refs are ready, or have failed, or the timeout is over.
   *
   * @param refs refs, each only once
   * @param count how many to wait for, from 1 to their number
   * @param timeout how long at most; zero looks and returns; null waits for ever
   */
  <T extends @Nullable Object> WaitResult<T> wait(
      List<ObjectRef<T>> refs, int count, @Nullable Duration timeout);

  /**
   * The same refs in the order in which they become ready; iterating blocks until the next one is.
   */
  <T extends @Nullable Object> Iterable<ObjectRef<T>> asCompleted(List<ObjectRef<T>> refs);

  /**
   * Applies a remote function to a stream, with a bounded number of calls in flight; results come
   * in the order in which they are ready. Lazy; consuming it blocks until the next result is there.
   */
  <A extends @Nullable Object, R extends @Nullable Object> Stream<R> mapUnordered(
      RemoteFunction1<A, ObjectRef<R>> function, Stream<? extends A> stream, int maxInFlight);

  /** A ref to the list of the values of other refs; it is ready when they all are. */
  <T extends @Nullable Object> ObjectRef<List<T>> all(List<ObjectRef<T>> refs);

  /** A ref that becomes ready as a stage completes. */
  <T extends @Nullable Object> ObjectRef<T> fromFuture(CompletionStage<T> stage);

  /**
   * Cancels the task that makes an object. One that has not started never runs; a running one is
   * interrupted, and its result is the cancellation at once, whatever it does. Tasks that depend on
   * it fail with the same cause. Nothing happens if the object is ready, or was made by {@code
   * put}.
   *
   * @param recursive whether the tasks that it submitted, and those that it submits after that, are
   *     cancelled too
   */
  default void cancel(ObjectRef<?> ref, boolean recursive) {
    cancel(ref, CancelOptions.DEFAULT.withRecursive(recursive));
  }

  /**
   * Cancels the task that makes an object, in this way. With force, a task that was cancelled
   * before, or is over its time, and goes on all the same, is ended, too. A Ray that is embedded in
   * this JVM can't end one that ignores its interrupt: that goes on, though its result is the
   * cancellation. Returns at once: waits for no end.
   *
   * @throws IllegalArgumentException if the object is still to be made by an actor that this
   *     process called, and force is asked for, which is for tasks: {@link ActorRef#kill()} ends an
   *     actor. Calls that others made are cancelled without force
   */
  void cancel(ObjectRef<?> ref, CancelOptions options);

  /** Cancels the task behind a stream. */
  default void cancel(ObjectRefStream<?> stream, boolean recursive) {
    cancel(stream, CancelOptions.DEFAULT.withRecursive(recursive));
  }

  /**
   * Cancels the task behind a stream, in this way; see {@link #cancel(ObjectRef, CancelOptions)}.
   *
   * @throws IllegalArgumentException if that is a call of an actor, and force is asked for
   */
  void cancel(ObjectRefStream<?> stream, CancelOptions options);

  /** Finds a living actor by name, in this program's namespace. */
  <T> Optional<ActorRef<T>> actor(String name);

  /** Finds a living actor by name and namespace. */
  <T> Optional<ActorRef<T>> actor(String name, String namespace);

  /** Where the calling code runs. */
  RuntimeContext context();

  /** The nodes. */
  List<NodeInfo> nodes();

  /** What all nodes have. */
  Resources clusterResources();

  /** What is free now. */
  Resources availableResources();

  /** Tasks of this program: unfinished ones and the latest ended ones. */
  List<TaskInfo> tasks();

  /** Actors: living ones and the latest dead ones. */
  List<ActorInfo> actors();

  /** Objects that live, of this program's owners. */
  List<ObjectInfo> objects();

  /** What the scheduler is doing. */
  SchedulerInfo schedulerInfo();

  /**
   * The ids of the workers that tasks of this program share, the oldest first. If there is none
   * yet, one is started, and this blocks until it is there.
   */
  List<String> workers();

  /**
   * Runs a function once on each of {@link #workers}, beside what runs there: it holds no CPU. One
   * that was started for one task or actor alone ({@code isolated()}) is left out. A worker that
   * ends before it has run the function fails its ref; it is not run again. Workers that come later
   * do not run it. Blocks only if there is no worker yet.
   *
   * @return the results by the workers' ids, the oldest worker first
   */
  <R extends @Nullable Object> Map<String, ObjectRef<R>> runOnAllWorkers(Func0<R> function);

  /**
   * Ends all workers of this program; the next task starts another, which runs the code that lies
   * on the program's class path by now: what was compiled since the program began, too. Objects
   * that the program holds stay. Blocks until the workers are gone, but for some that others still
   * need: those get no more tasks, and end by themselves later.
   *
   * @param force whether tasks that run are ended as by a worker's death (they are retried, and
   *     actors are restarted, as their options say), and what only workers own is lost
   * @throws RayStateException if tasks of this program run or wait, or actors live, saying which,
   *     and it is not forced; or if this Ray is embedded, and has no workers of its own
   */
  EndedWorkers killWorkers(boolean force);

  /** As {@link #killWorkers}, and starts one at once, which is there when this returns. */
  EndedWorkers restartWorkers(boolean force);

  /**
   * Runs code on the calling thread with this instance behind the static methods of {@link Ray}.
   */
  <R extends @Nullable Object> R call(Callable<R> code) throws Exception;

  /**
   * Ends all: unfinished tasks are cancelled and interrupted; after five seconds those that ignore
   * it are named on the log and left behind. Leaves no file, and no memory but what views still
   * hold. Refs throw {@link RayStateException} afterwards. Idempotent.
   */
  @Override
  void close();
}
