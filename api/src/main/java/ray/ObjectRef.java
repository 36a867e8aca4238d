package ray;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A reference to a value that may not exist yet: the result of a task, of an actor's method, or of
 * {@link Ray#put}.
 *
 * <p>A process holds one handle an object, so refs to the same object are {@code ==}. The object
 * lives while anything reaches it: a handle in any process, a stored value that contains it, an
 * unfinished task that takes it, a view of its bytes. {@link #close} gives this process's hold up
 * at once; a handle that is not closed is noticed by the garbage collector.
 *
 * <pre>{@code
 * ObjectRef<Integer> nine = square.remote(3);
 * int value = nine.get();
 * }</pre>
 *
 * <p>Thread-safe.
 *
 * @param <T> the type of the value
 */
public interface ObjectRef<T extends @Nullable Object> extends AutoCloseable {
  /** The object's id, the same in every process. */
  ObjectId id();

  /**
   * Waits for the value and returns it. Called from within a task, it gives the task's CPU back
   * while it waits; a task that has not started may run on the calling thread.
   *
   * <p>A value that can change is a copy, the caller's own; a value known to be immutable, and a
   * view of the object store, is shared.
   *
   * @throws RuntimeException what the task threw, if that is unchecked, with the remote stack and
   *     the caller's
   * @throws RayException if there is no value: {@link TaskFailedException} with the cause where a
   *     checked exception was thrown, {@link TaskCancelledException}, {@link ActorDiedException}…
   */
  T get();

  /**
   * Waits for the value, but not longer than a timeout.
   *
   * @throws GetTimeoutException if there is no value in time; the task goes on
   */
  T get(Duration timeout);

  /** Whether {@link #get} would return or throw at once. Does not block. */
  boolean isReady();

  /**
   * A future that completes as this ref does. Cancelling it cancels the wait, not the task. Its
   * dependent stages run on threads of their own, not on those of the runtime.
   */
  CompletableFuture<T> toFuture();

  /**
   * Gives this process's hold on the object up. After it, {@link #get} throws {@link
   * RayStateException}; refs inside values and arguments of unfinished tasks are not touched.
   * Idempotent.
   */
  @Override
  void close();
}
