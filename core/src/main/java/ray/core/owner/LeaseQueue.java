package ray.core.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.TaskInfo;
import ray.core.FunctionKey;
import ray.core.Invariant;
import ray.core.Message;

/**
 * The ready tasks of one scheduling class, and the leases that the owner has for them. It asks the
 * node for as many leases as there are tasks without one, hands tasks to the workers with the most
 * room, and gives leases back when there is nothing to run.
 *
 * <p>Long tasks are handed over one a lease, so that they can go wherever a lease comes up; short
 * ones ahead of need, by their measured time, so that a worker never waits for the owner. What has
 * a process of its own is never handed over ahead: its neighbours there would be its like.
 */
final class LeaseQueue {
  /** How much work a lease may have ahead. */
  static final long AHEAD_NS = 1_000_000;

  /** How many tasks a lease may have ahead, however short they are. */
  static final int MAX_AHEAD = 1024;

  /** How many tasks are gathered before they are handed to workers that have enough to do. */
  static final int GATHER = 32;

  /** How many leases are asked for at once. */
  static final int MAX_DEMAND = 256;

  /** How many tasks' arguments are looked at before leases are asked for. */
  static final int MAX_LOOKED_AT = 16;

  /** How long an idle lease is kept for the next task, unless told otherwise. */
  static final long IDLE_NS = 5_000_000;

  /**
   * How long idle leases are returned at once after the node has asked for them: several times as
   * long as until it asks again, if others still wait.
   */
  static final long EAGER_NS = 250_000_000;

  final FunctionKey key;
  final long job;
  private final long self;
  private final OwnerEffects effects;
  private final Data data;
  private final long idleNs;
  private final ArrayDeque<Task> tasks = new ArrayDeque<>();
  private final Map<Long, Slot> slots = new LinkedHashMap<>();

  /** Ended tasks of the class, and how long they took, smoothed. */
  long submitted;

  long finished;
  long failed;
  private long averageNs;

  private int cancelled;
  private int leases;
  private int outstanding;
  private int demand;
  private long demandNode;
  private long idleSinceNs;
  private long eagerUntilNs = Long.MIN_VALUE;

  /** Leases on one worker. */
  private static final class Slot {
    final long worker;
    int leases;
    int outstanding;

    /** Leases that the worker was asked to return. */
    int returning;

    /** How many tasks it was handed. */
    int handed;

    /** Whether it is to be handed no more. */
    boolean retires;

    @Nullable List<Message.Push> batch;

    Slot(long worker) {
      this.worker = worker;
    }

    /** Leases that have nothing to run and that the worker was not asked for. */
    int surplus() {
      return leases - outstanding - returning;
    }
  }

  LeaseQueue(FunctionKey key, long job, long self, OwnerEffects effects, Data data, long idleNs) {
    this.data = data;
    this.idleNs = idleNs;
    this.key = key;
    this.job = job;
    this.self = self;
    this.effects = effects;
  }

  void add(Task task, long nowNs) {
    task.enter(TaskInfo.State.QUEUED, nowNs);
    tasks.add(task);
  }

  /**
   * Hands tasks over unless the workers have enough for now: then a few are gathered first, until
   * the workers run low or somebody asks for a result. What a run of this process has submitted is
   * gathered, too, unless a lease idles: that run may be about to wait for it, and run it itself.
   */
  void dispatchWhenWorthIt(boolean ofRun, PushMaker pushes, long nowNs) {
    boolean worthIt = ofRun ? hasSurplus() : outstanding <= 2 * leases;
    if (worthIt || waiting() >= GATHER) {
      dispatch(pushes, nowNs);
    } else if (waiting() == 1) {
      effects.tickSoon();
    }
  }

  /** Takes a task out that was to wait for a lease; returns whether it was at hand. */
  boolean take(Task task) {
    if (tasks.peekFirst() == task) {
      tasks.removeFirst();
    } else if (tasks.peekLast() == task) {
      tasks.removeLast();
    } else {
      return false;
    }
    return true;
  }

  /** A task that waited here was cancelled; it is skipped when its turn comes. */
  void cancelled() {
    cancelled++;
    if (waiting() == 0) {
      tasks.clear();
      cancelled = 0;
    }
  }

  int waiting() {
    return tasks.size() - cancelled;
  }

  int outstanding() {
    return outstanding;
  }

  @Nullable Task oldest() {
    for (Task task : tasks) {
      if (!task.isEnded()) {
        return task;
      }
    }
    return null;
  }

  /** Hands tasks over while there is room, then asks for what is missing. */
  void dispatch(PushMaker pushes, long nowNs) {
    int ahead = ahead();
    while (waiting() > 0) {
      Slot slot = roomiest(ahead);
      if (slot == null) {
        break;
      }
      Task task = tasks.remove();
      if (task.isEnded()) {
        cancelled--;
        continue;
      }
      if (slot.batch == null) {
        slot.batch = new ArrayList<>();
      }
      slot.outstanding++;
      outstanding++;
      slot.handed++;
      slot.retires |= slot.handed == key.runtimeEnv().maxTasks();
      slot.batch.add(pushes.run(task, slot.worker, nowNs));
    }
    for (Slot slot : slots.values()) {
      if (slot.batch != null) {
        List<Message.Push> batch = slot.batch;
        slot.batch = null;
        effects.send(slot.worker, new Message.PushTasks(self, batch));
      }
    }
    leaveWhoRetires();
    ask();
    shrink(nowNs, eagerUntilNs > nowNs);
  }

  private int ahead() {
    if (averageNs == 0 || key.runtimeEnv().isolated() || key.runtimeEnv().maxTasks() > 0) {
      return 1;
    }
    return (int) Math.max(1, Math.min(MAX_AHEAD, AHEAD_NS / averageNs));
  }

  private @Nullable Slot roomiest(int ahead) {
    Slot best = null;
    long bestRoom = 0;
    for (Slot slot : slots.values()) {
      long room = (long) (slot.leases - slot.returning) * ahead - slot.outstanding;
      if (room > bestRoom && !slot.retires) {
        best = slot;
        bestRoom = room;
      }
    }
    return best;
  }

  /**
   * Asks for a lease for every task that has none of its own, also for those handed over ahead:
   * they may turn out to be long, and to wait for each other.
   */
  private void ask() {
    int wanted = Math.min(MAX_DEMAND, Math.max(0, waiting() + outstanding - leases));
    if (wanted > 0 && demand == 0 || wanted == 0 && demand > 0) {
      demand = wanted;
      if (demandNode == 0) {
        demandNode = effects.node();
      }
      effects.send(
          demandNode,
          new Message.RequestLeases(self, job, key, wanted, false, wanted > 0 ? data() : 0));
    }
  }

  /** The node that holds most of what the next tasks take; 0 if they take nothing large. */
  private long data() {
    Map<Long, Long> bytesByNode = new TreeMap<>();
    int looked = 0;
    for (Task task : tasks) {
      if (++looked > MAX_LOOKED_AT) {
        break;
      }
      if (!task.isEnded()) {
        data.addTo(task, bytesByNode);
      }
    }
    long best = 0;
    long most = 0;
    for (Map.Entry<Long, Long> each : bytesByNode.entrySet()) {
      if (each.getValue() > most) {
        best = each.getKey();
        most = each.getValue();
      }
    }
    return best;
  }

  /** The node gave leases. */
  void granted(long worker, int count) {
    slots.computeIfAbsent(worker, Slot::new).leases += count;
    leases += count;
    demand = Math.max(0, demand - count);
  }

  /** Another node is to be asked. */
  void redirected(long node) {
    if (demand > 0) {
      effects.send(demandNode, new Message.RequestLeases(self, job, key, 0));
      demandNode = node;
      effects.send(node, new Message.RequestLeases(self, job, key, demand, true, data()));
    }
  }

  /** The worker returned some of the leases that it was asked to return. */
  void returned(long worker, int asked, int count) {
    Slot slot = slots.get(worker);
    if (slot != null) {
      slot.returning -= asked;
      slot.leases -= count;
      leases -= count;
      Invariant.notNegative(slot.leases, "leases on a worker", key);
      Invariant.notNegative(leases, "leases", key);
      if (slot.leases == 0 && slot.outstanding == 0 && slot.returning == 0) {
        slots.remove(worker);
      }
    }
  }

  /** A run on a worker has ended. */
  void ended(long worker, long durationNs) {
    Slot slot = slots.get(worker);
    if (slot != null) {
      slot.outstanding--;
      outstanding--;
      Invariant.notNegative(slot.outstanding, "tasks on a worker", key);
    }
    long sample = Math.max(1, durationNs);
    averageNs = averageNs == 0 ? sample : averageNs + (sample - averageNs) / 8;
  }

  /** All that was on a worker is gone, or the node is that was asked for leases. */
  void processDied(long process) {
    Slot slot = slots.remove(process);
    if (slot != null) {
      leases -= slot.leases;
      outstanding -= slot.outstanding;
    }
    if (process == demandNode) {
      demand = 0;
      demandNode = 0;
    }
  }

  /** Leases on a worker that is gone came to nothing: more are to be asked for. */
  void grantedInVain(int count) {
    demand = Math.max(0, demand - count);
  }

  /** A worker gets no more tasks: what it was handed it still runs. */
  void retires(long worker) {
    Slot slot = slots.get(worker);
    if (slot != null) {
      slot.retires = true;
    }
  }

  /** Gives back what idles on workers that retire, though tasks wait: they go elsewhere. */
  private void leaveWhoRetires() {
    for (Slot slot : slots.values()) {
      if (slot.retires) {
        giveBackSurplus(slot);
      }
    }
  }

  private void giveBackSurplus(Slot slot) {
    int surplus = slot.surplus();
    if (surplus > 0) {
      slot.returning += surplus;
      effects.send(slot.worker, new Message.ShrinkLeases(self, key, surplus));
    }
  }

  /** The node wants idle leases back. */
  void reclaim(long nowNs) {
    eagerUntilNs = nowNs + EAGER_NS;
    shrink(nowNs, true);
  }

  /** How many leases the workers were asked to return. */
  int returning() {
    int returning = 0;
    for (Slot slot : slots.values()) {
      returning += slot.returning;
    }
    return returning;
  }

  /** How many leases that hold CPUs could be given up, though tasks wait. */
  int mayYield() {
    return key.resources().units().containsKey(Resources.CPU) ? leases - returning() : 0;
  }

  /** Gives a lease up as soon as what runs on it has ended. */
  void yieldOne() {
    Slot most = null;
    for (Slot slot : slots.values()) {
      if (most == null || slot.leases - slot.returning > most.leases - most.returning) {
        most = slot;
      }
    }
    if (most != null) {
      most.returning++;
      effects.send(most.worker, new Message.ShrinkLeases(self, key, 1));
    }
  }

  /**
   * Whether there are leases that are idle, or will be when their run ends, which nobody else
   * watches.
   */
  boolean hasIdleLeases() {
    return leases > 0;
  }

  /** Gives idle leases back: at once, or when they have been idle for a while. */
  void shrink(long nowNs, boolean atOnce) {
    if (waiting() > 0 || !hasSurplus()) {
      idleSinceNs = 0;
      return;
    }
    if (!atOnce) {
      if (idleSinceNs == 0) {
        idleSinceNs = nowNs;
        effects.tickSoon();
      }
      if (nowNs - idleSinceNs < idleNs) {
        return;
      }
    }
    idleSinceNs = 0;
    slots.values().forEach(this::giveBackSurplus);
  }

  /** Some worker may have leases that idle while others have tasks ahead, which stay with them. */
  private boolean hasSurplus() {
    for (Slot slot : slots.values()) {
      if (slot.surplus() > 0) {
        return true;
      }
    }
    return false;
  }

  /** Refused: returns the tasks that wait. */
  List<Task> drain() {
    demand = 0;
    List<Task> all = new ArrayList<>(tasks);
    tasks.clear();
    cancelled = 0;
    return all;
  }

  /** Knows where what a task takes lies. */
  interface Data {
    /** Adds the bytes of its large arguments to those of their nodes. */
    void addTo(Task task, Map<Long, Long> bytesByNode);
  }

  /** Makes one run of a task. */
  interface PushMaker {
    Message.Push run(Task task, long worker, long nowNs);
  }
}
