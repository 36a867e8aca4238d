package ray.core.owner;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import ray.ActorId;
import ray.ActorInfo;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/**
 * An owner's core, fed by a test, and what it wanted done. Handles are strings: the object's id.
 */
@NullUnmarked
final class OwnerFixture implements OwnerEffects {
  static final long SELF = 0xa;
  static final long WORKER = 0xb;
  static final long OTHER = 0xc;
  static final long THIRD = 0xd;
  static final long NODE = 2;
  static final long CONTROL = 1;
  static final FunctionKey KEY =
      new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());

  record Sent(long to, Message message) {}

  final List<Sent> sent = new ArrayList<>();
  final Map<Object, Outcome> ready = new LinkedHashMap<>();
  final List<Outcome.Stored> released = new ArrayList<>();
  final List<ObjectId> pins = new ArrayList<>();
  final List<Outcome.Failed> unseen = new ArrayList<>();
  int ticksWanted;
  final List<ObjectId> items = new ArrayList<>();

  /** What each item was when it came. */
  final List<Outcome> itemOutcomes = new ArrayList<>();

  final List<Message.ActorRegistered> registrations = new ArrayList<>();
  boolean streamEnded;
  final OwnerCore core;
  long now = 1;

  OwnerFixture() {
    this(LeaseQueue.IDLE_NS);
  }

  OwnerFixture(long idleLeaseNs) {
    this.core = new OwnerCore(SELF, this, idleLeaseNs);
  }

  static ObjectId own(long number) {
    return new ObjectId(SELF, number);
  }

  static ObjectId of(long owner, long number) {
    return new ObjectId(owner, number);
  }

  /** The handle of an object: the same string each time, as there is one handle at a time. */
  static String cell(ObjectId id) {
    return id.toString().intern();
  }

  static Outcome.Inline value(Object body, ObjectId... contained) {
    return new Outcome.Inline(body, 8, List.of(contained));
  }

  static Outcome.Failed failure(boolean retryable) {
    return new Outcome.Failed(
        ErrorCode.TASK_FAILED, "it threw", new RuntimeException("boom"), retryable);
  }

  static TaskSpec spec(
      ObjectId id, int returns, int retries, ActorId actor, List<ObjectId> nested, Object... args) {
    return new TaskSpec(
        id,
        null,
        new CallSpec(1, KEY, "f", "f", returns, new TaskPolicy(retries, "", 0, 0, "", Map.of())),
        args,
        nested,
        actor);
  }

  /** Submits a task of one result, which takes refs. */
  Task submit(ObjectId id, int retries, ObjectId... arguments) {
    return submit(
        spec(
            id,
            1,
            retries,
            null,
            List.of(),
            Arrays.stream(arguments).map(RefArgument::new).toArray()));
  }

  Task submit(TaskSpec spec) {
    Task task = new Task(spec, null);
    Object[] cells = new Object[spec.returns()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = cell(spec.result(i));
    }
    core.submit(task, cells, null, now);
    return task;
  }

  void put(ObjectId id, Outcome outcome) {
    core.put(id, outcome, cell(id), null);
  }

  void drop(ObjectId id) {
    core.handleDropped(id, cell(id));
  }

  /** Begins to hold an object that is read in a run's arguments. */
  void acquire(ObjectId id) {
    core.attach(core.open(id, null), cell(id));
  }

  void receive(Message message) {
    core.receive(message, now);
  }

  void grant(int leases) {
    receive(new Message.LeasesGranted(NODE, KEY, WORKER, leases));
  }

  /** A run of the worker ended after so long. */
  void doneAfter(long durationNs, ObjectId task, int attempt, Outcome... outcomes) {
    receive(
        new Message.TasksDone(
            WORKER,
            List.of(new Message.Done(task, attempt, List.of(outcomes), List.of(), 0, durationNs))));
  }

  void died(long process) {
    receive(new Message.ProcessDied(process, "killed"));
  }

  void done(ObjectId task, int attempt, Outcome... outcomes) {
    done(task, attempt, List.of(), outcomes);
  }

  void done(ObjectId task, int attempt, List<ObjectId> retained, Outcome... outcomes) {
    receive(
        new Message.TasksDone(
            WORKER,
            List.of(new Message.Done(task, attempt, List.of(outcomes), retained, 0, 50_000_000))));
  }

  <M extends Message> List<M> sent(long to, Class<M> type) {
    return sent.stream()
        .filter(s -> s.to() == to && type.isInstance(s.message()))
        .map(s -> type.cast(s.message()))
        .toList();
  }

  List<Message> sentTo(long to) {
    return sent.stream().filter(s -> s.to() == to).map(Sent::message).toList();
  }

  /** The runs handed to the worker so far. */
  List<Message.Push> pushed() {
    List<Message.Push> all = new ArrayList<>();
    for (Sent each : sent) {
      switch (each.message()) {
        case Message.PushTasks tasks -> all.addAll(tasks.tasks());
        case Message.PushCalls calls -> all.addAll(calls.calls());
        default -> {}
      }
    }
    return all;
  }

  Outcome outcome(ObjectId id) {
    return ready.get(id.toString());
  }

  ErrorCode failureOf(ObjectId id) {
    return outcome(id) instanceof Outcome.Failed failed ? failed.code() : null;
  }

  // ---- actors

  static ActorSpec actor(ObjectId id, int maxRestarts, ObjectId... arguments) {
    TaskSpec creation =
        spec(
            id,
            1,
            maxRestarts,
            new ActorId(id),
            List.of(),
            Arrays.stream(arguments).map(RefArgument::new).toArray());
    return new ActorSpec(new ActorId(id), "Counter", "test", ActorOptions.DEFAULT, creation);
  }

  Task createActor(ObjectId id, int maxRestarts, ObjectId... arguments) {
    ActorSpec spec = actor(id, maxRestarts, arguments);
    Task creation = new Task(spec.creation(), null);
    core.createActor(spec, creation, cell(id), now);
    return creation;
  }

  Task call(ObjectId actor, ObjectId id, int retries, ObjectId... arguments) {
    return submit(
        spec(
            id,
            1,
            retries,
            new ActorId(actor),
            List.of(),
            Arrays.stream(arguments).map(RefArgument::new).toArray()));
  }

  /** The same by a run of this process, rather than by the driver. */
  Task callBy(ObjectId caller, ObjectId actor, ObjectId id, ObjectId... arguments) {
    TaskSpec spec =
        spec(
            id,
            1,
            0,
            new ActorId(actor),
            List.of(),
            Arrays.stream(arguments).map(RefArgument::new).toArray());
    Task task = new Task(spec, null, caller);
    core.submit(task, new Object[] {cell(id)}, null, now);
    return task;
  }

  void actor(ObjectId actor, ActorInfo.State state, int incarnation) {
    Outcome.Failed cause =
        state == ActorInfo.State.DEAD
            ? Outcome.Failed.of(ErrorCode.ACTOR_DIED, "it is dead")
            : null;
    receive(
        new Message.ActorChanged(new ActorId(actor), state, incarnation, WORKER, cause, List.of()));
  }

  // ---- effects

  @Override
  public void send(long process, Message message) {
    sent.add(new Sent(process, message));
  }

  @Override
  public void ready(Object cell, Outcome outcome) {
    ready.put(cell, outcome);
  }

  @Override
  public void release(Outcome.Stored stored) {
    released.add(stored);
  }

  @Override
  public void pin(Outcome.Stored stored, ObjectId heir) {
    pins.add(heir);
  }

  @Override
  public Object item(Object stream, ObjectId id, Outcome outcome) {
    items.add(id);
    itemOutcomes.add(outcome);
    return cell(id);
  }

  @Override
  public void endOfItems(Object stream) {
    streamEnded = true;
  }

  @Override
  public void unseenFailure(Task task, Outcome.Failed failure) {
    unseen.add(failure);
  }

  @Override
  public long control() {
    return CONTROL;
  }

  @Override
  public long node() {
    return NODE;
  }

  @Override
  public void tickSoon() {
    ticksWanted++;
  }

  @Override
  public void actorRegistered(Message.ActorRegistered answer) {
    registrations.add(answer);
  }
}
