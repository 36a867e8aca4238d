package ray.spi;

import org.jspecify.annotations.Nullable;
import ray.TaskOptions;
import ray.function.RayFunction;

/**
 * A remote function with its options and the instance it is bound to: what a backend needs to
 * submit a task but the arguments. Immutable but for the backend's cache.
 *
 * @param <H> what the caller gets
 */
public final class FunctionCall<H> {
  private final TakenFunction function;
  private final Shape<H> shape;
  private final TaskOptions options;
  private final @Nullable Backend instance;

  /**
   * What a backend remembers between submissions of this call: a description, a scheduling class.
   */
  private volatile @Nullable Object cache;

  private FunctionCall(
      TakenFunction function, Shape<H> shape, TaskOptions options, @Nullable Backend instance) {
    this.function = function;
    this.shape = shape;
    this.options = options;
    this.instance = instance;
  }

  /**
   * A call with the default options, on the instance that is current when it is made. What the
   * function captures is copied now, or if no instance runs yet, by the first that is to run it.
   */
  public static <H> FunctionCall<H> of(RayFunction function, Shape<H> shape) {
    if (function == null) {
      throw new NullPointerException("the function is null; pass a method reference or a lambda");
    }
    return new FunctionCall<>(TakenFunction.now(function), shape, TaskOptions.DEFAULT, null);
  }

  /** The same for a function that nobody changes before it is called. */
  public static <H> FunctionCall<H> ofUnshared(RayFunction function, Shape<H> shape) {
    return new FunctionCall<>(new TakenFunction(function, true), shape, TaskOptions.DEFAULT, null);
  }

  /** A copy with other options. */
  public FunctionCall<H> withOptions(TaskOptions changed) {
    return new FunctionCall<>(function, shape, changed, instance);
  }

  /** A copy that always runs on one instance. */
  public FunctionCall<H> on(Backend backend) {
    return new FunctionCall<>(function.by(backend), shape, options, backend);
  }

  /** This call if it is bound, else a copy bound to the calling thread's current instance. */
  public FunctionCall<H> bound() {
    return instance == null ? on(Backends.current()) : this;
  }

  /** The instance it is bound to, or else the calling thread's current one. */
  public Backend backend() {
    return instance == null ? Backends.current() : instance;
  }

  /** Submits a task; returns at once. */
  public H invoke(@Nullable Object[] arguments) {
    Backend backend = instance == null ? Backends.current() : instance;
    return shape.assembler().assemble(backend.submit(this, arguments));
  }

  /** The user's function. */
  public RayFunction function() {
    return function.function();
  }

  /** How many results, and how they are handed over. */
  public Shape<H> shape() {
    return shape;
  }

  /** The options. */
  public TaskOptions options() {
    return options;
  }

  /**
   * What the backend stored with {@link #cache(Object)}, or null. Racy by design: the last write
   * wins.
   */
  public @Nullable Object cache() {
    return cache;
  }

  /** Lets the backend remember what it derived from this call. */
  public void cache(Object value) {
    this.cache = value;
  }
}
