package ray;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of one call of an actor's method, as {@link ActorMethod}'s methods set them.
 *
 * @param name what the call is called in listings; empty: the method's name
 * @param maxTaskRetries how often the call is sent again after the actor's restart, or after an
 *     exception listed in {@code retryExceptions}; -1: without limit; null: as the actor says
 * @param retryExceptions exceptions of the user's code after which the call is made again
 * @param timeout how long one run may take before it is interrupted and fails; null: no limit
 * @param concurrencyGroup the group whose limit applies; empty: the actor's own
 * @param backpressure how many items a generator method may be ahead of its consumer
 */
public record MethodOptions(
    String name,
    @Nullable Integer maxTaskRetries,
    List<Class<? extends Throwable>> retryExceptions,
    @Nullable Duration timeout,
    String concurrencyGroup,
    int backpressure) {

  /** As the actor says. */
  public static final MethodOptions DEFAULT =
      new MethodOptions("", null, List.of(), null, "", TaskOptions.DEFAULT_BACKPRESSURE);

  /** Checks and copies. */
  public MethodOptions {
    retryExceptions = List.copyOf(retryExceptions);
    if (maxTaskRetries != null) {
      OptionChecks.retries("maxTaskRetries", maxTaskRetries);
    }
    OptionChecks.positive("timeout", timeout);
    OptionChecks.atLeastOne("backpressure", backpressure);
  }

  MethodOptions withName(String changed) {
    return new MethodOptions(
        changed, maxTaskRetries, retryExceptions, timeout, concurrencyGroup, backpressure);
  }

  MethodOptions withRetries(int changed, List<Class<? extends Throwable>> exceptions) {
    return new MethodOptions(name, changed, exceptions, timeout, concurrencyGroup, backpressure);
  }

  MethodOptions withTimeout(Duration changed) {
    return new MethodOptions(
        name, maxTaskRetries, retryExceptions, changed, concurrencyGroup, backpressure);
  }

  MethodOptions withConcurrencyGroup(String changed) {
    return new MethodOptions(name, maxTaskRetries, retryExceptions, timeout, changed, backpressure);
  }

  MethodOptions withBackpressure(int changed) {
    return new MethodOptions(
        name, maxTaskRetries, retryExceptions, timeout, concurrencyGroup, changed);
  }
}
