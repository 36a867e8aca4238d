package ray;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.spi.MethodCall;

/**
 * A method of one actor and the options of its calls. Each option makes a changed copy:
 *
 * <pre>{@code
 * counter.method(Counter::add).maxTaskRetries(2).remote(5);
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @param <H> what the caller gets
 * @param <S> the type of the copies
 */
public abstract sealed class ActorMethod<H, S extends ActorMethod<H, S>> implements Call<H>
    permits ActorMethod0, ActorMethod1, ActorMethod2, ActorMethod3, ActorMethod4, ActorMethod5 {
  private final MethodCall<H> call;

  ActorMethod(MethodCall<H> call) {
    this.call = call;
  }

  abstract S with(MethodCall<H> changed);

  private S with(MethodOptions options) {
    return with(call.withOptions(options));
  }

  @Override
  public H invoke(@Nullable Object... arguments) {
    return call.invoke(arguments);
  }

  /** The options that calls of this method have. */
  public MethodOptions options() {
    return call.options();
  }

  /** Names the call in listings and messages. */
  public S name(String name) {
    return with(options().withName(name));
  }

  /** How often a call is sent again after the actor's restart; -1: without limit. */
  public S maxTaskRetries(int times) {
    return with(options().withRetries(times, options().retryExceptions()));
  }

  /** How often a call is made again after a restart or one of these exceptions. */
  @SafeVarargs
  public final S maxTaskRetries(int times, Class<? extends Throwable>... exceptions) {
    return with(options().withRetries(times, List.of(exceptions)));
  }

  /** How long one run may take; after that it is interrupted and fails. */
  public S timeout(Duration limit) {
    return with(options().withTimeout(limit));
  }

  /** The concurrency group whose limit applies. */
  public S group(String group) {
    return with(options().withConcurrencyGroup(group));
  }

  /** How many items a generator method may be ahead of its consumer. */
  public S backpressure(int items) {
    return with(options().withBackpressure(items));
  }
}
