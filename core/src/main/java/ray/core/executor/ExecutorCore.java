package ray.core.executor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.FunctionKey;
import ray.core.Invariant;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.SequenceMap;
import ray.core.TaskSpec;

/**
 * The executor inside each worker: which run may start, on which permit, what blocks, what is
 * cancelled, and which actors live here. Threads are its shell's; they take work in lanes. A pure
 * state machine, not thread-safe.
 *
 * <p>A task may run while one of its owner's leases is free. A run that waits in a {@code get}
 * gives its lease's CPUs back; if that leaves tasks here without any lease, the node is asked for
 * another, so that a task never waits for one that can't start.
 */
public final class ExecutorCore {
  private final long self;
  private final ExecutorEffects effects;
  private final Runs runs = new Runs();
  private final Startable startable;
  private final Reports reports;
  private final TimeLimits limits;
  private final ForcedEnds forced;
  private final TaskQueues queues;
  private final ActorSlots actors;
  private final BlockedRuns blocked;
  private final Lending lending;
  private boolean retiring;

  /** After how many tasks this worker is to end; 0 without limit. */
  private int maxTasks;

  private int tasksCounted;
  private boolean spent;

  /** An executor of the worker with this id. */
  public ExecutorCore(long self, ExecutorEffects effects) {
    this.self = self;
    this.effects = effects;
    this.startable = new Startable(effects);
    this.reports = new Reports(self, effects);
    this.limits = new TimeLimits(effects, reports);
    this.forced = new ForcedEnds(self, effects);
    this.queues = new TaskQueues(self, effects, runs, startable);
    this.actors = new ActorSlots(self, effects, runs, startable, reports);
    this.blocked = new BlockedRuns(effects, queues);
    this.lending = new Lending(effects, queues);
  }

  /** Lets this worker end after so many tasks, where these do not say otherwise themselves. */
  public void endAfter(int tasks) {
    maxTasks = tasks;
  }

  // ---- messages

  /** A message arrived. */
  public void receive(Message message, long nowNs) {
    switch (message) {
      case Message.PushTasks push -> push(push);
      case Message.PushCalls push -> actors.push(push);
      case Message.AttachLease attach -> queues.attach(attach);
      case Message.LeaseResumed resumed -> blocked.resumed(resumed.lease());
      case Message.ShrinkLeases shrink -> queues.shrink(shrink);
      case Message.CancelRun cancel -> cancel(cancel, nowNs);
      case Message.ItemsTaken taken -> {
        Execution run = runs.find(taken.task());
        if (run != null) {
          effects.itemsTaken(run, taken.count());
        }
      }
      case Message.CreateActor create -> actors.create(create);
      case Message.StopActor stop -> actors.stop(stop);
      case Message.Retire retire -> retiring = true;
      case Message.ProcessDied died -> ownerDied(died.process());
      default -> throw new IllegalArgumentException("not for an executor: " + message);
    }
  }

  /**
   * Tasks of a class with a limit count as they come, as their owner counts what it hands over: one
   * that waits for others would keep the node from hearing that those can't come here any more.
   */
  private void push(Message.PushTasks message) {
    queues.push(message);
    for (Message.Push each : message.tasks()) {
      count(each.spec().schedulingClass().runtimeEnv().maxTasks());
    }
  }

  private void cancel(Message.CancelRun message, long nowNs) {
    Execution run = runs.find(message.task());
    if (run == null) {
      return;
    }
    if (message.force()) {
      run.force();
    }
    if (message.recursive()) {
      run.cancelChildren();
      effects.cancelChildren(message.task(), message.force());
    }
    cancel(run);
    if (message.force() && run.state != Execution.State.ENDED) {
      forced.start(run, nowNs);
    }
  }

  private void cancel(Execution run) {
    run.cancel();
    switch (run.state) {
      case QUEUED -> {
        run.state = Execution.State.ENDED;
        run.queue.stale++;
        runs.remove(run);
        reports.add(run, List.of(cancelled(run.spec())), List.of(), 0, 0);
        queues.returnWhatIdles(run.queue);
      }
      case TAKEN, BLOCKED -> effects.interrupt(run);
      case LENDING, DETACHED, ENDED -> {}
    }
  }

  private static Outcome.Failed cancelled(TaskSpec spec) {
    return Outcome.Failed.of(ErrorCode.TASK_CANCELLED, "task " + spec.name() + " was cancelled");
  }

  // ---- threads

  /** A thread is free: returns what it should run next, or null. */
  public @Nullable Lane take(long nowNs) {
    CallQueue queue = startable.poll();
    if (queue == null) {
      return null;
    }
    int most = exclusive(queue) ? 1 : queue.takeSize();
    List<Execution> taken = new ArrayList<>(Math.min(most, queue.size()));
    while (taken.size() < most) {
      Execution next = queue.poll();
      if (next == null) {
        break;
      }
      taken.add(next);
    }
    return open(queue, taken);
  }

  private static boolean exclusive(CallQueue queue) {
    return queue.actor != null && (queue.actor.creating || queue.limit > 1);
  }

  private Lane open(CallQueue queue, List<Execution> taken) {
    long lease = queue.gpus == null ? 0 : queue.gpus.lend(queue.leases);
    queue.running++;
    if (queue.actor != null) {
      queue.actor.running++;
    }
    for (Execution run : taken) {
      run.state = Execution.State.TAKEN;
      if (queue.gpus != null) {
        run.runOn(lease, queue.gpus.gpus(lease));
      }
      if (queue.actor != null) {
        queue.actor.addTaken(run);
      }
    }
    startable.add(queue);
    return new Lane(queue, taken, lease);
  }

  /** Whether something can be taken. */
  public boolean hasStartable() {
    return startable.hasAny();
  }

  /**
   * A thread waits for a task's result: if the task is here and may start, the thread can run it
   * itself. Calls of an actor that are before it in order come with it.
   */
  public @Nullable Lane claim(ObjectId task, long nowNs) {
    Execution run = runs.find(task);
    if (run == null || run.state != Execution.State.QUEUED || !run.queue.canStart()) {
      return null;
    }
    CallQueue queue = run.queue;
    List<Execution> taken = new ArrayList<>(1);
    if (queue.actor == null) {
      if (queue.waiting.peekFirst() == run) {
        queue.waiting.removeFirst();
      } else if (queue.waiting.peekLast() == run) {
        queue.waiting.removeLast();
      } else {
        run.placeKept = true;
        queue.stale++;
      }
      run.state = Execution.State.TAKEN;
      taken.add(run);
      addSoonWanted(queue, taken);
    } else {
      int most = exclusive(queue) ? 1 : queue.takeSize();
      int position = 0;
      for (Execution before : queue.waiting) {
        if (before.state == Execution.State.QUEUED && ++position > most) {
          return null;
        }
        if (before == run) {
          break;
        }
      }
      for (Execution next; (next = queue.poll()) != null; ) {
        taken.add(next);
        if (next == run) {
          break;
        }
      }
    }
    return open(queue, taken);
  }

  /** Who waits for one short task mostly waits for those behind it next. */
  private static void addSoonWanted(CallQueue queue, List<Execution> taken) {
    for (int most = queue.claimSize(); taken.size() < most; ) {
      Execution next = queue.poll();
      if (next == null) {
        return;
      }
      taken.add(next);
    }
  }

  /** Starts the clock of a run's time limit. */
  public void startTimer(Execution run, long nowNs) {
    limits.start(run, nowNs);
  }

  /**
   * A lane's thread is held up: the runs that it has not started go to others, in order. What was
   * given back before is left alone.
   */
  public void giveBack(Lane lane, int from, long nowNs) {
    int end = lane.end;
    lane.end = Math.min(end, from);
    for (int i = end - 1; i >= from; i--) {
      Execution run = lane.runs().get(i);
      if (run.isCancelled()) {
        end(run, List.of(cancelled(run.spec())), List.of(), 0, 0);
      } else {
        run.state = Execution.State.QUEUED;
        run.runOn(0, 0);
        if (run.queue.actor != null) {
          run.queue.actor.removeTaken(run);
        }
        if (run.placeKept) {
          run.placeKept = false;
          lane.queue.stale--;
        } else {
          lane.queue.waiting.addFirst(run);
        }
      }
    }
    startable.add(lane.queue);
  }

  /** A run has ended, with what its owner is to be told. */
  public record Result(
      Execution run, List<Outcome> outcomes, List<ObjectId> retained, int items, long durationNs) {}

  /** Runs of a lane have ended. Results are sent in one message an owner. */
  public void finished(List<Result> results, long nowNs) {
    for (Result result : results) {
      result.run().queue.observe(result.durationNs());
      end(result.run(), result.outcomes(), result.retained(), result.items(), result.durationNs());
      FunctionKey key = result.run().queue.key;
      if (key != null && key.runtimeEnv().maxTasks() == 0) {
        count(maxTasks);
      }
    }
    reports.send();
  }

  /** One more task counts here: when there are enough of them, the worker asks to be retired. */
  private void count(int limit) {
    if (limit > 0 && !spent && ++tasksCounted >= limit) {
      spent = true;
      effects.send(effects.node(), new Message.WorkerSpent(self));
    }
  }

  /** A run returned a stage: its thread is free, its result comes later. */
  public void detached(Execution run) {
    if (run.state == Execution.State.TAKEN) {
      run.state = Execution.State.DETACHED;
    }
  }

  /** A lane has come to its end. */
  public void closed(Lane lane, long nowNs) {
    if (!lane.open) {
      return;
    }
    lane.open = false;
    if (lane.lender != null) {
      lending.lentBack(lane.lender, nowNs);
      return;
    }
    CallQueue queue = lane.queue;
    queue.running--;
    if (queue.gpus != null) {
      queue.gpus.giveBack(lane.lease);
    }
    ActorSlot actor = queue.actor;
    if (actor != null) {
      actor.running--;
      if (actor.stopped && actor.running == 0) {
        actors.gone(actor);
        return;
      }
      blocked.suspendIfBlocked(actor);
      if (actor.draining) {
        actors.stopIfIdle(actor);
      }
      for (CallQueue each : actor.queues()) {
        startable.add(each);
      }
    } else if (queue.abandoned) {
      queues.returnIdle(queue);
    } else {
      queues.returnWhatIdles(queue);
      startable.add(queue);
    }
  }

  private void end(
      Execution run, List<Outcome> outcomes, List<ObjectId> retained, int items, long durationNs) {
    Invariant.check(!run.isWaiting(), "what waits does not end", run);
    run.state = Execution.State.ENDED;
    runs.remove(run);
    limits.stop(run);
    ActorSlot actor = run.queue.actor;
    if (actor != null) {
      actor.removeTaken(run);
    }
    if (actor != null && actor.creation == run) {
      actors.created(actor, outcomes, retained);
    } else if (!run.orphaned) {
      reports.add(run, outcomes, retained, items, durationNs);
    }
  }

  /** Reports until {@link #endBatch} go out together. */
  public void beginBatch() {
    reports.beginBatch();
  }

  /** Sends what was reported since {@link #beginBatch}. */
  public void endBatch() {
    reports.endBatch();
  }

  // ---- blocking

  /**
   * A run waits in a {@code get}: its CPUs are free.
   *
   * @param lane what its thread runs
   * @param from the first run of the lane that has not started
   */
  public void blocked(Execution run, Lane lane, int from, long nowNs) {
    giveBack(lane, from, nowNs);
    blocked.blocked(run);
  }

  /** A blocked run could go on; {@link ExecutorEffects#resume} says when it may. */
  public void unblocked(Execution run, long nowNs) {
    blocked.unblocked(run);
  }

  /** Whether a run that is about to wait for a task of its process may run that in its place. */
  public static boolean mayLend(Execution run) {
    return Lending.mayLend(run);
  }

  /**
   * A run waits for a task of its own process, which its thread runs in its place, on its lease:
   * until that lane is {@link #closed}. The node need not be asked, as of the two only one computes
   * at a time.
   *
   * @param push the task, as its owner hands it to this run alone
   * @param lane what the thread runs
   * @param from the first run of that lane that has not started: these go to others
   */
  public Lane lend(Execution run, Message.Push push, Lane lane, int from, long nowNs) {
    giveBack(lane, from, nowNs);
    return lending.lend(run, push, nowNs);
  }

  // ---- ends of actors and owners, and time

  /** An actor's method has ended it from within. */
  public void exited(ActorSlot actor, long nowNs) {
    actors.exited(actor);
  }

  private void ownerDied(long owner) {
    queues.ownerDied(owner);
    SequenceMap<Execution> left = runs.removeOwner(owner);
    if (left != null) {
      left.forEach(run -> {
        if (outlivesItsOwner(run)) {
          runs.add(run);
          return;
        }
        run.orphaned = true;
        if (run.state == Execution.State.TAKEN || run.state == Execution.State.BLOCKED) {
          run.cancel();
          effects.interrupt(run);
        } else if (run.state == Execution.State.LENDING) {
          run.cancel();
        }
      });
    }
  }

  /** Whether it makes an actor that stays when the program is gone that wanted it. */
  private static boolean outlivesItsOwner(Execution run) {
    ActorSlot actor = run.queue.actor;
    return actor != null && actor.creation == run && actor.spec().isDetached();
  }

  /** Time passed: ends what is over its limit. Returns whether anything has a limit. */
  public boolean tick(long nowNs) {
    boolean forces = forced.tick(nowNs);
    return limits.tick(nowNs) || forces;
  }

  // ---- looking in

  /** Visits the runs in this worker that have not ended. */
  public void forEachRun(Consumer<Execution> visitor) {
    runs.forEach(visitor);
  }

  /** Visits the runs that are on threads. */
  public void forEachUnderWay(Consumer<Execution> visitor) {
    forEachRun(run -> {
      if (run.state == Execution.State.TAKEN || run.isWaiting()) {
        visitor.accept(run);
      }
    });
  }

  /** How many runs wait in a {@code get}. */
  public int blockedCount() {
    int[] count = {0};
    forEachRun(run -> {
      if (run.isWaiting()) {
        count[0]++;
      }
    });
    return count[0];
  }

  /**
   * Whether the node has no more use for this worker, and nothing is left to run: nor can come, as
   * an owner that has leases here may have sent tasks.
   */
  public boolean mayEnd() {
    return retiring && runs.isEmpty() && actors.count() == 0 && !queues.haveLeases();
  }

  /** Visits the actors that live here. */
  public void forEachActor(Consumer<ActorSlot> visitor) {
    actors.forEach(visitor);
  }

  /** How many actors live here. */
  public int actorCount() {
    return actors.count();
  }
}
