package ray.core.executor;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.core.DeadProcesses;
import ray.core.FunctionKey;
import ray.core.Message;

/**
 * The tasks that wait in a worker, a queue for each owner and scheduling class, and the leases that
 * they may run on.
 */
final class TaskQueues {
  private final long self;
  private final ExecutorEffects effects;
  private final Runs runs;
  private final Startable startable;
  private final Map<Long, Map<FunctionKey, CallQueue>> queues = new HashMap<>();
  private final DeadProcesses dead = new DeadProcesses();

  /** What was looked up last, which is most often what is looked up next. */
  private @Nullable CallQueue recent;

  TaskQueues(long self, ExecutorEffects effects, Runs runs, Startable startable) {
    this.self = self;
    this.effects = effects;
    this.runs = runs;
    this.startable = startable;
  }

  private CallQueue of(long owner, long job, FunctionKey key) {
    CallQueue last = recent;
    if (last != null && last.owner == owner && last.key == key && !last.abandoned) {
      return last;
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
    recent = queue;
    return queue;
  }

  /** A run that is made in place of another: it never waits here. */
  Execution inPlace(Message.Push push, Execution lender) {
    CallQueue queue = of(self, push.spec().job(), push.spec().schedulingClass());
    queue.job = push.spec().job();
    Execution run = new Execution(self, push, queue, lender.permits);
    runs.add(run);
    return run;
  }

  void push(Message.PushTasks message) {
    CallQueue last = null;
    for (Message.Push push : message.tasks()) {
      FunctionKey key = push.spec().schedulingClass();
      if (last == null || last.key != key) {
        if (last != null) {
          startable.add(last);
        }
        last = of(message.owner(), push.spec().job(), key);
        last.job = push.spec().job();
      }
      Execution run =
          new Execution(message.owner(), push.spec(), push.attempt(), push.values(), last);
      runs.add(run);
      last.waiting.add(run);
    }
    if (last != null) {
      startable.add(last);
      replaceIfStuck(last);
    }
  }

  /** Tasks wait here, and no lease is left that could run them: asks for one more. */
  void replaceIfStuck(CallQueue queue) {
    if (queue.key != null && queue.leases.isEmpty() && queue.size() > 0 && !queue.replacing) {
      queue.replacing = true;
      effects.send(
          effects.node(), new Message.ReplaceLease(self, queue.owner, queue.job, queue.key));
    }
  }

  void attach(Message.AttachLease message) {
    if (dead.contains(message.owner())) {
      effects.send(effects.node(), new Message.ReturnLease(message.lease()));
      return;
    }
    CallQueue queue = of(message.owner(), 0, message.schedulingClass());
    queue.replacing = false;
    queue.leases.add(message.lease());
    if (queue.gpus != null) {
      queue.gpus.add(message.lease(), message.gpus());
    }
    returnWhatIdles(queue);
    startable.add(queue);
  }

  void shrink(Message.ShrinkLeases message) {
    CallQueue queue = of(message.owner(), 0, message.schedulingClass());
    queue.toReturn += message.count();
    returnWhatIdles(queue);
  }

  /**
   * Returns leases that the owner wants returned; those still in use follow when their lanes end.
   */
  void returnWhatIdles(CallQueue queue) {
    int unused = queue.leases.size() - queue.running;
    // Where tasks wait, one lease stays that they can be run on.
    int spare = queue.size() == 0 ? unused : Math.min(unused, queue.leases.size() - 1);
    int returned = Math.max(0, Math.min(queue.toReturn, spare));
    if (returned == 0 || queue.key == null) {
      return;
    }
    queue.toReturn -= returned;
    for (int i = 0; i < returned; i++) {
      effects.send(effects.node(), new Message.ReturnLease(queue.removeUnusedLease()));
    }
    effects.send(queue.owner, new Message.LeasesReturned(self, queue.key, returned, returned));
  }

  void returnIdle(CallQueue queue) {
    while (queue.leases.size() > queue.running) {
      effects.send(effects.node(), new Message.ReturnLease(queue.removeUnusedLease()));
    }
  }

  /** Whether owners have leases here, used or not, that are not suspended, or are to get one. */
  boolean haveLeases() {
    return queues.values().stream()
        .flatMap(ofOwner -> ofOwner.values().stream())
        .anyMatch(queue -> !queue.leases.isEmpty() || queue.replacing);
  }

  /** An owner is gone: nothing of it is started, and its leases go back. */
  void ownerDied(long owner) {
    dead.add(owner);
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
  }
}
