package ray.spi;

import org.jspecify.annotations.Nullable;
import ray.ActorRef;
import ray.RayInstance;
import ray.function.RayFunction;

/**
 * What runs behind the API: tasks and actors submitted here run in this JVM or on a cluster.
 * Programs use {@link ray.Ray} instead. Thread-safe; no method but those that say so blocks.
 */
public interface Backend extends RayInstance {
  /**
   * Submits a task.
   *
   * @return an {@link ray.ObjectRef}, an array of them, or an {@link ray.ObjectRefStream}, as the
   *     call's shape says
   */
  Object submit(FunctionCall<?> call, @Nullable Object[] arguments);

  /**
   * Takes a function by value: returns one that shares nothing mutable with the program, or the
   * very function if that captures nothing mutable.
   *
   * @throws ray.NotSerializableException if what it captures can't be copied
   */
  RayFunction copy(RayFunction function);

  /** Creates an actor. */
  <T> ActorRef<T> createActor(ActorCreation<T> creation, @Nullable Object[] arguments);

  /** Lends the calling task a value, until it ends; blocks while one is made. */
  <T> T lend(LentValue<T> what);

  /** Ends the actor whose method is running on this thread; does not return. */
  void exitActor();
}
