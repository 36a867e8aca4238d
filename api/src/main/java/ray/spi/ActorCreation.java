package ray.spi;

import org.jspecify.annotations.Nullable;
import ray.ActorOptions;
import ray.ActorRef;
import ray.function.RayFunction;

/**
 * An actor's constructor with its options and the instance it is bound to. Immutable.
 *
 * @param <T> the actor's class
 */
public final class ActorCreation<T> {
  private final TakenFunction constructor;
  private final ActorOptions options;
  private final @Nullable Backend instance;

  private ActorCreation(
      TakenFunction constructor, ActorOptions options, @Nullable Backend instance) {
    this.constructor = constructor;
    this.options = options;
    this.instance = instance;
  }

  /**
   * A creation with the default options, on the instance that is current when it is made. What the
   * constructor captures is copied now, or if no instance runs yet, by the first that is to run it.
   */
  public static <T> ActorCreation<T> of(RayFunction constructor) {
    if (constructor == null) {
      throw new NullPointerException("the constructor is null; pass a constructor reference");
    }
    return new ActorCreation<>(TakenFunction.now(constructor), ActorOptions.DEFAULT, null);
  }

  /** A copy with other options. */
  public ActorCreation<T> withOptions(ActorOptions changed) {
    return new ActorCreation<>(constructor, changed, instance);
  }

  /** A copy that always creates on one instance. */
  public ActorCreation<T> on(Backend backend) {
    return new ActorCreation<>(constructor.by(backend), options, backend);
  }

  /** Creates the actor; returns at once. */
  public ActorRef<T> invoke(@Nullable Object[] arguments) {
    Backend backend = instance == null ? Backends.current() : instance;
    return backend.createActor(this, arguments);
  }

  /** The user's constructor. */
  public RayFunction constructor() {
    return constructor.function();
  }

  /** The options. */
  public ActorOptions options() {
    return options;
  }
}
