package ray.core.executor;

import java.util.ArrayList;
import java.util.List;
import ray.Resources;
import ray.core.Invariant;
import ray.core.LongMap;
import ray.core.Message;

/** Runs that wait in a {@code get}: their leases are suspended until they can go on. */
final class BlockedRuns {
  private final ExecutorEffects effects;
  private final TaskQueues queues;

  /** Runs that wait for their CPUs, by lease. */
  private final LongMap<Execution> resuming = new LongMap<>();

  private final List<Execution> actorsResuming = new ArrayList<>();

  BlockedRuns(ExecutorEffects effects, TaskQueues queues) {
    this.effects = effects;
    this.queues = queues;
  }

  /** A run waits in a {@code get}: its CPUs are free. */
  void blocked(Execution run) {
    Invariant.check(run.state == Execution.State.TAKEN, "only what runs blocks", run);
    run.state = Execution.State.BLOCKED;
    ActorSlot actor = run.queue.actor;
    if (actor != null) {
      actor.blocked++;
      suspendIfBlocked(actor);
      return;
    }
    CallQueue permits = run.permits;
    if (run.lease == 0) {
      run.lease = permits.leases.removeLast();
    } else {
      permits.leases.remove(run.lease);
    }
    run.lentNs = 0;
    permits.running--;
    effects.send(effects.node(), new Message.SuspendLease(run.lease));
    queues.replaceIfStuck(permits);
  }

  /** All that an actor runs waits: what it holds is free meanwhile. */
  void suspendIfBlocked(ActorSlot actor) {
    if (actor.blocked > 0 && actor.blocked == actor.running && holdsCpus(actor)) {
      actor.suspended = true;
      effects.send(effects.node(), new Message.SuspendLease(actor.lease));
    }
  }

  private static boolean holdsCpus(ActorSlot actor) {
    return !actor.suspended
        && actor.spec().options().resources().units().containsKey(Resources.CPU);
  }

  /** A blocked run could go on, once it has its CPUs again. */
  void unblocked(Execution run) {
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

  /** The node gave a suspended lease its resources again. */
  void resumed(long lease) {
    Execution run = resuming.remove(lease);
    if (run != null) {
      run.permits.leases.add(lease);
      run.permits.running++;
      if (run.queue.gpus == null) {
        run.lease = 0;
      }
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
}
