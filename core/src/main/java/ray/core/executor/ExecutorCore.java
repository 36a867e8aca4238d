package ray.core.executor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.FunctionKey;
import ray.core.LongMap;
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
  /** How many dead owners are remembered: what the node says of them may come after their death. */
  private static final int MAX_DEAD_OWNERS = 1000;

  /** The duration of a run that was given up. */
  private static final long STILL_RUNS = -1;

  private final long self;
  private final ExecutorEffects effects;
  private final Map<Long, Map<FunctionKey, CallQueue>> queues = new HashMap<>();
  private final Map<Long, SequenceMap<Execution>> runs = new HashMap<>();
  private final Map<ActorId, ActorSlot> actors = new HashMap<>();
  private final ArrayDeque<CallQueue> startable = new ArrayDeque<>();

  /** Runs that wait for their CPUs, by lease. */
  private final LongMap<Execution> resuming = new LongMap<>();

  /** Runs that have a time limit. */
  private final List<Execution> timed = new ArrayList<>();

  private final List<Execution> actorsResuming = new ArrayList<>();
  private final LinkedHashSet<Long> deadOwners = new LinkedHashSet<>();
  private long now;

  /** What was looked up last, which is most often what is looked up next. */
  private @Nullable CallQueue recentQueue;

  private @Nullable SequenceMap<Execution> recentRuns;
  private long recentOwner;

  /** An executor of the worker with this id. */
  public ExecutorCore(long self, ExecutorEffects effects) {
    this.self = self;
    this.effects = effects;
  }

  // ---- messages

  /** A message arrived. */
  public void receive(Message message, long nowNs) {
    now = nowNs;
    switch (message) {
      case Message.PushTasks push -> pushTasks(push);
      case Message.PushCalls push -> pushCalls(push);
      case Message.AttachLease attach -> attach(attach);
      case Message.LeaseResumed resumed -> resumed(resumed.lease());
      case Message.ShrinkLeases shrink -> shrink(shrink);
      case Message.CancelRun cancel -> cancel(cancel);
      case Message.ItemsTaken taken -> {
        Execution run = find(taken.task());
        if (run != null) {
          effects.itemsTaken(run, taken.count());
        }
      }
      case Message.CreateActor create -> createActor(create);
      case Message.StopActor stop -> stopActor(stop);
      case Message.ProcessDied died -> ownerDied(died.process());
      default -> throw new IllegalArgumentException("not for an executor: " + message);
    }
  }

  private CallQueue queue(long owner, long job, FunctionKey key) {
    CallQueue recent = recentQueue;
    if (recent != null && recent.owner == owner && recent.key == key && !recent.abandoned) {
      return recent;
    }
    Map<FunctionKey, CallQueue> ofOwner = queues.get(owner);
    if (ofOwner == null) {
      ofOwner = new HashMap<>();
      queues.put(owner, ofOwner);
    }
    CallQueue queue = ofOwner.get(key);
    if (queue == null) {
      queue = new CallQueue(owner, job, key);
      ofOwner.put(key, queue);
    }
    recentQueue = queue;
    return queue;
  }

  private void remember(Execution run) {
    SequenceMap<Execution> ofOwner = runsOf(run.owner());
    if (ofOwner == null) {
      ofOwner = new SequenceMap<>();
      runs.put(run.owner(), ofOwner);
    }
    ofOwner.put(run.spec().id().number(), run);
  }

  private @Nullable SequenceMap<Execution> runsOf(long owner) {
    if (recentRuns == null || recentOwner != owner) {
      recentOwner = owner;
      recentRuns = runs.get(owner);
    }
    return recentRuns;
  }

  private @Nullable Execution find(ObjectId task) {
    SequenceMap<Execution> ofOwner = runsOf(task.owner());
    return ofOwner == null ? null : ofOwner.get(task.number());
  }

  private void forget(Execution run) {
    SequenceMap<Execution> ofOwner = runsOf(run.owner());
    if (ofOwner != null && ofOwner.get(run.spec().id().number()) == run) {
      ofOwner.remove(run.spec().id().number());
    }
  }

  private void pushTasks(Message.PushTasks message) {
    CallQueue last = null;
    for (Message.Push push : message.tasks()) {
      FunctionKey key = push.spec().schedulingClass();
      if (last == null || last.key != key) {
        if (last != null) {
          list(last);
        }
        last = queue(message.owner(), push.spec().job(), key);
        last.job = push.spec().job();
      }
      Execution run =
          new Execution(message.owner(), push.spec(), push.attempt(), push.values(), last);
      remember(run);
      last.waiting.add(run);
    }
    if (last != null) {
      list(last);
      replaceIfStuck(last);
    }
  }

  private void pushCalls(Message.PushCalls message) {
    ActorSlot actor = actors.get(message.actor());
    if (actor == null || actor.incarnation != message.incarnation() || actor.stopped) {
      effects.send(
          message.caller(),
          new Message.CallsRefused(
              message.actor(),
              message.incarnation(),
              message.calls().stream().map(push -> push.spec().id()).toList()));
      return;
    }
    for (Message.Push push : message.calls()) {
      String group = push.spec().policy().concurrencyGroup();
      CallQueue queue = actor.queue(group);
      Execution run =
          new Execution(
              message.caller(),
              push.spec(),
              push.attempt(),
              push.values(),
              queue == null ? actor.calls : queue);
      if (queue == null) {
        report(
            run,
            List.of(
                Outcome.Failed.of(
                    ErrorCode.TASK_FAILED,
                    "actor "
                        + actor.spec().className()
                        + " has no concurrency group '"
                        + group
                        + "': declare it with concurrencyGroup(name, limit) where it is created")),
            List.of(),
            0,
            0);
        continue;
      }
      remember(run);
      queue.waiting.add(run);
      list(queue);
    }
  }

  private void list(CallQueue queue) {
    if (!queue.listed && queue.canStart()) {
      queue.listed = true;
      startable.add(queue);
      effects.runnable();
    }
  }

  /** Tasks wait here, and no lease is left that could run them: asks for one more. */
  private void replaceIfStuck(CallQueue queue) {
    if (queue.key != null && queue.leases.isEmpty() && queue.size() > 0 && !queue.replacing) {
      queue.replacing = true;
      effects.send(effects.node(), new Message.ReplaceLease(queue.owner, queue.job, queue.key));
    }
  }

  private void attach(Message.AttachLease message) {
    if (deadOwners.contains(message.owner())) {
      effects.send(effects.node(), new Message.ReturnLease(message.lease()));
      return;
    }
    CallQueue queue = queue(message.owner(), 0, message.schedulingClass());
    queue.replacing = false;
    queue.leases.add(message.lease());
    returnWhatIdles(queue);
    list(queue);
  }

  private void shrink(Message.ShrinkLeases message) {
    CallQueue queue = queue(message.owner(), 0, message.schedulingClass());
    queue.toReturn += message.count();
    returnWhatIdles(queue);
  }

  /**
   * Returns leases that the owner wants returned; those still in use follow when their lanes end.
   */
  private void returnWhatIdles(CallQueue queue) {
    int idle = queue.leases.size() - queue.running - queue.size();
    int returned = Math.max(0, Math.min(queue.toReturn, idle));
    if (returned == 0 || queue.key == null) {
      return;
    }
    queue.toReturn -= returned;
    for (int i = 0; i < returned; i++) {
      effects.send(effects.node(), new Message.ReturnLease(queue.leases.removeLast()));
    }
    effects.send(queue.owner, new Message.LeasesReturned(self, queue.key, returned, returned));
  }

  private void cancel(Message.CancelRun message) {
    Execution run = find(message.task());
    if (run == null) {
      return;
    }
    if (message.recursive()) {
      effects.cancelChildren(message.task());
    }
    cancel(run);
  }

  private void cancel(Execution run) {
    run.cancel();
    switch (run.state) {
      case QUEUED -> {
        run.state = Execution.State.ENDED;
        run.queue.stale++;
        forget(run);
        report(run, List.of(cancelled(run.spec())), List.of(), 0, 0);
        returnWhatIdles(run.queue);
      }
      case TAKEN, BLOCKED -> effects.interrupt(run);
      case DETACHED, ENDED -> {}
    }
  }

  private static Outcome.Failed cancelled(TaskSpec spec) {
    return Outcome.Failed.of(ErrorCode.TASK_CANCELLED, "task " + spec.name() + " was cancelled");
  }

  // ---- threads

  /** A thread is free: returns what it should run next, or null. */
  public @Nullable Lane take(long nowNs) {
    now = nowNs;
    for (CallQueue queue; (queue = startable.poll()) != null; ) {
      queue.listed = false;
      if (!queue.canStart()) {
        continue;
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
      if (taken.isEmpty()) {
        continue;
      }
      return open(queue, taken);
    }
    return null;
  }

  private static boolean exclusive(CallQueue queue) {
    return queue.actor != null && (queue.actor.creating || queue.limit > 1);
  }

  private Lane open(CallQueue queue, List<Execution> taken) {
    queue.running++;
    if (queue.actor != null) {
      queue.actor.running++;
    }
    for (Execution run : taken) {
      run.state = Execution.State.TAKEN;
      if (queue.actor != null) {
        queue.actor.addTaken(run);
      }
    }
    list(queue);
    return new Lane(queue, taken);
  }

  /** Whether something can be taken. */
  public boolean hasStartable() {
    for (CallQueue queue; (queue = startable.peek()) != null; ) {
      if (queue.canStart()) {
        return true;
      }
      startable.remove();
      queue.listed = false;
    }
    return false;
  }

  /**
   * A thread waits for a task's result: if the task is here and may start, the thread can run it
   * itself. Calls of an actor that are before it in order come with it.
   */
  public @Nullable Lane claim(ObjectId task, long nowNs) {
    now = nowNs;
    Execution run = find(task);
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
    run.deadlineNs = nowNs + run.spec().policy().timeoutNs();
    timed.add(run);
  }

  /** A lane's thread is held up: the runs that it has not started go to others, in order. */
  public void giveBack(Lane lane, int from, long nowNs) {
    now = nowNs;
    for (int i = lane.runs().size() - 1; i >= from; i--) {
      Execution run = lane.runs().get(i);
      if (run.isCancelled()) {
        end(run, List.of(cancelled(run.spec())), List.of(), 0, 0);
      } else {
        run.state = Execution.State.QUEUED;
        if (run.queue.actor != null) {
          run.queue.actor.removeTaken(run);
        }
        lane.queue.waiting.addFirst(run);
      }
    }
    list(lane.queue);
  }

  /** A run has ended, with what its owner is to be told. */
  public record Result(
      Execution run, List<Outcome> outcomes, List<ObjectId> retained, int items, long durationNs) {}

  /** Runs of a lane have ended. Results are sent in one message an owner. */
  public void finished(List<Result> results, long nowNs) {
    now = nowNs;
    for (Result result : results) {
      result.run().queue.observe(result.durationNs());
      end(result.run(), result.outcomes(), result.retained(), result.items(), result.durationNs());
    }
    sendReports();
  }

  /** A run returned a stage: its thread is free, its result comes later. */
  public void detached(Execution run) {
    if (run.state == Execution.State.TAKEN) {
      run.state = Execution.State.DETACHED;
    }
  }

  /** A lane has come to its end. */
  public void closed(Lane lane, long nowNs) {
    now = nowNs;
    if (!lane.open) {
      return;
    }
    lane.open = false;
    CallQueue queue = lane.queue;
    queue.running--;
    ActorSlot actor = queue.actor;
    if (actor != null) {
      actor.running--;
      if (actor.stopped && actor.running == 0) {
        gone(actor);
        return;
      }
      suspendIfBlocked(actor);
      if (actor.draining) {
        stopIfIdle(actor);
      }
      for (CallQueue each : actor.queues()) {
        list(each);
      }
    } else if (queue.abandoned) {
      returnIdle(queue);
    } else {
      returnWhatIdles(queue);
      list(queue);
    }
  }

  private void end(
      Execution run, List<Outcome> outcomes, List<ObjectId> retained, int items, long durationNs) {
    assert run.state != Execution.State.BLOCKED : run + " ended while blocked";
    run.state = Execution.State.ENDED;
    forget(run);
    if (run.deadlineNs != 0) {
      timed.remove(run);
    }
    ActorSlot actor = run.queue.actor;
    if (actor != null) {
      actor.removeTaken(run);
    }
    if (actor != null && actor.creation == run) {
      created(actor, outcomes, retained);
    } else if (run.orphaned) {
      retained.forEach(id -> effects.send(id.owner(), new Message.AddBorrower(id, self, false)));
    } else {
      report(run, outcomes, retained, items, durationNs);
    }
  }

  // ---- reports, batched by owner

  private long reportOwner;
  private @Nullable List<Message.Done> reports;

  private void report(
      Execution run, List<Outcome> outcomes, List<ObjectId> retained, int items, long durationNs) {
    if (reports != null && reportOwner != run.owner()) {
      sendReports();
    }
    if (reports == null) {
      reports = new ArrayList<>();
      reportOwner = run.owner();
    }
    reports.add(
        new Message.Done(run.spec().id(), run.attempt(), outcomes, retained, items, durationNs));
    if (!batching) {
      sendReports();
    }
  }

  private boolean batching;

  private void sendReports() {
    if (reports != null) {
      effects.send(reportOwner, new Message.TasksDone(self, reports));
      reports = null;
    }
  }

  /** Reports until {@link #finished} returns go out together. */
  public void beginBatch() {
    batching = true;
  }

  /** Sends what was reported since {@link #beginBatch}. */
  public void endBatch() {
    batching = false;
    sendReports();
  }

  // ---- blocking

  /**
   * A run waits in a {@code get}: its CPUs are free.
   *
   * @param lane what its thread runs
   * @param from the first run of the lane that has not started
   */
  public void blocked(Execution run, Lane lane, int from, long nowNs) {
    now = nowNs;
    giveBack(lane, from, nowNs);
    assert run.state == Execution.State.TAKEN : run + " blocks";
    run.state = Execution.State.BLOCKED;
    CallQueue queue = run.queue;
    ActorSlot actor = queue.actor;
    if (actor != null) {
      actor.blocked++;
      suspendIfBlocked(actor);
      return;
    }
    run.lease = queue.leases.removeLast();
    queue.running--;
    effects.send(effects.node(), new Message.SuspendLease(run.lease));
    replaceIfStuck(queue);
  }

  /** All that an actor runs waits: what it holds is free meanwhile. */
  private void suspendIfBlocked(ActorSlot actor) {
    if (actor.blocked > 0 && actor.blocked == actor.running && holdsResources(actor)) {
      actor.suspended = true;
      effects.send(effects.node(), new Message.SuspendLease(actor.lease));
    }
  }

  private static boolean holdsResources(ActorSlot actor) {
    return !actor.suspended && !actor.spec().options().resources().units().isEmpty();
  }

  /** A blocked run could go on; {@link ExecutorEffects#resume} says when it may. */
  public void unblocked(Execution run, long nowNs) {
    now = nowNs;
    ActorSlot actor = run.queue.actor;
    if (actor != null) {
      if (!actor.suspended) {
        resume(run);
      } else {
        actorsResuming.add(run);
        effects.send(effects.node(), new Message.ResumeLease(actor.lease));
      }
      return;
    }
    resuming.put(run.lease, run);
    effects.send(effects.node(), new Message.ResumeLease(run.lease));
  }

  private void resume(Execution run) {
    run.state = Execution.State.TAKEN;
    if (run.queue.actor != null) {
      run.queue.actor.blocked--;
    }
    effects.resume(run);
  }

  private void resumed(long lease) {
    Execution run = resuming.remove(lease);
    if (run != null) {
      run.queue.leases.add(lease);
      run.queue.running++;
      run.lease = 0;
      resume(run);
      return;
    }
    for (int i = actorsResuming.size() - 1; i >= 0; i--) {
      Execution waiting = actorsResuming.get(i);
      ActorSlot actor = waiting.queue.actor;
      if (actor != null && actor.lease == lease) {
        actorsResuming.remove(i);
        actor.suspended = false;
        resume(waiting);
      }
    }
  }

  // ---- actors

  private void createActor(Message.CreateActor message) {
    ActorSlot before = actors.get(message.spec().id());
    if (before != null) {
      // The control service has ended it, and its word has been overtaken.
      stop(before);
    }
    ActorSlot actor = new ActorSlot(message.spec(), message.incarnation(), message.lease());
    actors.put(message.spec().id(), actor);
    Execution creation =
        new Execution(
            message.owner(),
            message.spec().creation(),
            message.incarnation() + 1,
            message.values(),
            actor.calls);
    actor.creation = creation;
    remember(creation);
    actor.calls.waiting.add(creation);
    list(actor.calls);
  }

  private void created(ActorSlot actor, List<Outcome> outcomes, List<ObjectId> retained) {
    actor.creating = false;
    actor.creation = null;
    Outcome.Failed failed =
        !outcomes.isEmpty() && outcomes.getFirst() instanceof Outcome.Failed f ? f : null;
    effects.send(
        effects.control(),
        new Message.ActorCreated(actor.spec().id(), actor.incarnation, self, failed, retained));
    if (failed != null) {
      stop(actor);
    }
  }

  private void stopActor(Message.StopActor message) {
    ActorSlot actor = actors.get(message.actor());
    if (actor == null || actor.incarnation != message.incarnation()) {
      return;
    }
    if (message.drain()) {
      actor.draining = true;
      stopIfIdle(actor);
    } else {
      stop(actor);
    }
  }

  private void stopIfIdle(ActorSlot actor) {
    if (!actor.stopped && actor.isIdle()) {
      stop(actor);
    }
  }

  /** An actor's method has ended it from within. */
  public void exited(ActorSlot actor, long nowNs) {
    now = nowNs;
    if (!actor.stopped) {
      effects.send(
          effects.control(),
          new Message.ActorStopped(
              actor.spec().id(), actor.incarnation, true, "it exited from within"));
      stop(actor);
    }
  }

  private void stop(ActorSlot actor) {
    if (actor.stopped) {
      return;
    }
    actor.stopped = true;
    actors.remove(actor.spec().id());
    for (CallQueue queue : actor.queues()) {
      for (Execution run; (run = queue.poll()) != null; ) {
        run.state = Execution.State.ENDED;
        forget(run);
      }
    }
    for (Execution run = actor.firstTaken; run != null; run = run.nextTaken) {
      run.cancel();
      effects.interrupt(run);
    }
    if (actor.running == 0) {
      gone(actor);
    }
  }

  private void gone(ActorSlot actor) {
    effects.send(effects.node(), new Message.ReturnLease(actor.lease));
    effects.actorGone(actor);
  }

  // ---- deaths and time

  private void ownerDied(long owner) {
    deadOwners.add(owner);
    if (deadOwners.size() > MAX_DEAD_OWNERS) {
      deadOwners.removeFirst();
    }
    Map<FunctionKey, CallQueue> ofOwner = queues.remove(owner);
    if (ofOwner != null) {
      for (CallQueue queue : ofOwner.values()) {
        queue.abandoned = true;
        for (Execution run; (run = queue.poll()) != null; ) {
          run.state = Execution.State.ENDED;
        }
        returnIdle(queue);
      }
    }
    recentRuns = null;
    SequenceMap<Execution> left = runs.remove(owner);
    if (left != null) {
      left.forEach(run -> {
        run.orphaned = true;
        if (run.state == Execution.State.TAKEN || run.state == Execution.State.BLOCKED) {
          run.cancel();
          effects.interrupt(run);
        }
      });
    }
  }

  private void returnIdle(CallQueue queue) {
    while (queue.leases.size() > queue.running) {
      effects.send(effects.node(), new Message.ReturnLease(queue.leases.removeLast()));
    }
  }

  /** Time passed: ends what is over its limit. Returns whether anything has a limit. */
  public boolean tick(long nowNs) {
    now = nowNs;
    for (int i = timed.size() - 1; i >= 0; i--) {
      Execution run = timed.get(i);
      if (nowNs - run.deadlineNs >= 0) {
        timed.remove(i);
        run.deadlineNs = 0;
        if (!run.orphaned && run.state != Execution.State.ENDED) {
          report(run, List.of(timedOut(run.spec())), List.of(), 0, STILL_RUNS);
          run.cancel();
          effects.interrupt(run);
        }
      }
    }
    return !timed.isEmpty();
  }

  private static Outcome.Failed timedOut(TaskSpec spec) {
    return Outcome.Failed.of(
        ErrorCode.TASK_TIMED_OUT,
        "task "
            + spec.name()
            + " took longer than its limit of "
            + java.time.Duration.ofNanos(spec.policy().timeoutNs())
            + " and was interrupted; give it more time with timeout(…)");
  }

  // ---- looking in

  /** Visits the runs in this worker that have not ended. */
  public void forEachRun(Consumer<Execution> visitor) {
    runs.values().forEach(ofOwner -> ofOwner.forEach(visitor));
  }

  /** Visits the runs that are on threads. */
  public void forEachUnderWay(Consumer<Execution> visitor) {
    forEachRun(run -> {
      if (run.state == Execution.State.TAKEN || run.state == Execution.State.BLOCKED) {
        visitor.accept(run);
      }
    });
  }

  /** How many runs wait in a {@code get}. */
  public int blockedCount() {
    int[] count = {0};
    forEachRun(run -> {
      if (run.state == Execution.State.BLOCKED) {
        count[0]++;
      }
    });
    return count[0];
  }

  /** How many actors live here. */
  public int actorCount() {
    return actors.size();
  }
}
