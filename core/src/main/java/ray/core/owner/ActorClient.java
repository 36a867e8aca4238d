package ray.core.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorInfo;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskSpec;

/**
 * One process's side of one actor: calls of each caller leave in the order in which it made them,
 * once their arguments are ready and the actor is alive; those under way when it dies are sent
 * again or failed, as the policy says.
 */
final class ActorClient {
  /**
   * How many calls may be under way; the others wait here, so that the actor's memory is bounded.
   */
  static final int MAX_UNDER_WAY = 8192;

  /**
   * While at least so many calls are under way, as many are gathered before they are sent: the
   * actor has enough to do meanwhile.
   */
  static final int GATHER = 32;

  final ActorId actor;
  private final long self;
  private final OwnerEffects effects;

  /** Calls not sent. */
  private final CallerLines waiting = new CallerLines();

  /** Calls sent, in order. */
  private final Map<ObjectId, Task> underWay = new LinkedHashMap<>();

  /** The constructor, while it may have to run again; its arguments are held. */
  @Nullable TaskSpec restartable;

  ActorInfo.State state = ActorInfo.State.PENDING;

  /** Whether as many calls are under way as may be, so that others may wait for their end. */
  private boolean full;

  /** Whether calls that are ready may be waiting for others to go with them. */
  private boolean gathering;

  private int incarnation;
  private long worker;
  private Outcome.@Nullable Failed cause;

  ActorClient(ActorId actor, long self, OwnerEffects effects) {
    this.actor = actor;
    this.self = self;
    this.effects = effects;
  }

  Outcome.@Nullable Failed deathCause() {
    return state == ActorInfo.State.DEAD ? cause : null;
  }

  int unfinished() {
    return waiting.size() + underWay.size();
  }

  void add(Task task) {
    waiting.add(task);
  }

  /** Sends what is ready of all callers. */
  void flush(LeaseQueue.PushMaker pushes, long nowNs) {
    gathering = false;
    if (state != ActorInfo.State.ALIVE) {
      return;
    }
    List<Message.Push> batch = new ArrayList<>();
    for (int lines = waiting.count(); lines > 0 && !isFull(); lines--) {
      takeReady(waiting.current(), batch, pushes, nowNs);
      waiting.next();
    }
    send(batch);
  }

  /**
   * Sends what is ready of the caller of a new call, or lets it wait for others.
   *
   * @return whether the owner has to see to it that those who wait are sent soon
   */
  boolean flushOrGather(Task added, LeaseQueue.PushMaker pushes, long nowNs) {
    if (underWay.size() < GATHER || waiting.size() >= GATHER) {
      flush(added, pushes, nowNs);
      return false;
    }
    boolean first = !gathering;
    gathering = true;
    return first;
  }

  /** Sends what is ready of one caller: something about this call of its has changed. */
  void flush(Task changed, LeaseQueue.PushMaker pushes, long nowNs) {
    if (state == ActorInfo.State.ALIVE) {
      List<Message.Push> batch = new ArrayList<>(1);
      takeReady(waiting.of(changed), batch, pushes, nowNs);
      waiting.served(changed);
      send(batch);
    }
  }

  /** Calls have ended: sends what has waited for that. */
  void refill(LeaseQueue.PushMaker pushes, long nowNs) {
    if (full || gathering) {
      flush(pushes, nowNs);
    }
  }

  /** A call whose arguments are not ready holds back those behind it in its line. */
  private void takeReady(
      ArrayDeque<Task> line, List<Message.Push> batch, LeaseQueue.PushMaker pushes, long nowNs) {
    for (Task task; (task = line.peek()) != null && !isFull(); ) {
      if (!task.isEnded()) {
        if (task.unresolved > 0) {
          return;
        }
        underWay.put(task.spec().id(), task);
        task.incarnation = incarnation;
        batch.add(pushes.run(task, worker, nowNs));
      }
      line.remove();
    }
  }

  private boolean isFull() {
    return underWay.size() >= MAX_UNDER_WAY;
  }

  private void send(List<Message.Push> batch) {
    full = isFull();
    if (!batch.isEmpty()) {
      effects.send(worker, new Message.PushCalls(self, actor, incarnation, batch));
    }
  }

  void ended(Task task) {
    underWay.remove(task.spec().id());
  }

  /**
   * The worker did not know the incarnation: the calls did not run, and wait for what the control
   * service says next. What an earlier incarnation refuses has been sent again already, or has
   * failed.
   */
  void refused(Message.CallsRefused message, long nowNs) {
    if (message.incarnation() != incarnation || state == ActorInfo.State.DEAD) {
      return;
    }
    state = ActorInfo.State.RESTARTING;
    List<Task> back = new ArrayList<>();
    for (ObjectId id : message.tasks()) {
      Task task = underWay.remove(id);
      if (task != null && !task.isEnded()) {
        back.add(task);
      }
    }
    putBack(back, nowNs);
  }

  /** This process has had it killed: what it calls from now on is for what comes after that. */
  void killed() {
    if (state == ActorInfo.State.ALIVE) {
      state = ActorInfo.State.RESTARTING;
    }
  }

  /**
   * The actor changed.
   *
   * @param takenBack is told of calls under way that are sent again, or end, with the actor
   * @return calls that end with the actor's failure
   */
  List<Task> changed(Message.ActorChanged change, Consumer<Task> takenBack, long nowNs) {
    List<Task> lost = new ArrayList<>();
    if (state == ActorInfo.State.DEAD || change.incarnation() < incarnation) {
      return lost;
    }
    boolean gone =
        change.state() == ActorInfo.State.RESTARTING
            || change.state() == ActorInfo.State.DEAD
            || change.incarnation() > incarnation;
    if (gone) {
      List<Task> again = new ArrayList<>();
      for (Task task : underWay.values()) {
        if (task.isEnded()) {
          continue;
        }
        takenBack.accept(task);
        if (change.state() != ActorInfo.State.DEAD && task.takeRetry()) {
          again.add(task);
        } else {
          lost.add(task);
        }
      }
      underWay.clear();
      putBack(again, nowNs);
    }
    state = change.state();
    incarnation = change.incarnation();
    worker = change.worker();
    cause = change.cause();
    if (state == ActorInfo.State.DEAD) {
      waiting.forEach(task -> {
        if (!task.isEnded()) {
          lost.add(task);
        }
      });
      waiting.clear();
    }
    return lost;
  }

  private void putBack(List<Task> tasks, long nowNs) {
    for (Task task : tasks) {
      task.enter(TaskInfo.State.QUEUED, nowNs);
      waiting.putBack(task);
    }
  }

  /** Sends a call again, before those that were made after it. */
  void again(Task task, long nowNs) {
    underWay.remove(task.spec().id());
    putBack(List.of(task), nowNs);
  }
}
