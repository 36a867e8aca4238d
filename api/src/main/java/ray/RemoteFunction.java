package ray;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ray.spi.Backend;
import ray.spi.FunctionCall;

/**
 * A function that runs as a task when called, and its options. Each option makes a changed copy:
 *
 * <pre>{@code
 * var fetch = Ray.remote(Pages::fetch).cpus(0.5).retries(5, IOException.class);
 * ObjectRef<String> page = fetch.name("home page").remote(url);
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @param <H> what the caller gets
 * @param <S> the type of the copies
 */
public abstract sealed class RemoteFunction<H, S extends RemoteFunction<H, S>> implements Call<H>
    permits RemoteFunction0,
        RemoteFunction1,
        RemoteFunction2,
        RemoteFunction3,
        RemoteFunction4,
        RemoteFunction5,
        RemoteFunction6 {
  private final FunctionCall<H> call;

  RemoteFunction(FunctionCall<H> call) {
    this.call = call;
  }

  abstract S with(FunctionCall<H> changed);

  private S with(TaskOptions options) {
    return with(call.withOptions(options));
  }

  @Override
  public H invoke(@Nullable Object... arguments) {
    return call.invoke(arguments);
  }

  /** The options that calls of this function have. */
  public TaskOptions options() {
    return call.options();
  }

  /**
   * The same function, for helpers that go on on other threads: bound to the instance of this one.
   */
  S bound() {
    return with(call.bound());
  }

  /** Where calls go: the instance it is bound to, or the calling thread's. */
  Backend backend() {
    return call.backend();
  }

  /** Runs on this instance rather than on the default one. */
  public S on(RayInstance instance) {
    return with(call.on((Backend) instance));
  }

  /** Names the task in listings and messages. */
  public S name(String name) {
    return with(options().withName(name));
  }

  /** How many CPUs one run holds; fractions and zero are allowed. One by default. */
  public S cpus(double cpus) {
    return resource(Resources.CPU, cpus);
  }

  /**
   * How many GPUs one run holds: whole ones, which are its own, or a fraction of one. On a node it
   * runs in a process whose environment names them, and no others ({@code CUDA_VISIBLE_DEVICES} and
   * {@code HIP_VISIBLE_DEVICES}); {@link RuntimeContext#gpuIds} tells which they are. None by
   * default.
   *
   * @throws IllegalArgumentException if it is more than one and not a whole number
   */
  public S gpus(double gpus) {
    return resource(Resources.GPU, gpus);
  }

  /** How much memory one run holds, in bytes. It is accounted, not enforced. None by default. */
  public S memory(long bytes) {
    return resource(Resources.MEMORY, bytes);
  }

  /** How much of a resource of the program's own one run holds; fractions are allowed. */
  public S resource(String name, double amount) {
    return with(options().withResources(options().resources().with(name, amount)));
  }

  /** How often the task runs again after its worker died; -1: without limit. Three by default. */
  public S retries(int times) {
    return with(options().withRetries(times, options().retryExceptions()));
  }

  /** How often the task runs again after its worker died or one of these exceptions was thrown. */
  @SafeVarargs
  public final S retries(int times, Class<? extends Throwable>... exceptions) {
    return with(options().withRetries(times, List.of(exceptions)));
  }

  /** How long one run may take; after that it is interrupted and fails. No limit by default. */
  public S timeout(Duration limit) {
    return with(options().withTimeout(limit));
  }

  /** Where to run. */
  public S strategy(SchedulingStrategy strategy) {
    return with(options().withStrategy(strategy));
  }

  /** Adds free text, shown in listings. */
  public S label(String key, String value) {
    Map<String, String> labels = new TreeMap<>(options().labels());
    labels.put(key, value);
    return with(options().withLabels(labels));
  }

  /**
   * Lets a worker that runs this function end after so many runs, for a new one to take over, as
   * for code that leaks memory. Functions with the same number share workers, and their runs are
   * counted together; where several run at once in a worker, those that have begun end there.
   * Unlimited by default.
   *
   * @throws IllegalArgumentException if the number is not positive
   */
  public S maxCalls(int runs) {
    return with(options().withRuntimeEnv(options().runtimeEnv().withMaxTasks(runs)));
  }

  /** Runs in a worker process of its own, where nothing else runs meanwhile. */
  public S isolated() {
    return with(options().withRuntimeEnv(options().runtimeEnv().alone()));
  }

  /**
   * Adds options of the JVM that it runs in, such as {@code -Xmx4g}. What asks for the same options
   * shares workers.
   *
   * @throws IllegalArgumentException if one of them is no JVM option that a worker can have
   */
  public S jvmOptions(String... more) {
    return with(options().withRuntimeEnv(options().runtimeEnv().withJvmOptions(List.of(more))));
  }

  /**
   * Sets an environment variable of the process that it runs in. What asks for the same variables
   * shares workers.
   */
  public S env(String name, String value) {
    return with(options().withRuntimeEnv(options().runtimeEnv().withVariable(name, value)));
  }

  /**
   * Runs in workers that a debugger can attach to, over the loopback interface; {@code ray debug}
   * says where. They do not wait for it. Such a worker starts more slowly, as the JVM does not use
   * its AOT cache then.
   */
  public S debug() {
    return jvmOptions(RuntimeEnv.DEBUG_OPTION);
  }

  /** How many items a generator may be ahead of its consumer. */
  public S backpressure(int items) {
    return with(options().withBackpressure(items));
  }

  /** Says what it is, with its name where one was given. */
  @Override
  public String toString() {
    String name = options().name();
    return name.isEmpty() ? "remote function" : "remote function '" + name + "'";
  }
}
