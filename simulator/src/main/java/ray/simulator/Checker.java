package ray.simulator;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import ray.ActorId;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.executor.Execution;
import ray.simulator.World.ActorShape;
import ray.simulator.World.Disturbance;

/** Watches runs: how often each begins, and in which order those of an actor do. */
final class Checker {
  private record Attempt(ObjectId task, int attempt, int incarnation) {}

  /** Where a task was sent last. */
  private record Sent(int attempt, long worker, boolean isolated) {}

  private final Facts facts;
  private final Map<ObjectId, Integer> runs = new HashMap<>();
  private final Set<Attempt> attempts = new HashSet<>();
  private final Map<ObjectId, Sent> sent = new HashMap<>();

  /** Attempts whose result is worth another run. */
  private final Set<Attempt> retryable = new HashSet<>();

  /**
   * Tasks that were on a worker that died, and got that retry back if they run well by themselves.
   */
  private final Set<ObjectId> moved = new HashSet<>();

  /** Tasks that were cancelled by force while they ran. */
  private final Set<ObjectId> forced = new HashSet<>();

  /** How often tasks lost a worker for the sake of others, and were to run again. */
  private final Map<ObjectId, Integer> sparedOnce = new HashMap<>();

  /** How often they did so while they ran, as far as anybody knows. */
  private final Map<ObjectId, Integer> spared = new HashMap<>();

  private final Map<ActorId, ActorShape> shapes = new HashMap<>();

  /** Calls with arguments that may fail, by their caller. */
  private final Map<Long, Set<Integer>> uncertain = new HashMap<>();

  Checker(Facts facts) {
    this.facts = facts;
  }

  /** A call takes refs: it does not run if one of them fails. */
  void mayNotRun(long token, int sequence) {
    uncertain.computeIfAbsent(token, missing -> new HashSet<>()).add(sequence);
  }

  private boolean mayNotHaveRun(long token, int after, int before) {
    Set<Integer> ofCaller = uncertain.getOrDefault(token, Set.of());
    for (int sequence = after + 1; sequence < before; sequence++) {
      if (!ofCaller.contains(sequence)) {
        return false;
      }
    }
    return true;
  }

  void made(ActorId actor, ActorShape shape) {
    shapes.put(actor, shape);
  }

  ActorShape shape(ActorId actor) {
    return Objects.requireNonNull(shapes.get(actor), "an actor that nobody made");
  }

  /** How many tasks have begun. */
  int tasks() {
    return runs.size();
  }

  /** Tasks are sent to a worker, or their results to their owner. */
  void sent(long to, Message message) {
    switch (message) {
      case Message.PushTasks push -> push.tasks().forEach(each -> pushed(each, to));
      case Message.TasksDone done -> done.results().forEach(this::done);
      case Message.CancelRun cancel -> {
        if (cancel.force()) {
          forced.add(cancel.task());
        }
      }
      default -> {}
    }
  }

  /** Only a death, or what was thrown, uses up a retry. */
  private void pushed(Message.Push push, long worker) {
    ObjectId task = push.spec().id();
    boolean isolated = push.spec().schedulingClass().runtimeEnv().isolated();
    if (forced.contains(task)) {
      throw new Violation(Rule.RUNS, push.spec() + " is to run, though it was cancelled by force");
    }
    Sent before = sent.put(task, new Sent(push.attempt(), worker, isolated));
    if (before != null && facts.isSpared(before.worker())) {
      sparedOnce.merge(task, 1, Integer::sum);
      if (!retryable.contains(new Attempt(task, before.attempt(), 0))) {
        spared.merge(task, 1, Integer::sum);
      }
    } else if (before != null && isolated && !before.isolated()) {
      moved.add(task);
    }
    if (before != null
        && !facts.isDead(before.worker())
        && !retryable.contains(new Attempt(task, before.attempt(), 0))) {
      throw new Violation(
          Rule.RUNS,
          push.spec()
              + " is to run again, though "
              + Trace.name(before.worker())
              + " lives and has not failed it");
    }
  }

  private void done(Message.Done result) {
    if (!result.outcomes().isEmpty()
        && result.outcomes().getFirst() instanceof Outcome.Failed failed
        && failed.retryable()) {
      retryable.add(new Attempt(result.task(), result.attempt(), 0));
    }
  }

  /** A run begins. */
  void started(Execution run) {
    ObjectId task = run.spec().id();
    if (!attempts.add(new Attempt(task, run.attempt(), 0))) {
      throw new Violation(Rule.RUNS, run + " runs twice");
    }
    int before = runs.merge(task, 1, Integer::sum) - 1;
    int most = run.spec().policy().maxRetries();
    if (most >= 0
        && before > most + sparedOnce.getOrDefault(task, 0) + (moved.contains(task) ? 1 : 0)) {
      throw new Violation(
          Rule.RUNS, run + " runs, though it may be retried but " + most + " times");
    }
  }

  /** Which run this is of those that can be told from the program: not one that died of another. */
  int ownAttempt(Execution run) {
    ObjectId task = run.spec().id();
    return run.attempt() - spared.getOrDefault(task, 0) - (moved.contains(task) ? 1 : 0);
  }

  /** A method begins. Returns the number of the call before, of the same caller. */
  int called(Execution run, ActorState actor, Program method) {
    ActorShape shape = shape(Objects.requireNonNull(run.spec().actor()));
    if (actor.isTainted(method.token())) {
      if (!method.pure()) {
        throw new Disturbance(ErrorCode.ACTOR_DIED);
      }
      return 0;
    }
    int before = actor.called(method.token(), method.sequence());
    if (shape.isSerial() && method.token() != 0 && before >= method.sequence()) {
      throw new Violation(Rule.CALLS_IN_ORDER, run + " runs after call " + before);
    }
    if (!method.pure() && before != method.sequence() - 1) {
      if (facts.disturbed()) {
        actor.taint(method.token());
        throw new Disturbance(ErrorCode.ACTOR_DIED);
      }
      if (!mayNotHaveRun(method.token(), before, method.sequence())) {
        throw new Violation(Rule.CALLS_IN_ORDER, run + " runs after call " + before);
      }
    }
    return before;
  }
}
