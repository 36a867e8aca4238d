package ray.core.owner;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import ray.core.DeadProcesses;
import ray.core.FunctionKey;
import ray.core.Message;

/** An owner's ready tasks, a queue for each scheduling class, and what nodes say of its leases. */
final class LeaseQueues {
  private final long self;
  private final OwnerEffects effects;
  private final DeadProcesses dead;
  private final LeaseQueue.PushMaker pushes;
  private final LeaseQueue.Data data;
  private final long idleLeaseNs;
  private final Map<FunctionKey, LeaseQueue> queues = new LinkedHashMap<>();

  /** Where runs have ended since the last dispatch. */
  private final List<LeaseQueue> touched = new ArrayList<>();

  LeaseQueues(
      long self,
      OwnerEffects effects,
      DeadProcesses dead,
      LeaseQueue.PushMaker pushes,
      LeaseQueue.Data data,
      long idleLeaseNs) {
    this.data = data;
    this.idleLeaseNs = idleLeaseNs;
    this.self = self;
    this.dead = dead;
    this.effects = effects;
    this.pushes = pushes;
  }

  /** The queue of a scheduling class. */
  LeaseQueue of(FunctionKey key, long job) {
    LeaseQueue queue = queues.get(key);
    if (queue == null) {
      queue = new LeaseQueue(key, job, self, effects, data, idleLeaseNs);
      queues.put(key, queue);
    }
    return queue;
  }

  /** A new task is ready: hands it over, perhaps with others that are to come. */
  void addNew(Task task, LeaseQueue queue, long nowNs) {
    queue.add(task, nowNs);
    queue.dispatchWhenWorthIt(task.spec().parent() != null, pushes, nowNs);
  }

  /** A task can run at last, or once more. */
  void add(Task task, LeaseQueue queue, long nowNs) {
    queue.add(task, nowNs);
    queue.dispatch(pushes, nowNs);
  }

  /** Hands over what was gathered. */
  void flush(long nowNs) {
    for (LeaseQueue queue : queues.values()) {
      if (queue.waiting() > 0) {
        queue.dispatch(pushes, nowNs);
      }
    }
  }

  /** Time passed. Returns whether there is anything that needs to be told the time again. */
  boolean tick(long nowNs) {
    boolean again = false;
    for (LeaseQueue queue : queues.values()) {
      queue.dispatch(pushes, nowNs);
      again |= queue.hasIdleLeases() || queue.waiting() > 0;
    }
    return again;
  }

  /** A run has ended; {@link #dispatchTouched} fills the room that it leaves. */
  void ended(LeaseQueue queue, long worker, long durationNs) {
    queue.ended(worker, durationNs);
    if (touched.isEmpty() || touched.getLast() != queue) {
      touched.add(queue);
    }
  }

  void dispatchTouched(long nowNs) {
    for (LeaseQueue queue : touched) {
      queue.dispatch(pushes, nowNs);
    }
    touched.clear();
  }

  void granted(Message.LeasesGranted message, long nowNs) {
    LeaseQueue queue = queues.get(message.schedulingClass());
    if (queue != null) {
      if (dead.contains(message.worker())) {
        queue.grantedInVain(message.count());
      } else {
        queue.granted(message.worker(), message.count());
      }
      queue.dispatch(pushes, nowNs);
    }
  }

  void returned(Message.LeasesReturned message, long nowNs) {
    LeaseQueue queue = queues.get(message.schedulingClass());
    if (queue != null) {
      queue.returned(message.worker(), message.asked(), message.count());
      queue.dispatch(pushes, nowNs);
    }
  }

  void redirected(Message.LeasesRedirected message) {
    LeaseQueue queue = queues.get(message.schedulingClass());
    if (queue != null) {
      queue.redirected(message.node());
    }
  }

  /** A worker gets no more tasks: what waits goes to others. */
  void retires(long worker, long nowNs) {
    for (LeaseQueue queue : queues.values()) {
      queue.retires(worker);
      queue.dispatch(pushes, nowNs);
    }
  }

  /**
   * Others wait: idle leases go back, and so many as are in use.
   *
   * @param busy how many are to be on their way back, with those that are already
   */
  void reclaim(int busy, long nowNs) {
    int missing = busy;
    for (LeaseQueue queue : queues.values()) {
      queue.reclaim(nowNs);
      missing -= queue.returning();
    }
    for (; missing > 0; missing--) {
      LeaseQueue richest = null;
      for (LeaseQueue queue : queues.values()) {
        if (queue.mayYield() > 0 && (richest == null || queue.mayYield() > richest.mayYield())) {
          richest = queue;
        }
      }
      if (richest == null) {
        return;
      }
      richest.yieldOne();
    }
  }

  /** No node can run a class: returns the tasks that wait. */
  List<Task> refused(FunctionKey key) {
    LeaseQueue queue = queues.get(key);
    return queue == null ? List.of() : queue.drain();
  }

  /**
   * All that was on a worker is gone, or all that a node was asked for; {@link #tick} hands over
   * what can run elsewhere.
   */
  void processDied(long process) {
    boolean waits = false;
    for (LeaseQueue queue : queues.values()) {
      queue.processDied(process);
      waits |= queue.waiting() > 0;
    }
    if (waits) {
      effects.tickSoon();
    }
  }

  void forEach(Consumer<LeaseQueue> visitor) {
    queues.values().forEach(visitor);
  }
}
