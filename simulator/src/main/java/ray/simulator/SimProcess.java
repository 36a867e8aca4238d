package ray.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorOptions;
import ray.CancelOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;
import ray.core.control.ActorView;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.core.executor.ExecutorEffects;
import ray.core.node.MemoryMonitor;
import ray.core.owner.OwnerCore;
import ray.core.owner.OwnerEffects;
import ray.core.owner.Reference;
import ray.core.owner.Task;
import ray.simulator.World.ActorShape;
import ray.simulator.World.Argument;
import ray.simulator.World.Body;
import ray.simulator.World.ByRef;
import ray.simulator.World.ByValue;
import ray.simulator.World.Disturbance;
import ray.simulator.World.Got;
import ray.simulator.World.GotBody;
import ray.simulator.World.GotFailure;
import ray.simulator.World.GotFault;

/**
 * A driver or a worker around its cores, as the runtime's shell is, but in one thread: its handles
 * with a collector that comes late, and what it asked its node's store for.
 */
final class SimProcess implements OwnerEffects, ExecutorEffects {
  static final long SMALL_BYTES = 16;
  private static final long LARGE_BYTES = 1 << 16;

  /** How soon a core is told the time that wants it, and how seldom when nothing has happened. */
  private static final long TICK_NS = 1_000_000;

  private static final long LONGEST_TICK_NS = 32_000_000;

  /** A handle, as the program and the collector see it. */
  static final class Cell {
    final ObjectId id;
    int users;

    /** The collector has taken it: nobody may get it again. */
    boolean dead;

    boolean inGarbage;
    @Nullable Outcome outcome;
    final List<SimThread> waiters = new ArrayList<>(1);

    Cell(ObjectId id) {
      this.id = id;
    }

    @Override
    public String toString() {
      return "handle " + id + " users=" + users + (dead ? " dead" : "");
    }
  }

  /** The consumer's side of a generator. */
  static final class Stream {
    @Nullable Task task;
    final ArrayDeque<Cell> items = new ArrayDeque<>();
    boolean ended;
    boolean closed;

    /** Why there are fewer items than there should be. */
    Outcome.@Nullable Failed failure;

    int taken;
    final List<SimThread> waiters = new ArrayList<>(1);
  }

  /** A view of a stored value. */
  record View(Outcome.Stored stored) {}

  final long id;
  final SimNode node;

  /** What its environment says of GPUs. */
  String visibleGpus = "";

  /** Actors that have GPUs, a bit for each. */
  private final Map<ActorSlot, Long> actorsWithGpus = new LinkedHashMap<>();

  final long job;
  final OwnerCore owner;
  final ExecutorCore executor;
  final Cluster cluster;
  private final Dice dice;
  boolean alive = true;

  /** Whether its job has ended, as it knows. */
  boolean closed;

  /** Whether others have given it up, though it runs. */
  boolean fenced;

  /** How many pauses it is in; while there is one it does nothing. */
  int pauses;

  /** What it does after its pauses. */
  final ArrayDeque<Runnable> postponed = new ArrayDeque<>();

  /** Who is gone, as far as it has been told. */
  final Set<Long> told = new HashSet<>();

  /** Handles in use, or which the collector has not taken. */
  final List<Cell> cells = new ArrayList<>();

  /** Handles out of use. */
  private final List<Cell> garbage = new ArrayList<>();

  /** Handles that runs left in static fields. */
  private final List<Cell> statics = new ArrayList<>();

  /** Heirs whose value is being pinned, by the node that is to do it. */
  private final Map<ObjectId, Long> pinning = new HashMap<>();

  final List<SimThread> threads = new ArrayList<>();

  private final List<ActorState> actorStates = new ArrayList<>();

  private final SimChunks chunks;

  private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();
  private long nextNumber = 2;
  private long received;
  private long tickAtNs = Long.MAX_VALUE;
  private long tickDelayNs;
  private boolean takePlanned;
  private boolean collectPlanned;

  /** Whether what it holds itself is no reason to stay. */
  private boolean letsGo;

  SimProcess(long id, SimNode node, long job, Cluster cluster, Dice dice) {
    this.id = id;
    this.node = node;
    this.job = job;
    this.cluster = cluster;
    this.dice = dice;
    this.chunks =
        new SimChunks(this, Dice.of(cluster.setting().seed(), 20_000 + id), cluster.usesChunks());
    this.owner = new OwnerCore(id, this, cluster.setting().idleLeaseNs());
    this.executor = new ExecutorCore(id, this);
  }

  long nowNs() {
    return node.clock().nowNs();
  }

  boolean isPaused() {
    return pauses > 0;
  }

  Dice dice() {
    return dice;
  }

  SimChunks chunks() {
    return chunks;
  }

  /** Its program ends: what is unfinished is cancelled, and nothing more is begun. */
  void close() {
    cluster.trace().note("closes", id, 0);
    closed = true;
    owner.close(nowNs());
    settle();
  }

  /** How many messages it has got. */
  long received() {
    return received;
  }

  /** Whether nobody would miss it. */
  boolean isAtRest() {
    return executor.mayEnd()
        && (letsGo
            ? owner.neededCount() == 0
            : owner.ownedCount() == 0 && owner.borrowedCount() == 0);
  }

  // ---- messages

  void receive(Message message) {
    received++;
    switch (message) {
      case Message.PushTasks m -> executor.receive(m, nowNs());
      case Message.PushCalls m -> executor.receive(m, nowNs());
      case Message.AttachLease m -> executor.receive(m, nowNs());
      case Message.LeaseResumed m -> executor.receive(m, nowNs());
      case Message.ShrinkLeases m -> executor.receive(m, nowNs());
      case Message.ItemsTaken m -> executor.receive(m, nowNs());
      case Message.CreateActor m -> executor.receive(m, nowNs());
      case Message.StopActor m -> executor.receive(m, nowNs());
      case Message.CancelRun m -> executor.receive(m, nowNs());
      case Message.Retire m -> {
        executor.receive(m, nowNs());
        letsGo |= m.letGo();
        cluster.endWhenAtRest(this);
      }
      case Message.ProcessDied m -> {
        owner.receive(m, nowNs());
        executor.receive(m, nowNs());
        nodeMayHaveDied(m.process());
      }
      default -> owner.receive(message, nowNs());
    }
    settle();
  }

  /** This worker as its node's memory monitor sees it, with as much memory as the dice say. */
  MemoryMonitor.Worker inMemory(Dice dice) {
    List<MemoryMonitor.Work> work = new ArrayList<>();
    executor.forEachActor(actor ->
        work.add(
            new MemoryMonitor.Work("an actor", actor.spec().options().maxRestarts() != 0, 1_000)));
    executor.forEachUnderWay(run ->
        work.add(
            new MemoryMonitor.Work(
                run.spec().name(), run.spec().policy().maxRetries() != 0, dice.below(1_000))));
    boolean needed = owner.ownedCount() + owner.borrowedCount() > 0;
    return new MemoryMonitor.Worker(id, Trace.name(id), dice.below(50), needed, work);
  }

  /** Performs what the cores asked for, and sees to what may be due later. */
  void settle() {
    for (Runnable next; (next = afterwards.poll()) != null; ) {
      next.run();
    }
    planTake();
  }

  private void planTake() {
    if (!takePlanned && executor.hasStartable()) {
      takePlanned = true;
      cluster.later(
          this,
          5_000,
          () -> {
            takePlanned = false;
            SimThread thread = SimThread.take(this);
            if (thread != null) {
              threads.add(thread);
              thread.plan();
            }
            settle();
          });
    }
  }

  /** As real processes do: only where a core wants it, and more and more seldom. */
  @Override
  public void tickSoon() {
    tickDelayNs = TICK_NS;
    planTick();
  }

  private void planTick() {
    long atNs = cluster.nowNs() + tickDelayNs;
    if (atNs < tickAtNs) {
      tickAtNs = atNs;
      cluster.idly(
          this,
          tickDelayNs,
          () -> {
            if (tickAtNs == atNs) {
              tick();
            }
          });
    }
  }

  private void tick() {
    tickAtNs = Long.MAX_VALUE;
    boolean again = owner.tick(nowNs());
    again |= executor.tick(nowNs());
    settle();
    if (again) {
      tickDelayNs = Math.min(LONGEST_TICK_NS, 2 * tickDelayNs);
      planTick();
    }
  }

  // ---- effects of the owner

  @Override
  public void send(long process, Message message) {
    cluster.send(id, process, message);
  }

  @Override
  public void ready(Object cell, Outcome outcome) {
    Cell handle = (Cell) cell;
    handle.outcome = outcome;
    checkFailure(outcome);
    wakeLater(handle.waiters);
  }

  /** What comes to one that was given up is nobody's: to all others it is dead. */
  private void checkFailure(Outcome outcome) {
    if (!fenced) {
      cluster.facts().checkFailure(outcome, job);
    }
  }

  private void wakeLater(List<SimThread> waiters) {
    if (!waiters.isEmpty()) {
      List<SimThread> woken = List.copyOf(waiters);
      waiters.clear();
      afterwards.add(() -> woken.forEach(SimThread::wake));
    }
  }

  @Override
  public void release(Outcome.Stored stored) {
    cluster.toStore(
        this, stored.node(), "release", stored.key(), at -> at.release(stored.key(), id));
  }

  @Override
  public void pin(Outcome.Stored stored, ObjectId heir) {
    pinning.put(heir, stored.node());
    if (told.contains(stored.node())) {
      afterwards.add(() -> pinned(heir));
      return;
    }
    cluster.toStore(
        this,
        stored.node(),
        "pin",
        stored.key(),
        at -> {
          at.pin(stored.key(), id);
          cluster.fromStore(at, this, stored.key(), () -> pinned(heir));
        });
  }

  private void pinned(ObjectId heir) {
    if (pinning.remove(heir) != null) {
      owner.pinned(heir);
      settle();
    }
  }

  /** What was asked of a node that is gone comes to nothing: the value is lost. */
  private void nodeMayHaveDied(long dead) {
    List<ObjectId> lost = new ArrayList<>();
    pinning.forEach((heir, at) -> {
      if (at == dead) {
        lost.add(heir);
      }
    });
    lost.sort(null);
    lost.forEach(this::pinned);
  }

  @Override
  public Object item(Object stream, ObjectId item, Outcome outcome) {
    Stream to = (Stream) stream;
    if (outcome instanceof Outcome.Failed failed) {
      to.failure = failed;
    }
    Cell cell = made(item);
    if (to.closed) {
      afterwards.add(() -> drop(cell));
    } else {
      to.items.add(cell);
      wakeLater(to.waiters);
    }
    return cell;
  }

  @Override
  public void endOfItems(Object stream) {
    Stream to = (Stream) stream;
    to.ended = true;
    wakeLater(to.waiters);
  }

  @Override
  public void unseenFailure(Task task, Outcome.Failed failure) {
    checkFailure(failure);
  }

  @Override
  public void actorRegistered(Message.ActorRegistered answer) {}

  @Override
  public long control() {
    return Cluster.CONTROL;
  }

  @Override
  public long node() {
    return node.id;
  }

  // ---- effects of the executor

  @Override
  public void runnable() {}

  @Override
  public void interrupt(Execution execution) {
    if (execution.runner() instanceof SimThread thread) {
      afterwards.add(() -> thread.interrupt(execution));
    }
  }

  @Override
  public void resume(Execution execution) {
    ((SimThread) Objects.requireNonNull(execution.runner())).resumed();
  }

  @Override
  public void itemsTaken(Execution execution, int count) {
    if (execution.runner() instanceof SimThread thread) {
      afterwards.add(() -> thread.itemsTaken(execution, count));
    }
  }

  @Override
  public void cancelChildren(ObjectId task, boolean force) {
    afterwards.add(() -> owner.cancelChildren(task, force, nowNs()));
  }

  @Override
  public void actorGone(ActorSlot actor) {
    giveBackGpus(actor, actorsWithGpus.remove(actor));
    if (actor.instance() instanceof ActorState state) {
      actorStates.remove(state);
      afterwards.add(() -> state.takeAll().forEach(this::drop));
    }
  }

  /** An actor begins: it has its GPUs for all of its life. */
  void holdGpus(ActorSlot actor, long gpus) {
    if (!fenced && needsOf(actor).amount(Resources.GPU) > 0) {
      actorsWithGpus.put(actor, gpus);
      node.useGpus(needsOf(actor), gpus, visibleGpus);
    }
  }

  private void giveBackGpus(ActorSlot actor, @Nullable Long gpus) {
    if (gpus != null) {
      node.giveBackGpus(needsOf(actor), gpus);
    }
  }

  private static Resources needsOf(ActorSlot actor) {
    return actor.spec().options().resources();
  }

  /** What runs and actors here use is free again, or not counted any more. */
  void stopUsing() {
    threads.forEach(SimThread::stopUsing);
    actorsWithGpus.forEach(this::giveBackGpus);
    actorsWithGpus.clear();
  }

  /** An actor has come to life here. */
  void born(ActorState state) {
    actorStates.add(state);
  }

  /**
   * Actors let go of the refs that they keep: one that keeps a value with a ref to itself would
   * live for ever, as counts can't see circles.
   */
  void forgetWhatActorsKeep() {
    if (alive) {
      List.copyOf(actorStates).forEach(state -> state.takeAll().forEach(this::drop));
    }
  }

  // ---- handles

  ObjectId mint(int results) {
    ObjectId made = new ObjectId(id, nextNumber);
    nextNumber += 2L * Math.max(1, results);
    return made;
  }

  private Cell made(ObjectId object) {
    Cell cell = new Cell(object);
    cell.users = 1;
    cells.add(cell);
    return cell;
  }

  private Cell attach(@Nullable Reference reference, ObjectId object) {
    if (reference == null) {
      if (cluster.facts().mayBeLost(object, id)) {
        throw new Disturbance(ErrorCode.OBJECT_LOST);
      }
      throw new Violation(
          Rule.REACHABLE, "object " + object + " was freed while " + Trace.name(id) + " reads it");
    }
    if (reference.cell() instanceof Cell cell && !cell.dead) {
      cell.users++;
      return cell;
    }
    Cell cell = made(object);
    cell.outcome = reference.outcome();
    owner.attach(reference, cell);
    return cell;
  }

  void drop(Object handle) {
    Cell cell = (Cell) handle;
    assert cell.users > 0 : cell;
    if (--cell.users == 0 && !cell.inGarbage) {
      if (dice.coin()) {
        cell.dead = true;
        release(cell);
      } else {
        cell.inGarbage = true;
        garbage.add(cell);
        planCollection();
      }
    }
  }

  private void release(Cell cell) {
    cells.remove(cell);
    owner.handleDropped(cell.id, cell);
    settle();
  }

  private void planCollection() {
    if (!collectPlanned && !garbage.isEmpty()) {
      collectPlanned = true;
      cluster.later(
          this,
          300_000,
          () -> {
            collectPlanned = false;
            collect();
            planCollection();
          });
    }
  }

  /** The collector runs, or its finds are worked through. */
  private void collect() {
    for (Iterator<Cell> all = garbage.iterator(); all.hasNext(); ) {
      Cell cell = all.next();
      if (cell.users > 0) {
        cell.inGarbage = false;
        all.remove();
      } else if (!cell.dead) {
        cell.dead = true;
      } else if (dice.coin()) {
        all.remove();
        release(cell);
        return;
      }
    }
  }

  void keepInStatic(Cell cell) {
    statics.add(cell);
    if (cell.id.number() > 0 && dice.coin()) {
      // An actor is no value that could be asked for.
      owner.want(cell.id);
    }
    cluster.later(this, 3_000_000, this::dropOneStatic);
  }

  private void dropOneStatic() {
    if (!statics.isEmpty()) {
      Cell cell = statics.remove(dice.below(statics.size()));
      keepOneInside(cell);
      drop(cell);
    }
  }

  /** A value that outlived the run which got it is read: a ref in it is kept, and it is not. */
  private void keepOneInside(Cell umbrella) {
    Outcome outcome = umbrella.outcome;
    if (outcome == null || outcome.contained().isEmpty() || dice.oneIn(4)) {
      return;
    }
    try {
      keepInStatic(open(umbrella, dice.below(outcome.contained().size())));
    } catch (Disturbance lost) {
      cluster.trace().note("misses what was in", id, umbrella.id);
    }
  }

  /** Whatever a handle stands for must be known. */
  void checkHandles() {
    for (Cell cell : cells) {
      if (!owner.knows(cell.id)) {
        throw new Violation(Rule.REACHABLE, cell + " of " + Trace.name(id) + " stands for nothing");
      }
    }
  }

  @Nullable Got got(Cell cell) {
    return switch (cell.outcome) {
      case null -> null;
      case Outcome.Inline inline -> new GotBody((Body) Objects.requireNonNull(inline.body()));
      case Outcome.Stored stored -> new GotBody(read(stored, cell.id));
      case Outcome.Failed failed ->
          Facts.isPlanned(failed) ? new GotFailure() : new GotFault(failed.code());
      case Outcome.Alias alias -> throw new AssertionError("an alias reached a handle");
    };
  }

  Body read(Outcome.Stored stored, ObjectId object) {
    Body own = chunks.unacknowledged(stored.key());
    Body body = own != null ? own : cluster.readStored(stored, object, id);
    if (body == null) {
      throw new Disturbance(ErrorCode.OBJECT_LOST);
    }
    return body;
  }

  @Nullable View view(Cell cell) {
    if (cell.outcome instanceof Outcome.Stored stored
        && stored.node() == node.id
        && node.addReader(stored.key(), id)) {
      return new View(stored);
    }
    return null;
  }

  void closeView(View view) {
    node.removeReader(view.stored().key(), id);
  }

  /** Begins to write a large value, which another may keep. */
  SimWrite write(Body body, List<ObjectId> contained, long keeper, Runnable goOn) {
    long sizeBytes = LARGE_BYTES + 20_000L * dice.below(6);
    return new SimWrite(this, body, sizeBytes, contained, keeper, goOn);
  }

  // ---- submitting

  private record Arguments(@Nullable Object[] values, List<ObjectId> nested) {}

  private static Arguments lower(List<Argument> arguments) {
    @Nullable Object[] values = new @Nullable Object[arguments.size()];
    List<ObjectId> nested = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      switch (arguments.get(i)) {
        case ByRef(Object ref) -> values[i] = new RefArgument(((Cell) ref).id);
        case ByValue(Body body, List<Object> refs) -> {
          values[i] = body;
          refs.forEach(ref -> nested.add(((Cell) ref).id));
        }
      }
    }
    return new Arguments(values, nested);
  }

  private TaskSpec spec(
      ObjectId task,
      Program program,
      List<Argument> arguments,
      @Nullable ObjectId parent,
      @Nullable ActorId actor,
      TaskPolicy policy) {
    FunctionKey key = cluster.schedulingClass(program);
    return spec(task, program, key, arguments, parent, actor, policy);
  }

  private TaskSpec spec(
      ObjectId task,
      Program program,
      FunctionKey key,
      List<Argument> arguments,
      @Nullable ObjectId parent,
      @Nullable ActorId actor,
      TaskPolicy policy) {
    Arguments lowered = lower(arguments);
    return new TaskSpec(
        task,
        parent,
        new CallSpec(job, key, program.toString(), program, program.returns(), policy),
        lowered.values(),
        lowered.nested(),
        actor);
  }

  private TaskPolicy policy(int maxRetries, Program program, String group) {
    return new TaskPolicy(maxRetries, "", timeoutNs(program), 3, group, Map.of());
  }

  /** Constructors have no limit. */
  private long timeoutNs(Program program) {
    return program.kind() == Program.Kind.CREATION ? 0 : cluster.faults().timeoutNs();
  }

  List<Object> submit(Program program, List<Argument> arguments, @Nullable ObjectId parent) {
    ObjectId task = mint(program.returns());
    TaskPolicy policy = policy(program.maxRetries(), program, "");
    return submit(spec(task, program, arguments, parent, null, policy));
  }

  /** Submits a task to one of the workers of its job on its node, or if there is none, to any. */
  List<Object> submitToOneWorker(
      Program program, List<Argument> arguments, @Nullable ObjectId parent) {
    boolean alone = cluster.setting().hasProcesses() && dice.oneIn(3);
    List<Long> there = alone ? cluster.workers(node, job) : node.core.sharedWorkers(job);
    if (there.isEmpty()) {
      return submit(program, arguments, parent);
    }
    SchedulingStrategy only = SchedulingStrategy.worker(Long.toHexString(dice.pick(there)));
    RuntimeEnv runtimeEnv = alone ? RuntimeEnv.SHARED.alone() : RuntimeEnv.SHARED;
    FunctionKey key =
        new FunctionKey(
            Facts.FOR_ONE_WORKER, needsThere(alone && program.mayHold()), only, runtimeEnv);
    ObjectId task = mint(program.returns());
    TaskPolicy policy = policy(program.maxRetries(), program, "");
    return submit(spec(task, program, key, arguments, parent, null, policy));
  }

  /** Some GPUs, or all CPUs of the node, so that it may have to wait, or nothing. */
  private Resources needsThere(boolean mayHoldGpus) {
    if (mayHoldGpus && dice.coin()) {
      return Resources.NONE.with(Resources.GPU, dice.pick(List.of(0.5, 1.0, 2.0)));
    }
    return dice.coin()
        ? Resources.NONE.with(Resources.CPU, cluster.setting().cpus())
        : Resources.NONE;
  }

  private List<Object> submit(TaskSpec spec) {
    Cell[] made = new Cell[spec.returns()];
    for (int i = 0; i < made.length; i++) {
      made[i] = made(spec.result(i));
    }
    owner.submit(new Task(spec, null), made, null, nowNs());
    settle();
    return Arrays.asList((Object[]) made);
  }

  Stream generate(Program program, List<Argument> arguments, @Nullable ObjectId parent) {
    Stream stream = new Stream();
    TaskPolicy policy = policy(program.maxRetries(), program, "");
    TaskSpec spec = spec(mint(1), program, arguments, parent, null, policy);
    Task task = new Task(spec, stream);
    stream.task = task;
    owner.submit(task, new Object[0], null, nowNs());
    settle();
    return stream;
  }

  void reportTaken(Stream stream) {
    owner.itemsTaken(Objects.requireNonNull(stream.task), stream.taken);
  }

  void closeStream(Stream stream) {
    if (!stream.closed) {
      stream.closed = true;
      if (!stream.ended) {
        cluster.facts().cancelled();
        owner.cancel(Objects.requireNonNull(stream.task).spec().id(), false, nowNs());
      }
      List<Cell> left = List.copyOf(stream.items);
      stream.items.clear();
      left.forEach(this::drop);
      settle();
    }
  }

  void cancel(ObjectId task, boolean force) {
    owner.cancel(task, new CancelOptions(true, force), nowNs());
    settle();
  }

  void kill(ActorId actor, boolean restart) {
    owner.kill(actor, restart, "the script killed it");
    settle();
  }

  Cell createActor(
      Program program, List<Argument> arguments, ActorOptions options, @Nullable ObjectId parent) {
    ObjectId creation = mint(1);
    ActorId actor = new ActorId(new ObjectId(creation.owner(), -creation.number()));
    Resources needs = options.resources();
    boolean greedy = needs.amount(Resources.CPU) + needs.amount(Resources.GPU) > 0;
    TaskSpec constructor =
        spec(
            actor.creation(),
            program,
            greedy
                ? new FunctionKey("Scripted", needs, options.strategy(), options.runtimeEnv())
                : cluster.schedulingClass(program),
            arguments,
            parent,
            actor,
            policy(options.maxRestarts(), program, ""));
    Cell made = made(actor.creation());
    ActorSpec spec = new ActorSpec(actor, "Scripted", "test", options, constructor);
    cluster.facts().made(spec);
    owner.createActor(spec, new Task(constructor, null), made, nowNs());
    settle();
    return made;
  }

  Object call(
      Cell actor,
      Program program,
      List<Argument> arguments,
      ActorShape shape,
      @Nullable ObjectId parent) {
    ActorId called = new ActorId(actor.id);
    TaskPolicy policy = policy(shape.maxTaskRetries(), program, shape.groupOf(program));
    return submit(spec(mint(1), program, arguments, parent, called, policy)).getFirst();
  }

  /** A handle of the actor of that name, or null if there is none. */
  @Nullable Cell find(String name) {
    ActorView found = cluster.control().find("test", name);
    if (found == null) {
      return null;
    }
    ObjectId creation = found.spec().id().creation();
    Cell cell = attach(owner.openNamed(creation), creation);
    settle();
    return cell;
  }

  Cell put(Outcome outcome) {
    ObjectId object = mint(1);
    Cell made = made(object);
    owner.put(object, outcome, made, null);
    made.outcome = outcome;
    settle();
    return made;
  }

  /** A value whose node has to acknowledge it, before which nobody else learns where it is. */
  Cell putAhead(Outcome.Stored stored, SimWrite write) {
    Cell made = made(mint(1));
    owner.putAhead(made.id, stored, made, null);
    made.outcome = stored;
    write.whenAcknowledged(() -> {
      owner.confirmed(made.id, write.isTaken());
      settle();
    });
    settle();
    return made;
  }

  Cell promise() {
    Cell made = made(mint(1));
    owner.promise(made.id, made, null);
    return made;
  }

  void fulfil(Cell promise, Body body, List<Object> refs) {
    List<ObjectId> contained = refs.stream().map(ref -> ((Cell) ref).id).toList();
    owner.fulfil(promise.id, new Outcome.Inline(body, SMALL_BYTES, contained));
    settle();
  }

  Cell open(Cell umbrella, int index) {
    Outcome outcome = Objects.requireNonNull(umbrella.outcome);
    ObjectId inner = outcome.contained().get(index);
    Cell opened = attach(owner.open(inner, umbrella.id), inner);
    settle();
    return opened;
  }

  /** A handle of a ref inside an argument of a run. */
  Cell openInput(ObjectId inner) {
    return attach(owner.open(inner, null), inner);
  }

  @Override
  public String toString() {
    return Trace.name(id);
  }
}
