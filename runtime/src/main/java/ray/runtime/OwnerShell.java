package ray.runtime;

import static java.lang.ref.Reference.reachabilityFence;

import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorRef;
import ray.CancelOptions;
import ray.ObjectId;
import ray.RayStateException;
import ray.core.ActorSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.owner.OwnerCore;
import ray.core.owner.OwnerEffects;
import ray.core.owner.Reference;
import ray.core.owner.Task;
import ray.runtime.serialization.ValueSerializers;
import ray.store.Store;
import ray.wire.Endpoint;
import ray.wire.Mailbox;
import ray.wire.Transport;

/**
 * The owner inside one driver or worker: holds its core, makes handles, and lets the program's
 * threads wait. Thread-safe.
 */
public final class OwnerShell extends Mailbox implements Endpoint, OwnerEffects {
  private static final Object[] NO_CELLS = {};

  /** A thread takes part in collecting refs once every 256 objects that it makes. */
  private static final long HELP_MASK = 2 * 256 - 1;

  /** Some hundred microseconds; to tell the store takes ten. */
  private static final int MAX_SPINS = 10_000;

  private final long self;
  private final Peers peers;
  private final OwnerCore core;
  private final Values values;
  private final Supplier<? extends Store> store;
  private final RefCollector collector;
  private final FailureReporter failures;
  private final Waiting waiting;

  /** Numbers of objects that the program makes are even; the core's own are odd. */
  private final AtomicLong numbers = new AtomicLong(2);

  /** Handles that functions captured, by the function. */
  private final Map<Callee, List<Object>> captured = new WeakHashMap<>();

  private volatile boolean closed;

  /** How many releases of values the store is to be told of yet. */
  private final AtomicInteger unsent = new AtomicInteger();

  /** Who is to be woken when the mailbox is left. */
  private List<HandleCell.Waiter> toWake = new ArrayList<>();

  private List<Runnable> toRun = new ArrayList<>();

  private record Put(Handle<?> handle, Outcome outcome, @Nullable Object site) {}

  private record Promise(Handle<?> handle, @Nullable Object site) {}

  private record PutAhead(Handle<?> handle, Outcome.Stored outcome, @Nullable Object site) {}

  private record Confirmed(ObjectId id, boolean taken) {}

  private record Fulfil(ObjectId id, Outcome outcome) {}

  private record Submit(Task task, Object[] cells, @Nullable Object site, long nowNs) {}

  private record Create(ActorSpec spec, Task creation, Object cell, long nowNs) {}

  private record Want(ObjectId id) {}

  private enum Flush {
    NOW
  }

  private record Cancel(ObjectId id, CancelOptions how) {}

  private record CancelChildren(ObjectId parent, boolean force) {}

  private record Kill(ActorId actor, boolean restart) {}

  private record Dropped(List<HandleCell> cells) {}

  private record Pinned(ObjectId heir) {}

  private record ItemsTaken(Task task, int count) {}

  private record Work(List<HandleCell.Waiter> toWake, List<Runnable> toRun) {}

  /**
   * An owner.
   *
   * @param self the process's random id
   * @param peers whom it talks to
   * @param waiting how its threads wait for results
   */
  public OwnerShell(
      long self,
      Peers peers,
      Supplier<? extends Store> store,
      ValueSerializers serializers,
      LongSupplier storeKeys,
      RefCollector collector,
      FailureReporter failures,
      Waiting waiting) {
    this.self = self;
    this.peers = peers;
    this.store = store;
    this.collector = collector;
    this.failures = failures;
    this.waiting = waiting;
    this.core = new OwnerCore(self, this, peers.idleLeaseNs());
    this.values = new Values(this, serializers, store, peers.node(), storeKeys);
  }

  /**
   * Whom a process talks to.
   *
   * @param transport carries messages
   * @param node the node service
   * @param control the control service
   * @param idleLeaseNs how long an idle lease is kept: the longer, the more it costs to ask again
   */
  public record Peers(Transport transport, long node, long control, long idleLeaseNs) {}

  /** The process's id. */
  public long id() {
    return self;
  }

  Values values() {
    return values;
  }

  ReferenceQueue<Handle<?>> collected() {
    return collector.queue();
  }

  boolean isClosed() {
    return closed;
  }

  /** The id of the first of so many new objects. */
  ObjectId newIds(int count) {
    long number = numbers.getAndAdd(2L * Math.max(1, count));
    if ((number & HELP_MASK) == 0) {
      collector.help();
    }
    return new ObjectId(self, number);
  }

  /** The id of the object that stands for a new actor: those have negative numbers. */
  ObjectId newActorId() {
    return new ObjectId(self, -numbers.getAndAdd(2));
  }

  // ---- what the program does

  /** Stores a value. */
  public <T extends @Nullable Object> Handle<T> put(T value, @Nullable Object site) {
    checkOpen();
    Handle<T> handle = store(values.make(value), site);
    // The refs in it must not go before it holds them.
    reachabilityFence(value);
    return handle;
  }

  /** Makes a ref that {@link #fulfil} completes. */
  public <T extends @Nullable Object> Handle<T> promise() {
    checkOpen();
    Handle<T> handle = new Handle<>(this, newIds(1));
    post(new Promise(handle, null));
    return handle;
  }

  /** Completes a promise with a value. */
  public void fulfil(ObjectId promise, @Nullable Object value) {
    Outcome outcome;
    try {
      outcome = values.pack(value, self);
    } catch (RuntimeException | StackOverflowError unusable) {
      outcome = values.failed("a future", unusable, false);
    }
    post(new Fulfil(promise, outcome));
    reachabilityFence(value);
  }

  /** Completes a promise with a failure. */
  public void fail(ObjectId promise, String what, Throwable failure) {
    post(new Fulfil(promise, values.failed(what, failure, false)));
  }

  /**
   * A handle of a value, which this process can read at once. One that its store may not know yet
   * is to everybody else a promise, which that knowledge completes.
   */
  <T extends @Nullable Object> Handle<T> store(Values.Made made, @Nullable Object site) {
    Handle<T> handle = new Handle<>(this, newIds(1));
    Outcome outcome = made.outcome();
    CompletableFuture<Boolean> known = made.known();
    handle.cell().complete(outcome);
    if (known == null || known.state() == Future.State.SUCCESS && known.resultNow()) {
      post(new Put(handle, outcome, site));
    } else {
      ObjectId id = handle.id();
      post(new PutAhead(handle, (Outcome.Stored) outcome, site));
      var _ =
          known.whenComplete((taken, failure) -> post(new Confirmed(id, taken != null && taken)));
    }
    return handle;
  }

  /**
   * Lets what was given up so far go to the store before what comes next; it may be another thread
   * that is at it.
   */
  void settle() {
    call(() -> true); // handles what waits
    for (int i = 0; unsent.get() > 0 && i < MAX_SPINS; i++) {
      Thread.onSpinWait();
    }
  }

  /** Submits a task with one result. */
  void submit(Task task, Handle<?> result, @Nullable Object site) {
    post(new Submit(task, new Object[] {result.cell()}, site, System.nanoTime()));
  }

  /** Submits a task whose results these handles stand for. */
  void submit(Task task, Handle<?>[] results, @Nullable Object site) {
    checkOpen();
    Object[] cells = results.length == 0 ? NO_CELLS : new Object[results.length];
    for (int i = 0; i < results.length; i++) {
      cells[i] = results[i].cell();
    }
    post(new Submit(task, cells, site, System.nanoTime()));
  }

  void create(ActorSpec spec, Task creation, Handle<?> handle) {
    checkOpen();
    post(new Create(spec, creation, handle.cell(), System.nanoTime()));
  }

  void checkOpen() {
    if (closed) {
      throw new RayStateException("this Ray instance was closed: start another with Ray.init()");
    }
  }

  /** Whether this owner belongs to an instance. */
  boolean waitsFor(ray.spi.Backend backend) {
    return waiting.backend() == backend;
  }

  /** Refs that a function captured live for as long as the function does. */
  void keep(Callee callee, List<Object> handles) {
    if (!handles.isEmpty()) {
      synchronized (captured) {
        captured.put(callee, List.copyOf(handles));
      }
    }
  }

  /** Asks a foreign owner for an object, if that was not done. */
  void want(ObjectId id) {
    post(id.owner() == self ? Flush.NOW : new Want(id));
  }

  /**
   * Hands the task that makes an object to a run of this process, of this class, that is about to
   * wait for it, if no lease was free for it.
   *
   * @param then is given the task, before any later message about it; must not block
   * @return what that returned; null if there is no such task
   */
  <R> @Nullable R lend(ObjectId task, FunctionKey waitingClass, Function<Message.Push, R> then) {
    return call(() -> {
      Message.Push push = core.lend(task, waitingClass, System.nanoTime());
      return push == null ? null : then.apply(push);
    });
  }

  /** Hands over what was gathered. */
  void flush() {
    post(Flush.NOW);
  }

  /** Cancels the task that makes an object. */
  public void cancel(ObjectId id, CancelOptions how) {
    post(new Cancel(id, how));
  }

  /** Whether an object of this process is still to be made by a call of an actor. */
  boolean isCall(ObjectId id) {
    return id.owner() == self && call(() -> core.isCall(id));
  }

  void kill(ActorId actor, boolean restart) {
    post(new Kill(actor, restart));
  }

  /** Cancels what a task that runs in this process submitted. */
  void cancelChildren(ObjectId parent, boolean force) {
    post(new CancelChildren(parent, force));
  }

  void itemsTaken(Task task, int count) {
    post(new ItemsTaken(task, count));
  }

  /** A handle was closed. A failure that nobody has asked for by then is nobody's any more. */
  void dropped(HandleCell cell) {
    if (!closed && cell.outcome() instanceof Outcome.Failed failed && !cell.isObserved()) {
      failures.report(cell.id.toString(), failed);
    }
    post(cell);
  }

  /** Handles were found unreachable. */
  void droppedAll(List<HandleCell> cells) {
    post(new Dropped(cells));
  }

  /** Waits for an outcome until a deadline; returns null if it is over. */
  @Nullable Outcome await(Handle<?> handle, long deadlineNs) {
    return waiting.await(handle, deadlineNs);
  }

  // ---- refs inside values

  /**
   * The id of a ref that is being written, made this process's own where it is another's of this
   * JVM.
   */
  ObjectId idOf(Object handle) {
    Handle<?> inner =
        handle instanceof ActorRef<?> actor
            ? LocalActorHandle.of(actor).creation()
            : (Handle<?>) handle;
    if (inner.owner() != this) {
      adopt(inner);
    } else if (inner.cell().isReleased()) {
      throw inner.unusable();
    }
    return inner.id();
  }

  /**
   * A handle of another process of this JVM came here outside of the protocol, through a static
   * field.
   */
  private void adopt(Handle<?> foreign) {
    foreign.keep(call(() -> handleOf(core.openNamed(foreign.id()))));
  }

  /** Makes handles of the refs in a value. */
  List<Object> open(
      List<ObjectId> ids,
      List<@Nullable ActorKind> kinds,
      @Nullable ObjectId umbrella,
      @Nullable Acquired acquired) {
    if (acquired != null) {
      acquired.add(ids);
    }
    List<Handle<?>> handles = call(() -> openAll(ids, umbrella));
    List<Object> opened = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      ActorKind actor = kinds.get(i);
      opened.add(actor == null ? handles.get(i) : actorRef(handles.get(i), actor));
    }
    return opened;
  }

  private List<Handle<?>> openAll(List<ObjectId> ids, @Nullable ObjectId umbrella) {
    List<Handle<?>> handles = new ArrayList<>(ids.size());
    for (ObjectId id : ids) {
      Reference reference = core.open(id, umbrella);
      if (reference == null) {
        throw new ray.ObjectLostException("object " + id + " inside a value is gone");
      }
      handles.add(handleOf(reference));
    }
    return handles;
  }

  /** The interned handle, or a new one. In the mailbox. */
  private Handle<?> handleOf(Reference reference) {
    if (reference.cell() instanceof HandleCell cell && !cell.isReleased()) {
      Handle<?> living = cell.get();
      if (living != null) {
        return living;
      }
    }
    Handle<?> handle = new Handle<>(this, reference.id());
    attach(reference, handle);
    return handle;
  }

  private void attach(Reference reference, Handle<?> handle) {
    core.attach(reference, handle.cell());
    Outcome outcome = reference.outcome();
    if (outcome != null) {
      handle.cell().complete(outcome);
    }
  }

  <T> ActorRef<T> actorRef(Handle<?> creation, ActorKind kind) {
    return new ActorRef<>(new LocalActorHandle(waiting.backend(), creation, kind));
  }

  /** A handle for an actor that was found by its name. */
  Handle<?> openNamed(ObjectId creation) {
    return call(() -> handleOf(core.openNamed(creation)));
  }

  /** Asks the core; not from within a core. */
  public <R extends @Nullable Object> R ask(Function<OwnerCore, R> question) {
    return call(() -> question.apply(core));
  }

  List<ObjectId> retain(Collection<ObjectId> acquired, long submitter) {
    return acquired.isEmpty() ? List.of() : call(() -> core.retain(acquired, submitter));
  }

  void share(List<ObjectId> ids, long process) {
    if (!ids.isEmpty()) {
      call(() -> {
        core.share(ids, process);
        return true;
      });
    }
  }

  // ---- the mailbox

  @Override
  public void deliver(Message message) {
    post(message);
  }

  @Override
  protected void handle(Object event) {
    switch (event) {
      case Submit(Task task, Object[] cells, Object site, long nowNs) ->
          core.submit(task, cells, site, nowNs);
      case Message message -> core.receive(message, System.nanoTime());
      case HandleCell cell -> core.handleDropped(cell.id, cell);
      case Put(Handle<?> handle, Outcome outcome, Object site) ->
          core.put(handle.id(), outcome, handle.cell(), site);
      case Dropped(List<HandleCell> cells) -> {
        for (HandleCell cell : cells) {
          core.handleDropped(cell.id, cell);
        }
      }
      case Want(ObjectId id) -> core.want(id);
      case Flush now -> core.flush(System.nanoTime());
      case Cancel(ObjectId id, CancelOptions how) -> core.cancel(id, how, System.nanoTime());
      case Kill(ActorId actor, boolean restart) ->
          core.kill(actor, restart, "it was killed with kill()");
      case CancelChildren(ObjectId parent, boolean force) ->
          core.cancelChildren(parent, force, System.nanoTime());
      case Create(ActorSpec spec, Task creation, Object cell, long nowNs) ->
          core.createActor(spec, creation, cell, nowNs);
      case Promise(Handle<?> handle, Object site) -> core.promise(handle.id(), handle.cell(), site);
      case PutAhead(Handle<?> handle, Outcome.Stored outcome, Object site) ->
          core.putAhead(handle.id(), outcome, handle.cell(), site);
      case Confirmed(ObjectId id, boolean taken) -> core.confirmed(id, taken);
      case Fulfil(ObjectId id, Outcome outcome) -> core.fulfil(id, outcome);
      case Pinned(ObjectId heir) -> core.pinned(heir);
      case ItemsTaken(Task task, int count) -> core.itemsTaken(task, count);
      default -> throw new IllegalArgumentException("not for an owner: " + event);
    }
  }

  @Override
  protected @Nullable Object leaving() {
    if (toWake.isEmpty() && toRun.isEmpty()) {
      return null;
    }
    Work work = new Work(toWake, toRun);
    toWake = new ArrayList<>();
    toRun = new ArrayList<>();
    return work;
  }

  @Override
  protected void afterwards(Object work) {
    Work due = (Work) work;
    for (HandleCell.Waiter waiter : due.toWake()) {
      HandleCell.wake(waiter);
    }
    for (Runnable each : due.toRun()) {
      each.run();
    }
  }

  // ---- effects, called from within the core

  @Override
  public void send(long process, Message message) {
    peers.transport().send(process, message);
  }

  @Override
  public void ready(Object cell, Outcome outcome) {
    HandleCell.Waiter waiters = ((HandleCell) cell).complete(outcome);
    if (waiters != null) {
      toWake.add(waiters);
    }
  }

  @Override
  public void release(Outcome.Stored stored) {
    unsent.incrementAndGet();
    toRun.add(() -> {
      try {
        store.get().release(stored.key(), self);
      } finally {
        unsent.decrementAndGet();
      }
    });
  }

  @Override
  public void pin(Outcome.Stored stored, ObjectId heir) {
    toRun.add(() -> {
      store.get().pin(stored.key(), self, () -> post(new Pinned(heir)));
    });
  }

  @Override
  public Object item(Object stream, ObjectId id, Outcome outcome) {
    Handle<?> handle = new Handle<>(this, id);
    ((GeneratorStream<?>) stream).add(handle);
    toRun.add(((GeneratorStream<?>) stream)::signal);
    return handle.cell();
  }

  @Override
  public void endOfItems(Object stream) {
    ((GeneratorStream<?>) stream).end();
    toRun.add(((GeneratorStream<?>) stream)::signal);
  }

  @Override
  public void unseenFailure(Task task, Outcome.Failed failure) {
    toRun.add(() -> failures.report(task.spec().name(), failure));
  }

  @Override
  public long control() {
    return peers.control();
  }

  @Override
  public long node() {
    return peers.node();
  }

  @Override
  public void tickSoon() {
    toRun.add(waiting::timeMatters);
  }

  @Override
  public void actorRegistered(Message.ActorRegistered answer) {
    toRun.add(() -> waiting.actorRegistered(answer));
  }

  // ---- time and the end

  /** Time passed; returns whether the owner needs to be told again. */
  public boolean tick(long nowNs) {
    return call(() -> core.tick(nowNs));
  }

  /** Cancels all; refs can't be used any more. */
  public void close() {
    call(() -> {
      core.close(System.nanoTime());
      return true;
    });
  }

  /** After this, refs throw. */
  public void shut() {
    closed = true;
  }

  @Override
  public String toString() {
    return "owner " + Long.toHexString(self);
  }
}
