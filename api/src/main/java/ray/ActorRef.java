package ray;

import ray.function.RayFunction;
import ray.spi.ActorHandle;
import ray.spi.MethodCall;
import ray.spi.Shape;

/**
 * A reference to an actor: an object that lives in a worker, whose methods are called remotely, one
 * at a time and in the order of each caller's calls unless it says otherwise.
 *
 * <pre>{@code
 * ActorRef<Counter> counter = Ray.actor(Counter::new).remote();
 * ObjectRef<Integer> total = counter.call(Counter::add, 5);
 * }</pre>
 *
 * <p>It can be passed to tasks, to other actors and inside values. An actor that is not detached
 * ends when no ref to it is left and its calls are done. Thread-safe.
 *
 * @param <T> the actor's class
 */
public final class ActorRef<T> extends ActorCalls<T> implements AutoCloseable {
  private final ActorHandle handle;

  /** Made by a backend. */
  public ActorRef(ActorHandle handle) {
    this.handle = handle;
  }

  @Override
  <H> MethodCall<H> methodCall(RayFunction function, Shape<H> shape) {
    return MethodCall.of(handle, function, shape);
  }

  /** The actor's id. */
  public ActorId id() {
    return handle.id();
  }

  /** A ref that is ready when the constructor has run; its {@code get} throws if that failed. */
  public ObjectRef<Void> ready() {
    return handle.ready();
  }

  /** Ends the actor for good: running calls are interrupted, waiting ones fail. */
  public void kill() {
    handle.kill(false);
  }

  /**
   * Ends the actor.
   *
   * @param restart whether it is made again if its policy still allows it
   */
  public void kill(boolean restart) {
    handle.kill(restart);
  }

  /** Gives this process's hold on the actor up. Idempotent. */
  @Override
  public void close() {
    handle.close();
  }

  /** The backend's side, for backends. */
  public ActorHandle handle() {
    return handle;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ActorRef<?> ref && ref.id().equals(id());
  }

  @Override
  public int hashCode() {
    return id().hashCode();
  }

  @Override
  public String toString() {
    return "ActorRef(" + handle.className() + " " + id() + ")";
  }
}
