package ray.core.executor;

import ray.core.Invariant;
import ray.core.Message;

/**
 * Runs that wait for a task of their own process and lend it their lease: the task runs on the
 * thread that waits for it, in its place. It comes from its owner's queue, where no lease was free
 * for it, straight to that thread, so nobody else can begin it, and it counts on no lease of its
 * own class. It needs nothing but CPUs, and no more of them than the run that waits would give
 * back; so the node's account is right all along. When it has to wait in its turn it lends the
 * lease on, or suspends it as its own.
 *
 * <p>A run whose lease is lent is not interrupted, as its thread runs another: it is once it has
 * its lease back. One that has a time limit lends nothing, so that it ends in time.
 */
final class Lending {
  /**
   * For how long, all in all, a run lends its lease before it gives its CPUs back when it waits, so
   * that others have their turn.
   */
  static final long LENT_NS = 100_000_000;

  private final ExecutorEffects effects;
  private final TaskQueues queues;

  Lending(ExecutorEffects effects, TaskQueues queues) {
    this.effects = effects;
    this.queues = queues;
  }

  /** Whether a run lends its lease; its own thread may ask, outside of the core. */
  static boolean mayLend(Execution run) {
    return run.queue.actor == null
        && run.permits.gpus == null
        && run.spec().policy().timeoutNs() == 0
        && run.lentNs <= LENT_NS
        && !run.isCancelled();
  }

  Lane lend(Execution lender, Message.Push push, long nowNs) {
    Invariant.check(lender.state == Execution.State.TAKEN, "only what runs lends", lender);
    lender.state = Execution.State.LENDING;
    lender.lendingSinceNs = nowNs;
    Execution run = queues.inPlace(push, lender);
    run.state = Execution.State.TAKEN;
    return new Lane(run, lender);
  }

  /** What ran in place of a run has ended: that goes on. */
  void lentBack(Execution lender, long nowNs) {
    Invariant.check(lender.state == Execution.State.LENDING, "what was lent comes back", lender);
    lender.state = Execution.State.TAKEN;
    lender.lentNs += nowNs - lender.lendingSinceNs;
    if (lender.isCancelled()) {
      effects.interrupt(lender);
    }
  }
}
