package ray;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The options of a task, as {@link RemoteFunction}'s methods set them.
 *
 * @param name what the task is called in listings and messages; empty: the function's name
 * @param resources what one run needs
 * @param maxRetries how often the task runs again after its worker died, or after an exception
 *     listed in {@code retryExceptions}; -1: without limit
 * @param retryExceptions exceptions of the user's code after which the task runs again
 * @param timeout how long one run may take before it is interrupted and fails; null: no limit
 * @param strategy where to run
 * @param labels free text carried along, shown in listings
 * @param backpressure how many items a generator may be ahead of its consumer
 * @param runtimeEnv what is asked of the process that it runs in
 */
public record TaskOptions(
    String name,
    Resources resources,
    int maxRetries,
    List<Class<? extends Throwable>> retryExceptions,
    @Nullable Duration timeout,
    SchedulingStrategy strategy,
    Map<String, String> labels,
    int backpressure,
    RuntimeEnv runtimeEnv) {

  /** How often a task runs again unless told otherwise, as in Ray. */
  public static final int DEFAULT_MAX_RETRIES = 3;

  /** How many items a generator may be ahead unless told otherwise. */
  public static final int DEFAULT_BACKPRESSURE = 64;

  /** One CPU, three retries after a worker's death, none after an exception. */
  public static final TaskOptions DEFAULT =
      new TaskOptions(
          "",
          Resources.ONE_CPU,
          DEFAULT_MAX_RETRIES,
          List.of(),
          null,
          SchedulingStrategy.standard(),
          Map.of(),
          DEFAULT_BACKPRESSURE,
          RuntimeEnv.SHARED);

  /** Checks and copies. */
  public TaskOptions {
    retryExceptions = List.copyOf(retryExceptions);
    labels = Map.copyOf(labels);
    OptionChecks.retries("maxRetries", maxRetries);
    OptionChecks.positive("timeout", timeout);
    OptionChecks.atLeastOne("backpressure", backpressure);
  }

  /** The limit on one run's time. */
  public Optional<Duration> timeLimit() {
    return Optional.ofNullable(timeout);
  }

  TaskOptions withName(String changed) {
    return new TaskOptions(
        changed,
        resources,
        maxRetries,
        retryExceptions,
        timeout,
        strategy,
        labels,
        backpressure,
        runtimeEnv);
  }

  TaskOptions withResources(Resources changed) {
    return new TaskOptions(
        name,
        changed,
        maxRetries,
        retryExceptions,
        timeout,
        strategy,
        labels,
        backpressure,
        runtimeEnv);
  }

  TaskOptions withRetries(int changed, List<Class<? extends Throwable>> exceptions) {
    return new TaskOptions(
        name, resources, changed, exceptions, timeout, strategy, labels, backpressure, runtimeEnv);
  }

  TaskOptions withTimeout(Duration changed) {
    return new TaskOptions(
        name,
        resources,
        maxRetries,
        retryExceptions,
        changed,
        strategy,
        labels,
        backpressure,
        runtimeEnv);
  }

  TaskOptions withStrategy(SchedulingStrategy changed) {
    return new TaskOptions(
        name,
        resources,
        maxRetries,
        retryExceptions,
        timeout,
        changed,
        labels,
        backpressure,
        runtimeEnv);
  }

  TaskOptions withLabels(Map<String, String> changed) {
    return new TaskOptions(
        name,
        resources,
        maxRetries,
        retryExceptions,
        timeout,
        strategy,
        changed,
        backpressure,
        runtimeEnv);
  }

  TaskOptions withBackpressure(int changed) {
    return new TaskOptions(
        name,
        resources,
        maxRetries,
        retryExceptions,
        timeout,
        strategy,
        labels,
        changed,
        runtimeEnv);
  }

  TaskOptions withRuntimeEnv(RuntimeEnv changed) {
    return new TaskOptions(
        name,
        resources,
        maxRetries,
        retryExceptions,
        timeout,
        strategy,
        labels,
        backpressure,
        changed);
  }
}
