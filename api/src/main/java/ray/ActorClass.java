package ray;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ray.spi.ActorCreation;
import ray.spi.Backend;

/**
 * A constructor that makes an actor when called, and its options. Each option makes a changed copy:
 *
 * <pre>{@code
 * ActorRef<Counter> counter = Ray.actor(Counter::new).name("hits").maxRestarts(3).remote();
 * }</pre>
 *
 * <p>Immutable and thread-safe.
 *
 * @param <T> the actor's class
 * @param <S> the type of the copies
 */
public abstract sealed class ActorClass<T, S extends ActorClass<T, S>> implements Call<ActorRef<T>>
    permits ActorClass0,
        ActorClass1,
        ActorClass2,
        ActorClass3,
        ActorClass4,
        ActorClass5,
        ActorClass6 {
  private final ActorCreation<T> creation;

  ActorClass(ActorCreation<T> creation) {
    this.creation = creation;
  }

  abstract S with(ActorCreation<T> changed);

  private S with(ActorOptions options) {
    return with(creation.withOptions(options));
  }

  @Override
  public ActorRef<T> invoke(@Nullable Object... arguments) {
    return creation.invoke(arguments);
  }

  /** The options that actors made here have. */
  public ActorOptions options() {
    return creation.options();
  }

  /** Creates on this instance rather than on the default one. */
  public S on(RayInstance instance) {
    return with(creation.on((Backend) instance));
  }

  /** The name by which others find the actor; a second living one of that name is an error. */
  public S name(String name) {
    return with(options().withName(name));
  }

  /** The namespace of the name; the program's own by default. */
  public S namespace(String namespace) {
    return with(options().withNamespace(namespace));
  }

  /** Returns the living actor of that name, if there is one, rather than fail. */
  public S getIfExists() {
    return with(options().withGetIfExists());
  }

  /** Lets the actor outlive its refs and its maker; it ends when it is killed. */
  public S detached() {
    return with(options().withLifetime(ActorOptions.Lifetime.DETACHED));
  }

  /** How many of its calls may run at once. One by default. */
  public S maxConcurrency(int calls) {
    return with(options().withMaxConcurrency(calls));
  }

  /** Adds a group of methods with a limit of its own; see {@link ActorMethod#group}. */
  public S concurrencyGroup(String group, int calls) {
    return with(options().withConcurrencyGroup(group, calls));
  }

  /** How often it is made again after it died; -1: without limit. None by default. */
  public S maxRestarts(int times) {
    return with(options().withMaxRestarts(times));
  }

  /** How often a call is sent again after a restart; -1: without limit. None by default. */
  public S maxTaskRetries(int times) {
    return with(options().withMaxTaskRetries(times));
  }

  /**
   * How many calls one process, the driver or a worker, may have waiting; one more throws. No limit
   * by default.
   */
  public S maxPendingCalls(int calls) {
    return with(options().withMaxPendingCalls(calls));
  }

  /** How many CPUs it holds while it lives. None by default. */
  public S cpus(double cpus) {
    return resource(Resources.CPU, cpus);
  }

  /**
   * How many GPUs it holds while it lives: whole ones, which are its own, or a fraction of one. On
   * a node it lives in a process whose environment names them, and no others; {@link
   * RuntimeContext#gpuIds} tells which they are. None by default.
   *
   * @throws IllegalArgumentException if it is more than one and not a whole number
   */
  public S gpus(double gpus) {
    return resource(Resources.GPU, gpus);
  }

  /** How much memory it holds while it lives, in bytes. It is accounted, not enforced. */
  public S memory(long bytes) {
    return resource(Resources.MEMORY, bytes);
  }

  /** How much of a resource of the program's own it holds while it lives. */
  public S resource(String name, double amount) {
    return with(options().withResources(options().resources().with(name, amount)));
  }

  /** Lives in a worker process of its own, which ends with it. */
  public S isolated() {
    return with(options().withRuntimeEnv(options().runtimeEnv().alone()));
  }

  /**
   * Lives in a worker that a debugger can attach to, over the loopback interface; {@code ray debug}
   * says where. It does not wait for it. Such a worker starts more slowly, as the JVM does not use
   * its AOT cache then.
   */
  public S debug() {
    return jvmOptions(RuntimeEnv.DEBUG_OPTION);
  }

  /**
   * Adds options of the JVM that it lives in, such as {@code -Xmx4g}. What asks for the same
   * options shares workers.
   *
   * @throws IllegalArgumentException if one of them is no JVM option that a worker can have
   */
  public S jvmOptions(String... more) {
    return with(options().withRuntimeEnv(options().runtimeEnv().withJvmOptions(List.of(more))));
  }

  /**
   * Sets an environment variable of the process that it lives in. What asks for the same variables
   * shares workers.
   */
  public S env(String name, String value) {
    return with(options().withRuntimeEnv(options().runtimeEnv().withVariable(name, value)));
  }

  /** Where it runs. */
  public S strategy(SchedulingStrategy strategy) {
    return with(options().withStrategy(strategy));
  }

  /** Adds free text, shown in listings. */
  public S label(String key, String value) {
    Map<String, String> labels = new TreeMap<>(options().labels());
    labels.put(key, value);
    return with(options().withLabels(labels));
  }
}
