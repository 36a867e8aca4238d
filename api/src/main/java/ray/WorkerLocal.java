package ray;

import java.io.Serializable;
import java.util.UUID;
import ray.function.Func0;
import ray.function.VoidFunc1;
import ray.spi.Backends;
import ray.spi.LentValue;

/**
 * A value that a worker makes once and lends to its tasks one after the other: a parser, a model, a
 * connection, a large buffer, whatever is dear to make and is not to travel.
 *
 * <pre>{@code
 * static final WorkerLocal<StringBuilder> BUFFER =
 *     WorkerLocal.of(StringBuilder::new, buffer -> buffer.setLength(0));
 *
 * static String shout(String text) {
 *   return BUFFER.get().append(text).append('!').toString();
 * }
 * }</pre>
 *
 * <p>A task, or a call of an actor, has the value for itself from its first {@link #get} until it
 * has ended, whether it returns, throws or is cancelled; then the value is reset, and the next one
 * gets it. As a worker runs several tasks at a time, it has as many values as tasks have asked for
 * one at once; of those that nobody uses it keeps as many as it has processors. A retry is a run
 * like any other: it gets a value that was reset. If resetting fails, that value is dropped, the
 * worker's log says why, and the next task has a new one; the task that used it is not concerned.
 *
 * <p>Values that are {@link AutoCloseable} are closed when they are dropped, and when the worker
 * ends in order. Of one that is killed nothing is closed.
 *
 * <p>The object itself is a name: in a static field, where each worker makes its own when it loads
 * the class, or captured by a lambda or given as an argument, where all copies name the same values
 * of a worker. Its functions travel with it. Embedded Ray has one worker, the program's JVM.
 *
 * <p>Immutable and thread-safe.
 *
 * @param <T> the type of the values
 */
public final class WorkerLocal<T> implements Serializable {
  private static final long serialVersionUID = 1;

  private final LentValue<T> what;

  private WorkerLocal(LentValue<T> what) {
    this.what = what;
  }

  /**
   * Values that need no reset: tasks leave them as they were, or do not mind.
   *
   * @param maker makes a value, in a task that asks for one when there is none
   */
  public static <T> WorkerLocal<T> of(Func0<? extends T> maker) {
    return new WorkerLocal<>(new LentValue<>(UUID.randomUUID().toString(), maker, null));
  }

  /**
   * Values that are put back to their initial state after each task that used one.
   *
   * @param maker makes a value, in a task that asks for one when there is none
   * @param resetter puts one back, before another task gets it
   */
  public static <T> WorkerLocal<T> of(Func0<? extends T> maker, VoidFunc1<? super T> resetter) {
    return new WorkerLocal<>(new LentValue<>(UUID.randomUUID().toString(), maker, resetter));
  }

  /**
   * The calling task's value: the same one each time, until the task ends, after which it may not
   * be used. Blocks only while it is made.
   *
   * <p>If it can't be made, what its maker throws is thrown, checked or not, as if by the task.
   *
   * @throws RayStateException if no task runs on this thread
   */
  public T get() {
    return Backends.current().lend(what);
  }

  @Override
  public String toString() {
    return "WorkerLocal " + what.id();
  }
}
