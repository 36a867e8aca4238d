package ray.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.core.TestProcess.Cell;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.core.executor.Lane;

/**
 * A thread of a worker that runs one lane, or of a driver that runs its program: a script at a
 * time, one step whenever {@link TestCluster} says so.
 */
final class TestThread implements World {
  enum State {
    READY,
    BLOCKED,
    RESUMING,
    ENDED
  }

  private final TestProcess process;
  private final TestCluster cluster;
  private final @Nullable Lane lane;
  private final @Nullable Program program;
  private final List<ExecutorCore.Result> unsent = new ArrayList<>();
  private final List<Object> heldUntilSent = new ArrayList<>();

  /** The first run of the lane that another thread has. */
  private int end;

  private int index;
  private @Nullable Script script;
  private List<Object> inputs = List.of();
  private List<List<ObjectId>> inputRefs = List.of();
  private final List<ObjectId> acquired = new ArrayList<>();
  private @Nullable Cell awaited;
  private boolean interrupted;
  private long startedNs;
  State state = State.READY;

  /** What a driver's program came to; its handles are still held. */
  private @Nullable Script ended;

  private @Nullable ErrorCode disturbance;

  /** A thread of a worker. */
  TestThread(TestProcess process, Lane lane) {
    this.process = process;
    this.cluster = process.cluster;
    this.lane = lane;
    this.program = null;
    this.end = lane.runs().size();
  }

  /** A thread of a driver. */
  TestThread(TestProcess process, Program program) {
    this.process = process;
    this.cluster = process.cluster;
    this.lane = null;
    this.program = program;
    this.script = new Script(program, this, cluster::isFault, List.of(), null, 1, true);
  }

  /** Whether faults have kept a driver's program from its result. */
  @Nullable ErrorCode disturbance() {
    return disturbance;
  }

  long result() {
    return Objects.requireNonNull(ended).result();
  }

  void dropAll() {
    Objects.requireNonNull(ended).dropAll();
  }

  TestProcess process() {
    return process;
  }

  // ---- going on

  void step() {
    if (lane == null) {
      stepDriver(Objects.requireNonNull(script));
    } else if (index >= end) {
      send();
      state = State.ENDED;
      process.executor.closed(lane, cluster.now());
      process.settle();
    } else {
      stepRun(lane, lane.runs().get(index));
    }
  }

  private void stepDriver(Script running) {
    switch (running.step()) {
      case Script.Going going -> {}
      case Script.Waiting waiting -> block(waiting.ref(), null);
      case Script.Returned returned -> ended(running);
      case Script.Threw threw -> ended(running);
      case Script.Disturbed disturbed -> {
        disturbance = disturbed.code();
        ended(running);
      }
    }
  }

  private void ended(Script running) {
    ended = running;
    state = State.ENDED;
  }

  private void stepRun(Lane running, Execution run) {
    if (script == null) {
      if (run.isCancelled()) {
        finish(run, List.of(cancelled()));
      } else {
        start(run);
      }
      return;
    }
    if (interrupted && cluster.random().nextInt(4) > 0) {
      finish(run, List.of(cancelled()));
      return;
    }
    if (index + 1 < end && cluster.random().nextInt(20) == 0) {
      process.executor.giveBack(running, index + 1, cluster.now());
      end = index + 1;
      process.settle();
    }
    switch (script.step()) {
      case Script.Going going -> {}
      case Script.Waiting waiting -> block(waiting.ref(), run);
      case Script.Returned returned -> finish(run, outcomes(run, returned.results()));
      case Script.Threw threw -> finish(run, List.of(TestProcess.planned(threw.retryable())));
      case Script.Disturbed disturbed ->
          finish(run, List.of(Outcome.Failed.of(disturbed.code(), "disturbed")));
    }
  }

  private static Outcome.Failed cancelled() {
    return Outcome.Failed.of(ErrorCode.TASK_CANCELLED, "interrupted");
  }

  private void start(Execution run) {
    run.runner(this);
    interrupted = false;
    startedNs = cluster.now();
    if (run.spec().policy().timeoutNs() > 0) {
      process.executor.startTimer(run, cluster.now());
    }
    Program body = (Program) run.spec().function();
    List<Body> bodies = new ArrayList<>();
    inputRefs = new ArrayList<>();
    int value = 0;
    int nested = 0;
    for (Object argument : run.spec().arguments()) {
      if (argument instanceof Body direct) {
        bodies.add(direct);
        int next = nested + direct.actors().size();
        inputRefs.add(run.spec().nested().subList(nested, next));
        nested = next;
      } else {
        Outcome outcome = Objects.requireNonNull(run.values())[value++];
        bodies.add(
            switch (outcome) {
              case Outcome.Inline inline -> (Body) Objects.requireNonNull(inline.body());
              case Outcome.Stored stored -> cluster.store().read(stored.key());
              case Outcome.Alias alias -> throw new AssertionError("an alias is no value");
              case Outcome.Failed failed -> throw new AssertionError("a failure is no value");
            });
        inputRefs.add(outcome.contained());
      }
    }
    ActorSlot slot = run.actor();
    ActorState instance = null;
    if (slot != null) {
      if (body.kind() == Program.Kind.CREATION) {
        slot.instance(new ActorState());
      }
      instance = (ActorState) slot.instance();
    }
    cluster.started(run);
    script =
        new Script(
            body, this, cluster::isFault, bodies, instance, run.attempt(), run.attempt() == 1);
  }

  private List<Outcome> outcomes(Execution run, List<Return> results) {
    List<Outcome> outcomes = new ArrayList<>();
    for (Return result : results) {
      outcomes.add(
          switch (result) {
            case ReturnAlias(Object ref) -> {
              hold(ref);
              yield new Outcome.Alias(((Cell) ref).id);
            }
            case ReturnValue(Body body, List<Object> refs, boolean large) -> {
              refs.forEach(this::hold);
              yield process.outcome(
                  body, refs.stream().map(ref -> ((Cell) ref).id).toList(), large, run.owner());
            }
          });
    }
    return outcomes;
  }

  /** Results are held until they are sent. */
  private void hold(Object ref) {
    heldUntilSent.add(keep(ref));
  }

  private void finish(Execution run, List<Outcome> outcomes) {
    Script running = script;
    boolean dropsFirst = cluster.random().nextBoolean();
    if (running != null && dropsFirst) {
      running.dropAll();
    }
    List<ObjectId> retained = process.owner.retain(acquired);
    acquired.clear();
    for (Outcome outcome : outcomes) {
      process.owner.share(outcome.contained(), run.owner());
    }
    process.settle();
    script = null;
    interrupted = false;
    index++;
    if (run.actor() == null || !run.spec().isCreation() || outcomes.size() != 1) {
      cluster.ended(run);
    }
    unsent.add(new ExecutorCore.Result(run, outcomes, retained, 0, cluster.now() - startedNs));
    if (index >= end || cluster.random().nextBoolean()) {
      send();
    }
    if (running != null && !dropsFirst) {
      running.dropAll();
    }
  }

  private void send() {
    if (!unsent.isEmpty()) {
      process.executor.finished(List.copyOf(unsent), cluster.now());
      unsent.clear();
      process.settle();
    }
    heldUntilSent.forEach(process::drop);
    heldUntilSent.clear();
  }

  // ---- waiting

  private void block(Object ref, @Nullable Execution run) {
    Cell cell = (Cell) ref;
    process.owner.want(cell.id);
    process.owner.flush(cluster.now());
    process.settle();
    if (cell.outcome != null) {
      return;
    }
    if (cluster.random().nextInt(3) == 0) {
      cluster.claim(cell.id);
      if (cell.outcome != null) {
        return;
      }
    }
    cell.waiters.add(this);
    awaited = cell;
    state = State.BLOCKED;
    if (run != null && lane != null) {
      send();
      process.executor.blocked(run, lane, index + 1, cluster.now());
      end = index + 1;
      process.settle();
      cluster.checkBlocked(process);
    }
  }

  /** What it waits for is there. */
  void wake() {
    if (state != State.BLOCKED) {
      return;
    }
    awaited = null;
    if (lane == null) {
      state = State.READY;
    } else {
      state = State.RESUMING;
      process.executor.unblocked(lane.runs().get(index), cluster.now());
      process.settle();
    }
  }

  void resumed() {
    if (state != State.RESUMING) {
      throw new AssertionError("resumed while " + state);
    }
    state = State.READY;
  }

  void interrupt() {
    interrupted = true;
    if (state == State.BLOCKED && awaited != null) {
      awaited.waiters.remove(this);
      wake();
    }
  }

  // ---- the world

  private @Nullable ObjectId task() {
    return lane == null ? null : lane.runs().get(index).spec().id();
  }

  @Override
  public Object put(Body body, List<Object> refs, boolean large) {
    return process.put(body, refs, large);
  }

  @Override
  public List<Object> submit(Program submitted, List<Argument> arguments) {
    return process.submit(submitted, arguments, task());
  }

  @Override
  public Object createActor(Program constructor, List<Argument> arguments, int maxConcurrency) {
    return process.createActor(constructor, arguments, cluster.actorOptions(constructor), task());
  }

  @Override
  public Object call(Object actor, Program method, List<Argument> arguments) {
    return process.call((Cell) actor, method, arguments, task());
  }

  @Override
  public @Nullable Got poll(Object ref) {
    return process.got((Cell) ref);
  }

  @Override
  public Object open(Object umbrella, int i) {
    return process.open((Cell) umbrella, i);
  }

  @Override
  public Object openInput(int argument, int i) {
    ObjectId inner = inputRefs.get(argument).get(i);
    Cell opened = process.attach(process.owner.open(inner, null), inner);
    acquired.add(inner);
    if (cluster.random().nextInt(4) == 0) {
      process.keepInStatic(opened);
    }
    return opened;
  }

  @Override
  public Object keep(Object ref) {
    ((Cell) ref).users++;
    return ref;
  }

  @Override
  public void drop(Object ref) {
    process.drop(ref);
  }

  @Override
  public String toString() {
    return (lane == null ? "driver " + program : "lane " + lane.runs() + " at " + index)
        + " of "
        + process
        + " "
        + state
        + (awaited == null ? "" : " for " + awaited);
  }

  /** What actors of scripts hold. */
  static ActorOptions options(Resources resources, int maxRestarts, int maxTaskRetries) {
    return new ActorOptions(
        "",
        "test",
        false,
        ActorOptions.Lifetime.COUNTED,
        resources,
        1,
        java.util.Map.of(),
        maxRestarts,
        maxTaskRetries,
        -1,
        ray.SchedulingStrategy.standard(),
        java.util.Map.of());
  }
}
