package ray.core.executor;

import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Invariant;

/**
 * Runs that wait for a task of their own process, and lend it their lease. The two are one line of
 * work, of which one computes at a time: the task runs on the thread that waits for it, so the
 * lease comes back with that, and the node's account is right all along. The task must need just
 * what the lease holds, and no process of its own. When it has to wait in its turn, it lends the
 * lease on, or suspends it as its own.
 *
 * <p>A run whose lease is lent is not interrupted, as its thread runs another: it is once it has
 * its lease back. One that has a time limit lends nothing, so that it ends in time.
 */
final class Lending {
  /**
   * For how long, all in all, a run lends its lease before the node is asked again, so that others
   * have their turn.
   */
  static final long LENT_NS = 100_000_000;

  private final ExecutorEffects effects;
  private final TaskQueues queues;
  private final Runs runs;

  Lending(ExecutorEffects effects, TaskQueues queues, Runs runs) {
    this.effects = effects;
    this.queues = queues;
    this.runs = runs;
  }

  /** Whether a run lends its lease to a task that may come. */
  boolean offer(Execution run, ObjectId task) {
    if (run.state != Execution.State.TAKEN
        || run.queue.actor != null
        || run.isCancelled()
        || run.spec().policy().timeoutNs() > 0
        || run.lentNs > LENT_NS) {
      return false;
    }
    queues.expect(task);
    return true;
  }

  /** The task that was offered a lease, if it is here and can take it. */
  @Nullable Execution find(Execution run, ObjectId task) {
    queues.came(task);
    Execution awaited = runs.find(task);
    if (awaited == null || awaited.state != Execution.State.QUEUED) {
      return null;
    }
    if (awaited.queue.key == null
        || run.queue.key == null
        || !awaited.queue.key.mayStandInFor(run.queue.key)) {
      queues.replaceIfStuck(awaited.queue);
      return null;
    }
    return awaited;
  }

  void begin(Execution run, long nowNs) {
    Invariant.check(run.state == Execution.State.TAKEN, "only what runs lends", run);
    run.state = Execution.State.LENDING;
    run.lendingSinceNs = nowNs;
  }

  void end(Execution run, long nowNs) {
    Invariant.check(run.state == Execution.State.LENDING, "what was lent comes back", run);
    run.state = Execution.State.TAKEN;
    run.lentNs += nowNs - run.lendingSinceNs;
    if (run.isCancelled()) {
      effects.interrupt(run);
    }
  }
}
