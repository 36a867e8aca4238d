package ray.runtime;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ray.ActorRef;
import ray.CancelOptions;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.Ray;
import ray.RayOptions;
import ray.RayStateException;
import ray.RemoteFunction0;
import ray.RemoteFunction1;
import ray.SchedulingStrategy;
import ray.ValueSerializer;
import ray.WaitResult;
import ray.function.Func0;
import ray.function.RayFunction;
import ray.runtime.serialization.SurrogateCodec;
import ray.runtime.serialization.ValueSerializers;
import ray.spi.ActorCreation;
import ray.spi.Backend;
import ray.spi.Backends;
import ray.spi.FunctionCall;
import ray.spi.LentValue;
import ray.wire.Polling;

/**
 * What programs do, the same wherever the parts of Ray are: calls go to the submitter, waiting to
 * the owner of the calling thread. Thread-safe.
 */
public abstract class RuntimeBackend implements Backend, SubmitterSource {
  private final RayOptions options;
  private final LocalWaiting waiting;
  private final Waits waits;

  /** Made when it is first wanted, by any thread. */
  private volatile @Nullable FunctionCall<ObjectRef<List<Object>>> gather;

  /** A backend whose threads wait in a way of their own. */
  protected RuntimeBackend(RayOptions options, Polling polling) {
    this.options = options;
    this.waiting = new LocalWaiting(this, options.serialMode(), polling);
    this.waits = new Waits(waiting);
  }

  /** How this backend was started. */
  protected RayOptions options() {
    return options;
  }

  /** How its threads wait. */
  protected LocalWaiting waiting() {
    return waiting;
  }

  /** A new random id of a process. */
  public static long newId(SecureRandom random) {
    long id;
    do {
      id = random.nextLong();
    } while (id == 0);
    return id;
  }

  /** Serializers for the code of one loader, with those that the program gave. */
  public static ValueSerializers serializers(ClassLoader loader, RayOptions options) {
    ValueSerializers serializers =
        ValueSerializers.forLoader(loader)
            .handles(type -> ObjectRef.class.isAssignableFrom(type) || ActorRef.class == type)
            .build();
    register(serializers, options.serializers());
    return serializers;
  }

  /** Adds what a program gave; to be called before any value of those classes was written. */
  public static void register(
      ValueSerializers serializers, Map<Class<?>, ValueSerializer<?>> given) {
    given.forEach((type, codec) -> register(serializers, type, codec));
  }

  @SuppressWarnings("unchecked")
  private static <T> void register(
      ValueSerializers serializers, Class<T> type, ValueSerializer<?> codec) {
    ValueSerializer<T> typed = (ValueSerializer<T>) codec;
    serializers.register(
        type,
        new SurrogateCodec<T>() {
          @SuppressWarnings("NullAway") // a surrogate may be null
          @Override
          public Object replace(T value) {
            return typed.replace(value);
          }

          @Override
          public T restore(Object surrogate) {
            return typed.restore(surrogate);
          }
        });
  }

  // ---- calls

  @Override
  public <T> T lend(LentValue<T> what) {
    TaskContext context = TaskContext.of(this);
    if (context == null) {
      throw new RayStateException(
          "a WorkerLocal lends its value to tasks and actors' methods, and none runs on this"
              + " thread: call get() in a task, and pass the value on to threads that it starts");
    }
    try {
      return context.executor.locals().lend(what, context.guard().loans());
    } catch (Exception e) {
      throw RuntimeBackend.<RuntimeException>unchecked(e);
    }
  }

  /** Lets an exception pass that the compiler does not know of: the task's code may throw it. */
  @SuppressWarnings("unchecked") // which is the point
  private static <E extends Exception> E unchecked(Exception e) throws E {
    throw (E) e;
  }

  @Override
  public Object submit(FunctionCall<?> call, @Nullable Object[] arguments) {
    return submitter().submit(call, arguments);
  }

  @Override
  public <R extends @Nullable Object> Map<String, ObjectRef<R>> runOnAllWorkers(Func0<R> function) {
    RemoteFunction0<ObjectRef<R>> each = Ray.remote(function).on(this).cpus(0).retries(0);
    Map<String, ObjectRef<R>> results = new LinkedHashMap<>();
    for (String worker : workers()) {
      results.put(worker, each.strategy(SchedulingStrategy.worker(worker)).remote());
    }
    return results;
  }

  @Override
  public RayFunction copy(RayFunction function) {
    return submitter().copy(function);
  }

  @Override
  public <T> ActorRef<T> createActor(ActorCreation<T> creation, @Nullable Object[] arguments) {
    return submitter().create(creation, arguments);
  }

  @Override
  public void exitActor() {
    submitter().exitActor();
  }

  @Override
  public <T extends @Nullable Object> ObjectRef<T> put(T value) {
    if (value instanceof ObjectRef<?>) {
      throw new IllegalArgumentException(
          "a ref can't be put: it is one already; put a value that contains it, a list say");
    }
    return submitter().put(value);
  }

  @Override
  public <T extends @Nullable Object> List<T> get(List<ObjectRef<T>> refs) {
    return waits.get(refs);
  }

  @Override
  public <T extends @Nullable Object> List<T> get(List<ObjectRef<T>> refs, Duration timeout) {
    return waits.get(refs, timeout);
  }

  @Override
  public <T extends @Nullable Object> WaitResult<T> wait(
      List<ObjectRef<T>> refs, int count, @Nullable Duration timeout) {
    return waits.wait(refs, count, timeout);
  }

  @Override
  public <T extends @Nullable Object> Iterable<ObjectRef<T>> asCompleted(List<ObjectRef<T>> refs) {
    return waits.asCompleted(refs);
  }

  @Override
  public <A extends @Nullable Object, R extends @Nullable Object> Stream<R> mapUnordered(
      RemoteFunction1<A, ObjectRef<R>> function, Stream<? extends A> stream, int maxInFlight) {
    RemoteFunction1<A, ObjectRef<R>> bound = function.on(this);
    return UnorderedMap.<A, R>of(waits, argument -> bound.remote(argument), stream, maxInFlight);
  }

  @SuppressWarnings("unchecked")
  @Override
  public <T extends @Nullable Object> ObjectRef<List<T>> all(List<ObjectRef<T>> refs) {
    return (ObjectRef<List<T>>) (ObjectRef<?>) gather().invoke(refs.toArray());
  }

  private FunctionCall<ObjectRef<List<Object>>> gather() {
    FunctionCall<ObjectRef<List<Object>>> bound = gather;
    if (bound == null) {
      bound = Gather.CALL.on(this);
      gather = bound;
    }
    return bound;
  }

  @Override
  public <T extends @Nullable Object> ObjectRef<T> fromFuture(CompletionStage<T> stage) {
    OwnerShell owner = submitter().owner();
    Handle<T> promise = owner.promise();
    var id = promise.id();
    stage.whenComplete((value, thrown) -> {
      if (thrown != null) {
        Throwable cause =
            thrown instanceof CompletionException && thrown.getCause() != null
                ? thrown.getCause()
                : thrown;
        owner.fail(id, "a future", cause);
      } else {
        owner.fulfil(id, value);
      }
    });
    return promise;
  }

  @Override
  public void cancel(ObjectRef<?> ref, CancelOptions how) {
    submitter().cancel((Handle<?>) ref, how);
  }

  @Override
  public void cancel(ObjectRefStream<?> stream, CancelOptions how) {
    submitter().cancel(stream, how);
  }

  @Override
  public <T> Optional<ActorRef<T>> actor(String name) {
    return actor(name, options.namespace());
  }

  @Override
  public <R extends @Nullable Object> R call(Callable<R> code) throws Exception {
    Backend before = Backends.bind(this);
    try {
      return code.call();
    } finally {
      Backends.bind(before);
    }
  }
}
