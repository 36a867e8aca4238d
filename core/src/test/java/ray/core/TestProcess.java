package ray.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.World.Argument;
import ray.core.World.Body;
import ray.core.World.ByRef;
import ray.core.World.ByValue;
import ray.core.World.Got;
import ray.core.World.Program;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.core.executor.ExecutorEffects;
import ray.core.executor.Lane;
import ray.core.owner.OwnerCore;
import ray.core.owner.OwnerEffects;
import ray.core.owner.Reference;
import ray.core.owner.Task;

/**
 * A driver or a worker around its cores, as the runtime's shell is, but in one thread: its handles
 * are found unreachable, its threads go on and its effects happen when {@link TestCluster} says so.
 */
final class TestProcess implements OwnerEffects, ExecutorEffects {
  /** A handle, which all variables of the process share. */
  static final class Cell {
    final ObjectId id;
    int users;

    /** The collector has taken it: nobody may get it again. */
    boolean dead;

    boolean inGarbage;
    @Nullable Outcome outcome;
    final List<TestThread> waiters = new ArrayList<>(1);

    Cell(ObjectId id) {
      this.id = id;
    }

    @Override
    public String toString() {
      return "handle " + id + " users=" + users + (dead ? " dead" : "");
    }
  }

  final long id;
  final long node;
  final long job;
  final OwnerCore owner;
  final ExecutorCore executor;
  final TestCluster cluster;

  /** Handles in use, or which the collector has not taken. */
  final List<Cell> cells = new ArrayList<>();

  /** Handles out of use. */
  private final List<Cell> garbage = new ArrayList<>();

  /** Handles that runs left in static fields. */
  private final List<Cell> statics = new ArrayList<>();

  private final ArrayDeque<Runnable> afterwards = new ArrayDeque<>();
  private long nextNumber = 2;

  TestProcess(long id, long node, long job, TestCluster cluster) {
    this.id = id;
    this.node = node;
    this.job = job;
    this.cluster = cluster;
    this.owner = new OwnerCore(id, this);
    this.executor = new ExecutorCore(id, this);
  }

  // ---- messages

  void receive(Message message) {
    switch (message) {
      case Message.PushTasks m -> executor.receive(m, cluster.now());
      case Message.PushCalls m -> executor.receive(m, cluster.now());
      case Message.AttachLease m -> executor.receive(m, cluster.now());
      case Message.LeaseResumed m -> executor.receive(m, cluster.now());
      case Message.ShrinkLeases m -> executor.receive(m, cluster.now());
      case Message.ItemsTaken m -> executor.receive(m, cluster.now());
      case Message.CreateActor m -> executor.receive(m, cluster.now());
      case Message.StopActor m -> executor.receive(m, cluster.now());
      case Message.CancelRun m -> executor.receive(m, cluster.now());
      case Message.ProcessDied m -> {
        owner.receive(m, cluster.now());
        executor.receive(m, cluster.now());
      }
      default -> owner.receive(message, cluster.now());
    }
    settle();
  }

  /** Performs what the cores asked for. */
  void settle() {
    for (Runnable next; (next = afterwards.poll()) != null; ) {
      next.run();
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
    cluster.checkFailure(outcome);
    if (!handle.waiters.isEmpty()) {
      List<TestThread> woken = List.copyOf(handle.waiters);
      handle.waiters.clear();
      afterwards.add(() -> woken.forEach(TestThread::wake));
    }
  }

  @Override
  public void release(Outcome.Stored stored) {
    cluster.store().release(stored.key(), id);
  }

  @Override
  public void pin(Outcome.Stored stored, ObjectId heir) {
    cluster.later(
        this,
        () -> {
          cluster.store().pin(stored.key(), id);
          owner.pinned(heir);
        });
  }

  @Override
  public Object item(Object stream, ObjectId item, Outcome outcome) {
    throw new AssertionError("scripts make no items");
  }

  @Override
  public void endOfItems(Object stream) {
    throw new AssertionError("scripts make no items");
  }

  @Override
  public void unseenFailure(Task task, Outcome.Failed failure) {
    cluster.checkFailure(failure);
  }

  @Override
  public void tickSoon() {}

  @Override
  public void actorRegistered(Message.ActorRegistered answer) {}

  @Override
  public long control() {
    return TestCluster.CONTROL;
  }

  @Override
  public long node() {
    return node;
  }

  // ---- effects of the executor

  @Override
  public void runnable() {}

  @Override
  public void interrupt(Execution execution) {
    if (execution.runner() instanceof TestThread thread) {
      afterwards.add(thread::interrupt);
    }
  }

  @Override
  public void resume(Execution execution) {
    ((TestThread) Objects.requireNonNull(execution.runner())).resumed();
  }

  @Override
  public void itemsTaken(Execution execution, int count) {}

  @Override
  public void cancelChildren(ObjectId task) {
    afterwards.add(() -> owner.cancelChildren(task, cluster.now()));
  }

  @Override
  public void actorGone(ActorSlot actor) {
    if (actor.instance() instanceof ActorState state) {
      afterwards.add(() -> state.all().forEach(this::drop));
    }
  }

  // ---- handles

  ObjectId mint(int results) {
    ObjectId made = new ObjectId(id, nextNumber);
    nextNumber += 2L * results;
    return made;
  }

  Cell made(ObjectId object) {
    Cell cell = new Cell(object);
    cell.users = 1;
    cells.add(cell);
    return cell;
  }

  Cell attach(@Nullable Reference reference, ObjectId object) {
    if (reference == null) {
      throw new AssertionError(
          "object " + object + " was freed while it was reachable from " + Long.toHexString(id));
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
      if (cluster.random().nextBoolean()) {
        cell.dead = true;
        release(cell);
      } else {
        cell.inGarbage = true;
        garbage.add(cell);
      }
    }
  }

  private void release(Cell cell) {
    cells.remove(cell);
    owner.handleDropped(cell.id, cell);
    settle();
  }

  boolean hasGarbage() {
    return !garbage.isEmpty();
  }

  /** The collector runs, or its finds are worked through. */
  void collect() {
    for (Iterator<Cell> all = garbage.iterator(); all.hasNext(); ) {
      Cell cell = all.next();
      if (cell.users > 0) {
        cell.inGarbage = false;
        all.remove();
      } else if (!cell.dead) {
        cell.dead = true;
      } else if (cluster.random().nextBoolean()) {
        all.remove();
        release(cell);
        return;
      }
    }
  }

  void keepInStatic(Cell cell) {
    cell.users++;
    statics.add(cell);
  }

  void dropStatics() {
    statics.forEach(this::drop);
    statics.clear();
  }

  boolean dropOneStatic() {
    if (statics.isEmpty()) {
      return false;
    }
    drop(statics.remove(cluster.random().nextInt(statics.size())));
    return true;
  }

  /** Whatever a handle stands for must be known. */
  void checkHandles() {
    for (Cell cell : cells) {
      if (!owner.knows(cell.id)) {
        throw new AssertionError(cell + " of " + Long.toHexString(id) + " stands for nothing");
      }
    }
  }

  @Nullable Got got(Cell cell) {
    return switch (cell.outcome) {
      case null -> null;
      case Outcome.Inline inline -> new Got((Body) inline.body(), null);
      case Outcome.Stored stored -> new Got(cluster.store().read(stored.key()), null);
      case Outcome.Failed failed -> new Got(null, failed.code());
      case Outcome.Alias alias -> throw new AssertionError("an alias reached a handle");
    };
  }

  Outcome outcome(Body body, List<ObjectId> contained, boolean large, long forWhom) {
    return large
        ? new Outcome.Stored(node, cluster.store().add(body, forWhom), 1 << 20, contained, null)
        : new Outcome.Inline(body, 16, contained);
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
      @Nullable ActorId actor) {
    Arguments lowered = lower(arguments);
    return new TaskSpec(
        task,
        job,
        parent,
        cluster.schedulingClass(program),
        program.kind() + " " + Long.toHexString(program.seed()),
        program,
        lowered.values(),
        lowered.nested(),
        program.returns(),
        new TaskPolicy(program.maxRetries(), "", cluster.timeoutNs(), 0, "", Map.of()),
        actor);
  }

  List<Object> submit(Program program, List<Argument> arguments, @Nullable ObjectId parent) {
    TaskSpec spec = spec(mint(program.returns()), program, arguments, parent, null);
    return submit(spec);
  }

  private List<Object> submit(TaskSpec spec) {
    Cell[] made = new Cell[spec.returns()];
    for (int i = 0; i < made.length; i++) {
      made[i] = made(spec.result(i));
    }
    owner.submit(new Task(spec, null), made, null, cluster.now());
    settle();
    return Arrays.asList((Object[]) made);
  }

  Cell createActor(
      Program program, List<Argument> arguments, ActorOptions options, @Nullable ObjectId parent) {
    ObjectId creation = mint(1);
    ActorId actor = new ActorId(new ObjectId(creation.owner(), -creation.number()));
    TaskSpec constructor = spec(actor.creation(), program, arguments, parent, actor);
    Cell made = made(actor.creation());
    owner.createActor(
        new ActorSpec(actor, "Scripted", "test", options, constructor),
        new Task(constructor, null),
        made,
        cluster.now());
    settle();
    return made;
  }

  Object call(Cell actor, Program program, List<Argument> arguments, @Nullable ObjectId parent) {
    return submit(spec(mint(1), program, arguments, parent, new ActorId(actor.id))).getFirst();
  }

  Cell put(Body body, List<Object> refs, boolean large) {
    ObjectId object = mint(1);
    List<ObjectId> contained = refs.stream().map(ref -> ((Cell) ref).id).toList();
    Cell made = made(object);
    Outcome outcome = outcome(body, contained, large, id);
    owner.put(object, outcome, made, null);
    made.outcome = outcome;
    settle();
    return made;
  }

  Cell open(Cell umbrella, int index) {
    Outcome outcome = Objects.requireNonNull(umbrella.outcome);
    ObjectId inner = outcome.contained().get(index);
    Cell opened = attach(owner.open(inner, umbrella.id), inner);
    settle();
    return opened;
  }

  // ---- running

  /** Takes work, if there is any that may start. */
  @Nullable TestThread take() {
    Lane lane = executor.take(cluster.now());
    settle();
    return lane == null ? null : new TestThread(this, lane);
  }

  static Outcome.Failed planned(boolean retryable) {
    return new Outcome.Failed(
        ErrorCode.TASK_FAILED, "the script says so", new RuntimeException("planned"), retryable);
  }

  @Override
  public String toString() {
    return "process " + Long.toHexString(id);
  }
}
