package ray;

import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How Ray starts; each method makes a changed copy.
 *
 * <pre>{@code
 * try (var ray = Ray.init(RayOptions.defaults().cpus(4).resource("tickets", 2))) { … }
 * }</pre>
 *
 * @param address where to connect; empty: run in this JVM
 * @param numCpus how many CPUs the node has; null: as many as the machine
 * @param memoryBytes how much memory tasks may ask for; null: the heap's limit
 * @param resources amounts of the program's own resources, by name
 * @param labels labels of the node
 * @param objectStoreBytes the size of the object store; null: a share of the machine's free memory
 * @param namespace where names of actors are looked up
 * @param serialMode whether every call runs at once in the caller's thread
 * @param quietFailures whether failures that nobody asks for stay unreported
 * @param creationSites whether each object remembers where it was created, at a cost
 * @param putTimeout how long a put may wait for a full store
 * @param serializers how values of some classes travel
 */
public record RayOptions(
    String address,
    @Nullable Double numCpus,
    @Nullable Long memoryBytes,
    Map<String, Double> resources,
    Map<String, String> labels,
    @Nullable Long objectStoreBytes,
    String namespace,
    boolean serialMode,
    boolean quietFailures,
    boolean creationSites,
    Duration putTimeout,
    Map<Class<?>, ValueSerializer<?>> serializers) {

  /** The namespace unless told otherwise. */
  public static final String DEFAULT_NAMESPACE = "default";

  /** How long a put waits for a full store unless told otherwise. */
  public static final Duration DEFAULT_PUT_TIMEOUT = Duration.ofSeconds(60);

  /** Copies and checks. */
  public RayOptions {
    resources = Map.copyOf(resources);
    labels = Map.copyOf(labels);
    serializers = Map.copyOf(serializers);
    OptionChecks.positive("putTimeout", putTimeout);
  }

  /** All cores of this machine, in this JVM. */
  public static RayOptions defaults() {
    return new RayOptions(
        "",
        null,
        null,
        Map.of(),
        Map.of(),
        null,
        DEFAULT_NAMESPACE,
        false,
        false,
        false,
        DEFAULT_PUT_TIMEOUT,
        Map.of());
  }

  /** The CPUs, if given. */
  public OptionalDouble givenCpus() {
    return numCpus == null ? OptionalDouble.empty() : OptionalDouble.of(numCpus);
  }

  /** The memory in bytes, if given. */
  public OptionalLong givenMemoryBytes() {
    return memoryBytes == null ? OptionalLong.empty() : OptionalLong.of(memoryBytes);
  }

  /** The store's size in bytes, if given. */
  public OptionalLong givenObjectStoreBytes() {
    return objectStoreBytes == null ? OptionalLong.empty() : OptionalLong.of(objectStoreBytes);
  }

  /**
   * Connects to this address, {@code ray://host:port}. A program on another machine than the node
   * uses the node's port alone; so does one on the same machine with {@code ray+tcp://host:port}.
   */
  public RayOptions address(String changed) {
    Draft draft = new Draft(this);
    draft.address = changed;
    return draft.done();
  }

  /** How many CPUs tasks may hold together; it need not be the machine's number. */
  public RayOptions cpus(double cpus) {
    if (!(cpus >= 0)) {
      throw new IllegalArgumentException("cpus must not be negative, not " + cpus);
    }
    Draft draft = new Draft(this);
    draft.numCpus = cpus;
    return draft.done();
  }

  /** How much memory tasks may ask for together, in bytes. */
  public RayOptions memory(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("memory must not be negative, not " + bytes);
    }
    Draft draft = new Draft(this);
    draft.memoryBytes = bytes;
    return draft.done();
  }

  /**
   * How many GPUs tasks and actors may hold together; none by default. An embedded Ray counts them,
   * and tells tasks which are theirs by {@link RuntimeContext#gpuIds} alone.
   */
  public RayOptions gpus(int gpus) {
    return resource(Resources.GPU, gpus);
  }

  /** Adds a resource of the program's own. */
  public RayOptions resource(String name, double amount) {
    Map<String, Double> changed = new TreeMap<>(resources);
    changed.put(name, Resources.NONE.with(name, amount).amount(name));
    Draft draft = new Draft(this);
    draft.resources = changed;
    return draft.done();
  }

  /** Adds a label to the node. */
  public RayOptions label(String key, String value) {
    Map<String, String> changed = new TreeMap<>(labels);
    changed.put(key, value);
    Draft draft = new Draft(this);
    draft.labels = changed;
    return draft.done();
  }

  /** The size of the object store, in bytes. */
  public RayOptions objectStore(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("the object store needs at least one byte, not " + bytes);
    }
    Draft draft = new Draft(this);
    draft.objectStoreBytes = bytes;
    return draft.done();
  }

  /** Where names of actors are looked up. */
  public RayOptions namespace(String changed) {
    Draft draft = new Draft(this);
    draft.namespace = changed;
    return draft.done();
  }

  /** Runs every call at once in the caller's thread, for debugging: same results, same errors. */
  public RayOptions serial() {
    Draft draft = new Draft(this);
    draft.serialMode = true;
    return draft.done();
  }

  /** Does not report failures that nobody asked for. */
  public RayOptions quiet() {
    Draft draft = new Draft(this);
    draft.quietFailures = true;
    return draft.done();
  }

  /**
   * Remembers where each object was created, for {@link Ray#objects}; costs microseconds an object.
   */
  public RayOptions recordCreationSites() {
    Draft draft = new Draft(this);
    draft.creationSites = true;
    return draft.done();
  }

  /** How long a put may wait for a full store before it fails. */
  public RayOptions putTimeout(Duration changed) {
    Draft draft = new Draft(this);
    draft.putTimeout = changed;
    return draft.done();
  }

  /** Registers how values of a class travel. */
  public <T> RayOptions serializer(Class<T> type, ValueSerializer<? super T> serializer) {
    Map<Class<?>, ValueSerializer<?>> changed = new java.util.HashMap<>(serializers);
    changed.put(type, serializer);
    Draft draft = new Draft(this);
    draft.serializers = changed;
    return draft.done();
  }

  /** Options that are being changed. */
  private static final class Draft {
    String address;
    @Nullable Double numCpus;
    @Nullable Long memoryBytes;
    Map<String, Double> resources;
    Map<String, String> labels;
    @Nullable Long objectStoreBytes;
    String namespace;
    boolean serialMode;
    boolean quietFailures;
    boolean creationSites;
    Duration putTimeout;
    Map<Class<?>, ValueSerializer<?>> serializers;

    Draft(RayOptions from) {
      this.address = from.address;
      this.numCpus = from.numCpus;
      this.memoryBytes = from.memoryBytes;
      this.resources = from.resources;
      this.labels = from.labels;
      this.objectStoreBytes = from.objectStoreBytes;
      this.namespace = from.namespace;
      this.serialMode = from.serialMode;
      this.quietFailures = from.quietFailures;
      this.creationSites = from.creationSites;
      this.putTimeout = from.putTimeout;
      this.serializers = from.serializers;
    }

    RayOptions done() {
      return new RayOptions(
          address,
          numCpus,
          memoryBytes,
          resources,
          labels,
          objectStoreBytes,
          namespace,
          serialMode,
          quietFailures,
          creationSites,
          putTimeout,
          serializers);
    }
  }
}
