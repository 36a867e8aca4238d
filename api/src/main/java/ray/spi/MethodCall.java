package ray.spi;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ray.MethodOptions;
import ray.function.RayFunction;

/**
 * A method of one actor with its options: what a backend needs to call it but the arguments.
 * Immutable but for the backend's cache.
 *
 * @param <H> what the caller gets
 */
public final class MethodCall<H> {
  private final ActorHandle actor;
  private final RayFunction function;
  private final Shape<H> shape;
  private final MethodOptions options;

  private MethodCall(
      ActorHandle actor, RayFunction function, Shape<H> shape, MethodOptions options) {
    this.actor = actor;
    this.function = function;
    this.shape = shape;
    this.options = options;
  }

  /** A call with the actor's own options. */
  public static <H> MethodCall<H> of(ActorHandle actor, RayFunction function, Shape<H> shape) {
    Objects.requireNonNull(function, "the method is null; pass a method reference or a lambda");
    return new MethodCall<>(actor, function, shape, MethodOptions.DEFAULT);
  }

  /** A copy with other options. */
  public MethodCall<H> withOptions(MethodOptions changed) {
    return new MethodCall<>(actor, function, shape, changed);
  }

  /** Submits the call; returns at once. */
  public H invoke(@Nullable Object... arguments) {
    return shape.assembler().assemble(actor.call(this, arguments));
  }

  /** The user's method; its first argument is the actor. */
  public RayFunction function() {
    return function;
  }

  /** How many results, and how they are handed over. */
  public Shape<H> shape() {
    return shape;
  }

  /** The options. */
  public MethodOptions options() {
    return options;
  }
}
