package ray;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ray.function.Func0;
import ray.spi.Backend;
import ray.spi.Backends;

/**
 * The way in: starts Ray, makes functions and constructors callable remotely, and reads values.
 *
 * <pre>{@code
 * try (var ray = Ray.init()) {
 *   var square = Ray.remote(Hello::square);
 *   ObjectRef<Integer> nine = square.remote(3);       // returns at once
 *   ObjectRef<Integer> more = square.remote(nine);    // a ref where a value is expected
 *   System.out.println(more.get());                   // 81
 * }
 * }</pre>
 *
 * <p>{@code Ray.remote} is overloaded by what the function returns: a value or nothing gives an
 * {@link ObjectRef}; so does an {@code ObjectRef}, which becomes an alias, and a {@code
 * CompletionStage}; a {@code Stream} or {@code Iterator} makes a generator and gives an {@link
 * ObjectRefStream}; {@link Returns} gives as many refs. An overloaded method needs a lambda with
 * types, which no target type can tell apart otherwise: {@code Ray.remote((String s) ->
 * Integer.parseInt(s))}. What a lambda captures travels by value.
 *
 * <p>Static methods go to the instance of the task they are called from, else to the default one,
 * which {@link #init} sets. All are thread-safe.
 */
public final class Ray extends RemoteEntryPoints {
  private Ray() {}

  /**
   * Starts Ray in this JVM with all its cores, or joins the cluster named by {@code RAY_ADDRESS}.
   */
  public static RayInstance init() {
    return init(RayOptions.defaults());
  }

  /** Joins a cluster, {@code ray://host:port}; the program does not change. */
  public static RayInstance init(String address) {
    return init(RayOptions.defaults().address(address));
  }

  /**
   * Starts Ray and makes it the JVM's default instance until it is closed. The environment's {@code
   * RAY_ADDRESS} fills in a missing address, but for serial mode, which runs in this JVM.
   *
   * @throws RayStateException if there is a default instance already
   */
  public static RayInstance init(RayOptions options) {
    return Backends.startDefault(withAddress(options));
  }

  /** Starts an instance beside the default one; it is used through its own methods. */
  public static RayInstance start(RayOptions options) {
    return Backends.start(withAddress(options));
  }

  private static RayOptions withAddress(RayOptions options) {
    String address = System.getenv("RAY_ADDRESS");
    return options.address().isEmpty() && address != null && !options.serialMode()
        ? options.address(address)
        : options;
  }

  /** Whether {@link #init} was called and its instance is not closed. */
  public static boolean isInitialized() {
    return Backends.hasDefault();
  }

  private static Backend current() {
    return Backends.current();
  }

  /** {@link RayInstance#put}. */
  public static <T extends @Nullable Object> ObjectRef<T> put(T value) {
    return current().put(value);
  }

  /** {@link RayInstance#get(List)}. */
  public static <T extends @Nullable Object> List<T> get(List<ObjectRef<T>> refs) {
    return current().get(refs);
  }

  /** {@link ObjectRef#get()}. */
  public static <T extends @Nullable Object> T get(ObjectRef<T> ref) {
    return ref.get();
  }

  /** {@link RayInstance#get(List, Duration)}. */
  public static <T extends @Nullable Object> List<T> get(
      List<ObjectRef<T>> refs, Duration timeout) {
    return current().get(refs, timeout);
  }

  /** {@link ObjectRef#get(Duration)}. */
  public static <T extends @Nullable Object> T get(ObjectRef<T> ref, Duration timeout) {
    return ref.get(timeout);
  }

  /** Waits until one ref is ready. */
  public static <T extends @Nullable Object> WaitResult<T> wait(List<ObjectRef<T>> refs) {
    return current().wait(refs, 1, null);
  }

  /** Waits until a number of refs are ready. */
  public static <T extends @Nullable Object> WaitResult<T> wait(
      List<ObjectRef<T>> refs, int count) {
    return current().wait(refs, count, null);
  }

  /** {@link RayInstance#wait}. */
  public static <T extends @Nullable Object> WaitResult<T> wait(
      List<ObjectRef<T>> refs, int count, @Nullable Duration timeout) {
    return current().wait(refs, count, timeout);
  }

  /** {@link RayInstance#asCompleted}. */
  public static <T extends @Nullable Object> Iterable<ObjectRef<T>> asCompleted(
      List<ObjectRef<T>> refs) {
    return current().asCompleted(refs);
  }

  /** {@link RayInstance#mapUnordered}. */
  public static <A extends @Nullable Object, R extends @Nullable Object> Stream<R> mapUnordered(
      RemoteFunction1<A, ObjectRef<R>> function, Stream<? extends A> stream, int maxInFlight) {
    return current().mapUnordered(function, stream, maxInFlight);
  }

  /** {@link RayInstance#all}. */
  public static <T extends @Nullable Object> ObjectRef<List<T>> all(List<ObjectRef<T>> refs) {
    return current().all(refs);
  }

  /** {@link RayInstance#fromFuture}. */
  public static <T extends @Nullable Object> ObjectRef<T> fromFuture(CompletionStage<T> stage) {
    return current().fromFuture(stage);
  }

  /** Cancels a task, not those that it submitted; see {@link RayInstance#cancel}. */
  public static void cancel(ObjectRef<?> ref) {
    current().cancel(ref, false);
  }

  /** {@link RayInstance#cancel(ObjectRef, boolean)}. */
  public static void cancel(ObjectRef<?> ref, boolean recursive) {
    current().cancel(ref, recursive);
  }

  /** {@link RayInstance#cancel(ObjectRef, CancelOptions)}. */
  public static void cancel(ObjectRef<?> ref, CancelOptions options) {
    current().cancel(ref, options);
  }

  /** {@link RayInstance#cancel(ObjectRefStream, CancelOptions)}. */
  public static void cancel(ObjectRefStream<?> stream, CancelOptions options) {
    current().cancel(stream, options);
  }

  /** {@link RayInstance#cancel(ObjectRefStream, boolean)}. */
  public static void cancel(ObjectRefStream<?> stream, boolean recursive) {
    current().cancel(stream, recursive);
  }

  /** {@link RayInstance#actor(String)}. */
  public static <T> Optional<ActorRef<T>> actor(String name) {
    return current().actor(name);
  }

  /** {@link RayInstance#actor(String, String)}. */
  public static <T> Optional<ActorRef<T>> actor(String name, String namespace) {
    return current().actor(name, namespace);
  }

  /**
   * Ends the actor whose method calls this, after the methods that run beside it were interrupted;
   * it is not restarted. Does not return. The call that exits has the actor's death as its result.
   *
   * @throws RayStateException if no actor's method runs on this thread
   */
  public static void exitActor() {
    current().exitActor();
  }

  /** {@link RayInstance#context}. */
  public static RuntimeContext context() {
    return current().context();
  }

  /** {@link RayInstance#nodes}. */
  public static List<NodeInfo> nodes() {
    return current().nodes();
  }

  /** {@link RayInstance#clusterResources}. */
  public static Resources clusterResources() {
    return current().clusterResources();
  }

  /** {@link RayInstance#availableResources}. */
  public static Resources availableResources() {
    return current().availableResources();
  }

  /** {@link RayInstance#tasks}. */
  public static List<TaskInfo> tasks() {
    return current().tasks();
  }

  /** {@link RayInstance#actors}. */
  public static List<ActorInfo> actors() {
    return current().actors();
  }

  /** {@link RayInstance#objects}. */
  public static List<ObjectInfo> objects() {
    return current().objects();
  }

  /** {@link RayInstance#schedulerInfo}. */
  public static SchedulerInfo schedulerInfo() {
    return current().schedulerInfo();
  }

  /** {@link RayInstance#workers}. */
  public static List<String> workers() {
    return current().workers();
  }

  /** {@link RayInstance#runOnAllWorkers}. */
  public static <R extends @Nullable Object> Map<String, ObjectRef<R>> runOnAllWorkers(
      Func0<R> function) {
    return current().runOnAllWorkers(function);
  }

  /** {@link RayInstance#killWorkers}, without force. */
  public static EndedWorkers killWorkers() {
    return current().killWorkers(false);
  }

  /** {@link RayInstance#killWorkers}. */
  public static EndedWorkers killWorkers(boolean force) {
    return current().killWorkers(force);
  }

  /** {@link RayInstance#restartWorkers}, without force. */
  public static EndedWorkers restartWorkers() {
    return current().restartWorkers(false);
  }

  /** {@link RayInstance#restartWorkers}. */
  public static EndedWorkers restartWorkers(boolean force) {
    return current().restartWorkers(force);
  }
}
