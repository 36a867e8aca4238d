package ray.runtime;

import static java.lang.ref.Reference.reachabilityFence;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ray.ActorDiedException;
import ray.ActorId;
import ray.ActorOptions;
import ray.ActorRef;
import ray.CancelOptions;
import ray.MethodOptions;
import ray.ObjectId;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.PendingCallsExceededException;
import ray.Resources;
import ray.RuntimeContext;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.TaskOptions;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;
import ray.core.VisibleGpus;
import ray.core.executor.ActorSlot;
import ray.core.owner.Task;
import ray.function.RayFunction;
import ray.runtime.serialization.FunctionSnapshot;
import ray.runtime.serialization.Functions;
import ray.runtime.serialization.HandleTable;
import ray.runtime.serialization.UnserializableValueException;
import ray.spi.ActorCreation;
import ray.spi.Backend;
import ray.spi.FunctionCall;
import ray.spi.MethodCall;

/**
 * Turns calls of the API into tasks: takes functions and arguments by value, makes the handles, and
 * hands the task to the owner of the calling thread's process. Thread-safe.
 */
public final class Submitter {
  private final Backend backend;
  private final LongSupplier job;
  private final String namespace;
  private final OwnerShell driver;
  private final LocalWaiting waiting;
  private final boolean creationSites;
  private final BiFunction<RuntimeEnv, Resources, RuntimeEnv> heeded;

  /**
   * A submitter of one job.
   *
   * @param heeded what is asked of the process of what asks for this, and holds so much
   */
  public Submitter(
      Backend backend,
      LongSupplier job,
      String namespace,
      OwnerShell driver,
      LocalWaiting waiting,
      boolean creationSites,
      BiFunction<RuntimeEnv, Resources, RuntimeEnv> heeded) {
    this.backend = backend;
    this.job = job;
    this.namespace = namespace;
    this.driver = driver;
    this.waiting = waiting;
    this.creationSites = creationSites;
    this.heeded = heeded;
  }

  /** Methods that were called, by the class of their lambda. */
  private final Map<Class<?>, PreparedMethod> methods = new ConcurrentHashMap<>();

  /** What does not change between submissions of one function with the same options. */
  private record Prepared(OwnerShell owner, Callee callee, CallSpec call) {}

  /** The owner of the process that the calling thread belongs to. */
  public OwnerShell owner() {
    TaskContext context = TaskContext.of(backend);
    return context == null ? driver : context.executor.owner();
  }

  private static @Nullable ObjectId parent(Backend backend) {
    TaskContext context = TaskContext.of(backend);
    return context == null ? null : context.run().spec().id();
  }

  /**
   * Who calls an actor: the run, or its actor if that runs one call at a time, so that all that
   * such an actor calls has one order; null for the driver.
   */
  private static @Nullable ObjectId caller(@Nullable TaskContext context) {
    if (context == null) {
      return null;
    }
    ActorSlot actor = context.run().actor();
    return actor != null && actor.spec().isSerial()
        ? actor.spec().id().creation()
        : context.run().spec().id();
  }

  private @Nullable Object site() {
    return creationSites ? new Throwable() : null;
  }

  // ---- functions

  private Prepared prepare(FunctionCall<?> call, OwnerShell owner) {
    if (call.cache() instanceof Prepared prepared
        && (prepared.owner() == owner || prepared.callee().captured().isEmpty())
        && prepared.owner().waitsFor(backend)) {
      return prepared;
    }
    TaskOptions options = call.options();
    Callee callee =
        callee(call.function(), owner, call.shape().spread(), options.retryExceptions());
    String function = callee.snapshot().info().name();
    FunctionKey key =
        new FunctionKey(
            function,
            options.resources(),
            options.strategy(),
            heeded.apply(options.runtimeEnv(), options.resources()));
    TaskPolicy policy =
        new TaskPolicy(
            options.maxRetries(),
            options.retryExceptions(),
            options.timeLimit().map(java.time.Duration::toNanos).orElse(0L),
            options.backpressure(),
            "",
            options.labels());
    String name = options.name().isEmpty() ? function : options.name();
    CallSpec spec =
        new CallSpec(job.getAsLong(), key, name, callee, call.shape().returns(), policy);
    Prepared prepared = new Prepared(owner, callee, spec);
    call.cache(prepared);
    return prepared;
  }

  /** Copies what a function captures; the refs in it stay the same. */
  public RayFunction copy(RayFunction function) {
    HandleTable handles = new HandleTable();
    return (RayFunction)
        snapshot(function, driver, handles).restore(driver.values().serializers(), handles);
  }

  private static FunctionSnapshot snapshot(
      RayFunction function, OwnerShell owner, HandleTable handles) {
    try {
      return Functions.snapshot(function, owner.values().serializers(), handles);
    } catch (UnserializableValueException e) {
      throw new ray.NotSerializableException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Callee callee(
      RayFunction function,
      OwnerShell owner,
      boolean spread,
      List<Class<? extends Throwable>> retryExceptions) {
    HandleTable handles = new HandleTable();
    FunctionSnapshot snapshot = snapshot(function, owner, handles);
    List<ObjectId> captured = new ArrayList<>();
    List<@Nullable ActorKind> kinds = new ArrayList<>();
    for (Object handle : handles.handles()) {
      captured.add(owner.idOf(handle));
      kinds.add(handle instanceof ActorRef<?> actor ? LocalActorHandle.of(actor).kind() : null);
    }
    Callee callee =
        new Callee(
            snapshot,
            List.copyOf(captured),
            kinds,
            spread,
            retryExceptions.stream().map(Class::getName).toList());
    owner.keep(callee, handles.handles());
    return callee;
  }

  // ---- tasks

  /** Submits a task. */
  public Object submit(FunctionCall<?> call, @Nullable Object[] arguments) {
    OwnerShell owner = owner();
    owner.checkOpen();
    Prepared prepared = prepare(call, owner);
    List<ObjectId> nested = prepared.callee().captured();
    Arguments taken = take(arguments, owner, nested);
    int returns = call.shape().returns();
    TaskSpec spec =
        new TaskSpec(
            owner.newIds(returns),
            parent(backend),
            prepared.call(),
            taken.values(),
            taken.nested(),
            null);
    return start(spec, owner, taken, null, arguments);
  }

  /** Arguments as they travel: refs, bytes, or values known to be immutable. */
  private record Arguments(
      @Nullable Object[] values, List<ObjectId> nested, List<Handle<?>> temporary) {}

  private static Arguments take(
      @Nullable Object[] arguments, OwnerShell owner, List<ObjectId> captured) {
    if (arguments.length == 0) {
      return new Arguments(arguments, captured, List.of());
    }
    List<ObjectId> nested = captured;
    List<Handle<?>> temporary = List.of();
    @Nullable Object[] taken = new @Nullable Object[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      Object argument = arguments[i];
      if (argument instanceof Handle<?> ref) {
        taken[i] = new RefArgument(owner.idOf(ref));
        continue;
      }
      Values.Made made = owner.values().make(argument);
      if (made.outcome() instanceof Outcome.Inline inline) {
        taken[i] = inline.body();
        if (!inline.contained().isEmpty()) {
          nested = nested == captured ? new ArrayList<>(captured) : nested;
          nested.addAll(inline.contained());
        }
      } else {
        Handle<?> stored = owner.store(made, null);
        temporary = temporary.isEmpty() ? new ArrayList<>() : temporary;
        temporary.add(stored);
        taken[i] = new RefArgument(stored.id());
      }
    }
    return new Arguments(taken, nested, temporary);
  }

  private Object start(
      TaskSpec spec,
      OwnerShell owner,
      Arguments taken,
      @Nullable ObjectId caller,
      Object keptAlive) {
    Object given;
    if (spec.isGenerator()) {
      GeneratorStream<?> stream = new GeneratorStream<>(owner, waiting, spec);
      Task task = new Task(spec, stream, caller);
      stream.start(task);
      owner.submit(task, new Handle<?>[0], site());
      given = stream;
    } else if (spec.returns() == 1) {
      Handle<?> result = new Handle<>(owner, spec.id());
      owner.submit(new Task(spec, null, caller), result, site());
      given = result;
    } else {
      Handle<?>[] results = new Handle<?>[spec.returns()];
      for (int i = 0; i < results.length; i++) {
        results[i] = new Handle<>(owner, spec.result(i));
      }
      owner.submit(new Task(spec, null, caller), results, site());
      given = results;
    }
    for (Handle<?> stored : taken.temporary()) {
      stored.close();
    }
    // What it takes must not go before the task holds it.
    reachabilityFence(keptAlive);
    TaskContext context = TaskContext.of(backend);
    if (context != null) {
      context.submitted();
      if (context.run().areChildrenCancelled()) {
        owner.cancel(spec.id(), new CancelOptions(true, context.run().isForced()));
      }
    }
    if (waiting.isSerial()) {
      waiting.runNow(spec.id(), done(given));
    }
    return given;
  }

  private static java.util.function.BooleanSupplier done(Object given) {
    Object first = given instanceof Object[] several ? several[0] : given;
    return first instanceof Handle<?> handle ? () -> handle.cell().outcome() != null : () -> false;
  }

  // ---- actors

  /** Creates an actor. */
  public <T> ActorRef<T> create(ActorCreation<T> creation, @Nullable Object[] arguments) {
    OwnerShell owner = owner();
    owner.checkOpen();
    ActorOptions options = creation.options();
    RuntimeEnv runtimeEnv = heeded.apply(options.runtimeEnv(), options.resources());
    Callee callee = callee(creation.constructor(), owner, false, List.of());
    Arguments taken = take(arguments, owner, callee.captured());
    ObjectId id = owner.newActorId();
    String className = className(callee);
    FunctionKey key =
        new FunctionKey(className, options.resources(), options.strategy(), runtimeEnv);
    TaskSpec constructor =
        new TaskSpec(
            id,
            parent(backend),
            new CallSpec(
                job.getAsLong(),
                key,
                className + " (constructor)",
                callee,
                1,
                new TaskPolicy(options.maxRestarts(), List.of(), 0, 1, "", options.labels())),
            taken.values(),
            taken.nested(),
            new ActorId(id));
    ActorSpec spec =
        new ActorSpec(
            new ActorId(id),
            className,
            Objects.requireNonNullElse(options.namespace(), namespace),
            options,
            constructor);
    Handle<?> handle = new Handle<>(owner, id);
    var registration = options.name().isEmpty() ? null : waiting.expectRegistration(spec.id());
    owner.create(spec, new Task(constructor, null), handle);
    reachabilityFence(arguments);
    for (Handle<?> stored : taken.temporary()) {
      stored.close();
    }
    if (waiting.isSerial()) {
      waiting.runNow(id, () -> handle.cell().outcome() != null);
    }
    ActorKind kind = new ActorKind(className, options.maxTaskRetries(), options.maxPendingCalls());
    if (registration != null) {
      Message.ActorRegistered answer = registration.join();
      String refusal = answer.refusal();
      if (refusal != null) {
        handle.cell().observe();
        handle.close();
        throw new ActorDiedException(refusal);
      }
      if (!answer.actual().equals(spec.id())) {
        handle.cell().observe();
        handle.close();
        return owner.actorRef(owner.openNamed(answer.actual().creation()), kind);
      }
    }
    return owner.actorRef(handle, kind);
  }

  private static String className(Callee callee) {
    String returned = callee.snapshot().info().type().returnType().getSimpleName();
    return returned.isEmpty() || returned.equals("Object")
        ? callee.snapshot().info().name()
        : returned;
  }

  /** Calls a method. */
  Object call(LocalActorHandle actor, MethodCall<?> call, @Nullable Object[] arguments) {
    TaskContext context = TaskContext.of(backend);
    OwnerShell owner = context == null ? driver : context.executor.owner();
    owner.checkOpen();
    ObjectId creation = owner.idOf(new ActorRef<>(actor));
    ActorId id = new ActorId(creation);
    int limit = actor.kind().maxPendingCalls();
    if (limit > 0 && owner.ask(core -> core.unfinishedCalls(id)) >= limit) {
      throw new PendingCallsExceededException(
          "actor "
              + actor.className()
              + " has "
              + limit
              + " calls of this process waiting, which is its maxPendingCalls: wait for some of"
              + " them first");
    }
    int retries =
        Objects.requireNonNullElse(call.options().maxTaskRetries(), actor.kind().maxTaskRetries());
    PreparedMethod method = prepare(call, owner, retries);
    Arguments taken = take(arguments, owner, method.callee().captured());
    TaskSpec spec =
        new TaskSpec(
            owner.newIds(method.call().returns()),
            context == null ? null : context.run().spec().id(),
            method.call(),
            taken.values(),
            taken.nested(),
            id);
    return start(spec, owner, taken, caller(context), List.of(actor.creation(), arguments));
  }

  /** What does not change between calls of one method with the same options. */
  private record PreparedMethod(
      RayFunction function, MethodOptions options, Callee callee, CallSpec call) {
    boolean suits(MethodCall<?> other, int retries) {
      return function == other.function()
          && options == other.options()
          && call.policy().maxRetries() == retries
          && call.returns() == other.shape().returns()
          && callee.spread() == other.shape().spread();
    }
  }

  private PreparedMethod prepare(MethodCall<?> call, OwnerShell owner, int retries) {
    RayFunction function = call.function();
    PreparedMethod known = methods.get(function.getClass());
    if (known != null && known.suits(call, retries)) {
      return known;
    }
    MethodOptions options = call.options();
    Callee callee = callee(function, owner, call.shape().spread(), options.retryExceptions());
    String name = callee.snapshot().info().name();
    CallSpec spec =
        new CallSpec(
            job.getAsLong(),
            new FunctionKey(name, Resources.NONE, SchedulingStrategy.standard()),
            options.name().isEmpty() ? name : options.name(),
            callee,
            call.shape().returns(),
            policy(options, retries));
    PreparedMethod made = new PreparedMethod(function, options, callee, spec);
    if (callee.snapshot() instanceof FunctionSnapshot.Shared && callee.captured().isEmpty()) {
      methods.put(function.getClass(), made);
    }
    return made;
  }

  private static TaskPolicy policy(MethodOptions options, int retries) {
    java.time.Duration timeout = options.timeout();
    return new TaskPolicy(
        retries,
        options.retryExceptions(),
        timeout == null ? 0 : timeout.toNanos(),
        options.backpressure(),
        options.concurrencyGroup(),
        Map.of());
  }

  // ---- the rest of what programs do

  /** Stores a value. */
  public <T extends @Nullable Object> ObjectRef<T> put(T value) {
    return owner().put(value, site());
  }

  /** Cancels the task that makes an object. */
  public void cancel(Handle<?> ref, CancelOptions how) {
    ref.owner().checkOpen();
    if (how.force() && ref.owner().isCall(ref.id())) {
      throw noForce();
    }
    ref.cell().observe();
    ref.owner().cancel(ref.id(), how);
    reachabilityFence(ref);
  }

  /** Cancels a generator. */
  public void cancel(ObjectRefStream<?> stream, CancelOptions how) {
    GeneratorStream<?> generator = (GeneratorStream<?>) stream;
    if (how.force() && generator.task().spec().actor() != null) {
      throw noForce();
    }
    generator.owner().cancel(generator.task().spec().id(), how);
  }

  private static IllegalArgumentException noForce() {
    return new IllegalArgumentException(
        "a call of an actor can't be cancelled by force, as the actor would end with it: cancel it"
            + " without force, or end the actor with its kill()");
  }

  /** Where the calling code runs. */
  public RuntimeContext context(String node, String ofNamespace) {
    TaskContext context = TaskContext.of(backend);
    String jobName = Long.toHexString(job.getAsLong());
    if (context == null) {
      return new RuntimeContext(
          jobName,
          node,
          Long.toHexString(driver.id()),
          Optional.empty(),
          "",
          0,
          Optional.empty(),
          Resources.NONE,
          List.of(),
          ofNamespace);
    }
    TaskSpec spec = context.run().spec();
    ActorSlot actor = context.run().actor();
    return new RuntimeContext(
        jobName,
        node,
        Long.toHexString(context.executor.owner().id()),
        Optional.of(spec.id()),
        spec.name(),
        context.run().attempt(),
        Optional.ofNullable(spec.actor()),
        actor == null ? spec.schedulingClass().resources() : actor.spec().options().resources(),
        VisibleGpus.ids(context.run().gpus()),
        ofNamespace);
  }

  /** Whether the calling thread runs a task of this instance. */
  public boolean runsOnThisThread() {
    return TaskContext.of(backend) != null;
  }

  /** Reports failures that nobody has asked for, at the end of the program. */
  public void reportUnseen(FailureReporter failures) {
    List<HandleCell> living = new ArrayList<>();
    driver.ask(core -> {
      core.forEachCell(cell -> living.add((HandleCell) cell));
      return true;
    });
    for (HandleCell cell : living) {
      if (cell.outcome() instanceof Outcome.Failed failed && !cell.isObserved()) {
        failures.report(cell.id.toString(), failed);
      }
    }
  }

  /** A ref to a living actor that was found by its name. */
  public <T> ActorRef<T> found(ActorSpec spec) {
    OwnerShell owner = owner();
    return owner.actorRef(
        owner.openNamed(spec.id().creation()),
        new ActorKind(
            spec.className(), spec.options().maxTaskRetries(), spec.options().maxPendingCalls()));
  }

  /** Ends an actor. */
  void kill(ActorId id, boolean restart) {
    owner().kill(id, restart);
  }

  /** Ends the actor whose method runs on this thread. */
  public void exitActor() {
    TaskContext context = TaskContext.of(backend);
    if (context == null || context.run().actor() == null || context.run().spec().isCreation()) {
      throw new ray.RayStateException(
          "Ray.exitActor() can be called only from within an actor's method");
    }
    throw new ActorExit();
  }
}
