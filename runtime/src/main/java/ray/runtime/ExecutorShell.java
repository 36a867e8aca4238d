package ray.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.core.executor.ExecutorEffects;
import ray.core.executor.Lane;
import ray.spi.Backend;
import ray.wire.Endpoint;
import ray.wire.Mailbox;

/**
 * The executor inside one worker: holds its core, and runs lanes on the threads that come for them:
 * its own, and those of callers who wait for a result. Thread-safe.
 */
public final class ExecutorShell extends Mailbox implements Endpoint, ExecutorEffects {
  /** After how many results, or how long, a lane hands its results on. */
  private static final int RESULTS_AT_ONCE = 64;

  private static final long RESULTS_WITHIN_NS = 50_000;

  private final ExecutorCore core;
  private final OwnerShell owner;
  private final OwnerShell.Peers peers;
  private final TaskRunner runner;
  private final WorkerLocals locals = new WorkerLocals();
  private final boolean serial;
  private final Set<LaneRun> longLanes = ConcurrentHashMap.newKeySet();
  private List<Runnable> toRun = new ArrayList<>();
  private volatile boolean startable;
  private volatile boolean timersRun;
  private volatile long activeNs = System.nanoTime();
  private @Nullable ExecutorThreads threads;
  private @Nullable Backend backend;

  private record Finished(List<ExecutorCore.Result> results, @Nullable Lane closed) {}

  private record Unblocked(Execution run) {}

  /** A task that a run is given to be run in its place, and the lane that comes of it. */
  private static final class Lend {
    final Execution run;
    final Message.Push push;
    final Lane lane;
    final int from;
    @Nullable Lane lent;

    Lend(Execution run, Message.Push push, Lane lane, int from) {
      this.run = run;
      this.push = push;
      this.lane = lane;
      this.from = from;
    }
  }

  private record GiveBack(Lane lane, int from) {}

  private record Detached(Execution run) {}

  private record Item(Execution run, int index, Outcome outcome) {}

  /** The executor of a worker whose owner is this; a serial one runs only what callers wait for. */
  public ExecutorShell(OwnerShell owner, OwnerShell.Peers peers, boolean serial) {
    this.serial = serial;
    this.core = new ExecutorCore(owner.id(), this);
    this.owner = owner;
    this.peers = peers;
    this.runner = new TaskRunner(this, owner);
  }

  /** Lets it run: on these threads, for this instance. */
  public void start(ExecutorThreads workers, Backend instance) {
    this.threads = workers;
    this.backend = instance;
  }

  @Nullable Backend backend() {
    return backend;
  }

  WorkerLocals locals() {
    return locals;
  }

  /** Closes what this worker lends to its runs, as it is about to end. */
  public void closeLocals() {
    locals.close();
  }

  OwnerShell owner() {
    return owner;
  }

  /** Lets this worker end after so many tasks; 0: after any number. To be said before it starts. */
  public void endAfter(int tasks) {
    call(() -> {
      core.endAfter(tasks);
      return true;
    });
  }

  // ---- threads

  /** Whether something waits for a thread; a hint. */
  boolean hasStartable() {
    return startable;
  }

  /** Gives what waits for a thread one, if none is looking for work. */
  public void provide() {
    ExecutorThreads workers = threads;
    if (startable && workers != null) {
      workers.provideNow();
    }
  }

  @Nullable Lane take() {
    return call(() -> {
      Lane lane = core.take(System.nanoTime());
      startable = core.hasStartable();
      return lane;
    });
  }

  /** A waiting thread takes the task that it waits for, if that may start. */
  @Nullable Lane claim(ObjectId task) {
    return call(() -> {
      Lane lane = core.claim(task, System.nanoTime());
      startable = core.hasStartable();
      return lane;
    });
  }

  /** Runs a lane on this thread, to its end. */
  void run(Lane lane) {
    long nowNs = System.nanoTime();
    LaneRun run = new LaneRun(lane, nowNs);
    boolean several = run.size() > 1;
    if (several) {
      longLanes.add(run);
      watchTime();
    }
    TaskContext context = TaskContext.enter(this, run);
    Backend before = ray.spi.Backends.bind(backend);
    try {
      long flushedNs = nowNs;
      for (int i; (i = run.advance(nowNs)) < run.size(); ) {
        Execution next = lane.runs().get(i);
        ExecutorCore.Result result = runner.run(next, context, nowNs);
        nowNs = System.nanoTime();
        if (context.hasSubmitted()) {
          owner.flush();
        }
        if (result != null) {
          run.add(result);
        }
        if (run.resultCount() >= RESULTS_AT_ONCE || nowNs - flushedNs > RESULTS_WITHIN_NS) {
          flush(run);
          flushedNs = nowNs;
        }
      }
    } finally {
      ray.spi.Backends.bind(before);
      context.leave();
      if (several) {
        longLanes.remove(run);
      }
      if (run.begun() < run.size()) {
        // Who took the rest may not have come to give it back: the lane must not close before.
        post(new GiveBack(lane, run.begun()));
      }
      post(new Finished(run.takeResults(), lane));
    }
  }

  private void flush(LaneRun run) {
    if (run.resultCount() > 0) {
      post(new Finished(run.takeResults(), null));
    }
  }

  /** A run returned a stage: it is not on a thread any more. */
  void detached(Execution run) {
    post(new Detached(run));
  }

  /** What ended after its lane: the result of a stage. */
  void finished(ExecutorCore.Result result) {
    post(new Finished(List.of(result), null));
  }

  /** Takes work from lanes that are held up by a long run. */
  void rescue(long nowNs, long heldUpNs) {
    for (LaneRun run : longLanes) {
      if (nowNs - run.beganNs() > heldUpNs && run.hasUnbegun()) {
        int from = run.takeRest();
        if (from < run.size()) {
          post(new GiveBack(run.lane(), from));
        }
      }
    }
  }

  /**
   * A run is about to wait for a task of this process: runs that in its place, if no lease was free
   * for it and it needs no more than this run would give back. Else nothing has happened.
   */
  boolean lend(TaskContext context, ObjectId task) {
    Execution run = context.run();
    if (!ExecutorCore.mayLend(run)) {
      return false;
    }
    Lend lend = owner.lend(task, run.spec().schedulingClass(), push -> handOn(context, push));
    if (lend == null) {
      return false;
    }
    run(call(() -> Objects.requireNonNull(lend.lent)));
    // Whoever is about to hand its result on has done so when this returns.
    call(() -> true);
    return true;
  }

  /** Who waits has no use for its results, and for the rest of its lane. */
  private Lend handOn(TaskContext context, Message.Push push) {
    flush(context.lane);
    context.lane.takeRest();
    Lend lend = new Lend(context.run(), push, context.lane.lane(), context.lane.begun());
    post(lend);
    return lend;
  }

  /** A run is about to wait: hands its results and the rest of its lane on, and its CPUs. */
  void block(TaskContext context) {
    flush(context.lane);
    int from = context.lane.takeRest();
    Execution run = context.run();
    context.guard().expectResume();
    call(() -> {
      activeNs = System.nanoTime();
      core.blocked(run, context.lane.lane(), from, activeNs);
      return true;
    });
  }

  /** A run has waited: returns when it has its CPUs again. */
  void unblock(TaskContext context) {
    post(new Unblocked(context.run()));
    context.guard().awaitResume();
  }

  void startTimer(Execution run) {
    call(() -> {
      core.startTimer(run, System.nanoTime());
      return true;
    });
  }

  /** Something that has to do with time has to be watched from now on. */
  void watchTime() {
    ExecutorThreads workers = threads;
    if (workers != null) {
      workers.nudge();
    }
  }

  void item(Execution run, int index, Outcome outcome) {
    post(new Item(run, index, outcome));
  }

  void exited(ActorSlot actor) {
    call(() -> {
      core.exited(actor, System.nanoTime());
      return true;
    });
  }

  /** Asks the core; not from within a core. */
  public <R extends @Nullable Object> R ask(Function<ExecutorCore, R> question) {
    return call(() -> question.apply(core));
  }

  /** Names of the runs that are under way on threads. */
  public List<String> underWay() {
    List<String> names = new ArrayList<>();
    return call(() -> {
      core.forEachUnderWay(run -> names.add(run.spec().name()));
      return names;
    });
  }

  /**
   * When something last ended or came to wait here, so that what it held may be garbage, in the
   * time of {@link System#nanoTime}.
   */
  public long activeNs() {
    return activeNs;
  }

  /** How long a run has been on its thread; 0 if it is about to begin. */
  public static long ageNs(Execution run, long nowNs) {
    return run.runner() instanceof RunGuard guard ? Math.max(0, nowNs - guard.startedNs()) : 0;
  }

  /** Whether something runs here that does not wait for others. */
  public boolean isBusy() {
    return call(() -> {
      int[] busy = {-core.blockedCount()};
      core.forEachUnderWay(run -> busy[0]++);
      return busy[0] > 0;
    });
  }

  /** Time passed: ends what is over its limit. */
  void tick(long nowNs) {
    if (timersRun) {
      call(() -> {
        timersRun = core.tick(nowNs);
        return true;
      });
    }
  }

  boolean hasLongLanes() {
    return !longLanes.isEmpty();
  }

  boolean isSerial() {
    return serial;
  }

  boolean hasTimers() {
    return timersRun;
  }

  // ---- the mailbox

  @Override
  public void deliver(Message message) {
    post(message);
  }

  @Override
  protected void handle(Object event) {
    switch (event) {
      case Finished(List<ExecutorCore.Result> results, Lane closed) -> {
        long nowNs = System.nanoTime();
        activeNs = nowNs;
        core.beginBatch();
        core.finished(results, nowNs);
        core.endBatch();
        if (closed != null) {
          core.closed(closed, nowNs);
        }
      }
      case Message message -> core.receive(message, System.nanoTime());
      case Detached(Execution run) -> core.detached(run);
      case Unblocked(Execution run) -> core.unblocked(run, System.nanoTime());
      case Lend lend ->
          lend.lent = core.lend(lend.run, lend.push, lend.lane, lend.from, System.nanoTime());
      case GiveBack(Lane lane, int from) -> core.giveBack(lane, from, System.nanoTime());
      case Item(Execution run, int index, Outcome outcome) ->
          send(
              run.owner(),
              new Message.ItemMade(owner.id(), run.spec().id(), run.attempt(), index, outcome));
      default -> throw new IllegalArgumentException("not for an executor: " + event);
    }
  }

  @Override
  protected @Nullable Object leaving() {
    boolean wake = startable;
    if (toRun.isEmpty()) {
      return wake ? List.of() : null;
    }
    List<Runnable> due = toRun;
    toRun = new ArrayList<>();
    return due;
  }

  @SuppressWarnings("unchecked")
  @Override
  protected void afterwards(Object work) {
    for (Runnable each : (List<Runnable>) work) {
      each.run();
    }
    ExecutorThreads workers = threads;
    if (startable && workers != null) {
      workers.workIsThere();
    }
  }

  // ---- effects, called from within the core

  @Override
  public void send(long process, Message message) {
    peers.transport().send(process, message);
  }

  @Override
  public void runnable() {
    startable = true;
  }

  @Override
  public void interrupt(Execution execution) {
    toRun.add(() -> {
      if (execution.runner() instanceof RunGuard guard) {
        guard.interrupt();
      }
    });
  }

  @Override
  public void resume(Execution execution) {
    toRun.add(() -> {
      if (execution.runner() instanceof RunGuard guard) {
        guard.resume();
      }
    });
  }

  @Override
  public void itemsTaken(Execution execution, int count) {
    toRun.add(() -> {
      if (execution.runner() instanceof RunGuard guard) {
        guard.itemsTaken(count);
      }
    });
  }

  @Override
  public void cancelChildren(ObjectId task, boolean force) {
    toRun.add(() -> owner.cancelChildren(task, force));
  }

  @Override
  public void actorGone(ActorSlot actor) {
    actor.instance(null);
    activeNs = System.nanoTime();
  }

  @Override
  public void tickSoon() {
    timersRun = true;
    toRun.add(this::watchTime);
  }

  @Override
  public long node() {
    return peers.node();
  }
}
