package ray.core.owner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorInfo;
import ray.ErrorCode;
import ray.TaskInfo;
import ray.core.ActorSpec;
import ray.core.Invariant;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskSpec;

/** The actors that an owner has made, or calls: their births and deaths, and calls of them. */
final class ActorClients {
  private final long self;
  private final OwnerEffects effects;
  private final References references;
  private final Borrowing borrowing;
  private final Outcomes outcomes;
  private final Arguments arguments;
  private final TaskLife tasks;
  private final EventTime time;
  private final LeaseQueue.PushMaker pushes;
  private final Map<ActorId, ActorClient> clients = new HashMap<>();
  private final Map<ActorId, ActorSpec> unregistered = new HashMap<>();
  private final Constructors constructors;

  /** Of whom calls have ended since the last refill. */
  private final List<ActorClient> touched = new ArrayList<>();

  /** Whose calls are being gathered, or were. */
  private final List<ActorClient> gathering = new ArrayList<>();

  ActorClients(
      long self,
      OwnerEffects effects,
      References references,
      Arguments arguments,
      TaskLife tasks,
      EventTime time,
      LeaseQueue.PushMaker pushes) {
    this.self = self;
    this.effects = effects;
    this.references = references;
    this.borrowing = references.borrowing();
    this.outcomes = references.outcomes();
    this.arguments = arguments;
    this.tasks = tasks;
    this.time = time;
    this.pushes = pushes;
    this.constructors = new Constructors(arguments);
  }

  private ActorClient client(ActorId id) {
    return clients.computeIfAbsent(id, missing -> new ActorClient(missing, self, effects));
  }

  // ---- births

  void create(ActorSpec spec, Task creation, Object cell) {
    Invariant.check(spec.id().creation().number() < 0, "actors have negative numbers", spec.id());
    references.make(spec.id().creation(), cell, creation);
    creation.sinceNs = time.nowNs;
    unregistered.put(spec.id(), spec);
    Outcome.Failed broken = tasks.admit(creation);
    if (broken != null) {
      creationFailed(spec.id(), creation, broken);
    } else if (creation.unresolved == 0) {
      register(creation, spec.id());
    }
  }

  /** The constructor's arguments are ready. */
  void register(Task creation, ActorId id) {
    ActorSpec spec = unregistered.remove(id);
    if (spec != null) {
      creation.enter(TaskInfo.State.RUNNING, time.nowNs);
      creation.attempt = 1;
      creation.worker = effects.control();
      client(id);
      effects.send(
          effects.control(),
          new Message.RegisterActor(spec, arguments.values(spec.creation()), self));
      effects.send(effects.control(), new Message.WatchActor(id, self));
    }
  }

  void registered(Message.ActorRegistered answer) {
    String refusal = answer.refusal();
    if (refusal != null || !answer.actual().equals(answer.requested())) {
      Outcome.Failed cause =
          Outcome.Failed.of(
              ErrorCode.ACTOR_DIED, refusal == null ? "another actor took its name" : refusal);
      changed(
          new Message.ActorChanged(
              answer.requested(), ActorInfo.State.DEAD, Integer.MAX_VALUE, 0, cause, List.of()));
    }
    effects.actorRegistered(answer);
  }

  /** An argument of the constructor has failed: the actor is dead before it was born. */
  void creationFailed(ActorId id, Task creation, Outcome.Failed cause) {
    ActorSpec spec = unregistered.remove(id);
    client(id);
    effects.send(
        effects.control(),
        new Message.ActorCreated(id, 0, 0, neverMade(spec, id, cause), List.of()));
    changed(
        new Message.ActorChanged(id, ActorInfo.State.DEAD, Integer.MAX_VALUE, 0, cause, List.of()));
    Invariant.check(creation.isEnded(), "no creation outlives its actor", creation);
  }

  private static Outcome.Failed neverMade(
      @Nullable ActorSpec spec, ActorId id, Outcome.Failed cause) {
    return new Outcome.Failed(
        cause.code() == ErrorCode.TASK_FAILED ? ErrorCode.ACTOR_DIED : cause.code(),
        "actor "
            + (spec == null ? id : spec.describe())
            + " was never made: an argument of its constructor failed: "
            + cause.message(),
        cause.error(),
        false);
  }

  /** An actor was made that may be made again: the arguments of its constructor stay held. */
  void keepRestartable(TaskSpec creation) {
    client(new ActorId(creation.id())).restartable = creation;
  }

  // ---- calls

  void submit(Task task, ActorId id) {
    Reference actor = references.findOrBorrow(id.creation());
    if (actor == null) {
      throw new IllegalStateException("actor " + id + " is not held by its caller");
    }
    actor.arguments++;
    Outcome.Failed broken = tasks.admit(task);
    ActorClient client = clients.get(id);
    if (client == null) {
      client = client(id);
      if (!unregistered.containsKey(id)) {
        effects.send(effects.control(), new Message.WatchActor(id, self));
      }
    }
    if (client.deathCause() != null) {
      broken = client.deathCause();
    }
    if (broken != null) {
      tasks.end(task, List.of(broken), 0);
      return;
    }
    if (task.unresolved == 0) {
      task.enter(TaskInfo.State.QUEUED, time.nowNs);
    }
    client.add(task);
    if (client.flushOrGather(task, pushes, time.nowNs)) {
      if (gathering.isEmpty()) {
        effects.tickSoon();
      }
      gathering.add(client);
    }
  }

  /** Sends what was gathered. */
  void flush() {
    if (!gathering.isEmpty()) {
      for (ActorClient client : gathering) {
        client.flush(pushes, time.nowNs);
      }
      gathering.clear();
    }
  }

  /** A call's arguments are ready. */
  void ready(Task task, ActorId id) {
    ActorClient client = clients.get(id);
    if (client != null) {
      task.enter(TaskInfo.State.QUEUED, time.nowNs);
      client.flush(task, pushes, time.nowNs);
    }
  }

  /** A call has ended that never ran: those behind it may go. */
  void skip(Task task, ActorId id) {
    ActorClient client = clients.get(id);
    if (client != null) {
      client.flush(task, pushes, time.nowNs);
    }
  }

  /** A call has ended; {@link #refill} fills the room that it leaves. */
  void ended(Task task, ActorId id) {
    ActorClient client = clients.get(id);
    if (client != null) {
      client.ended(task);
      if (touched.isEmpty() || touched.getLast() != client) {
        touched.add(client);
      }
    }
  }

  void refill() {
    for (ActorClient client : touched) {
      client.refill(pushes, time.nowNs);
    }
    touched.clear();
  }

  /** A call is to run once more. */
  void again(Task task, ActorId id) {
    ActorClient client = clients.get(id);
    if (client != null) {
      client.again(task, time.nowNs);
      client.flush(task, pushes, time.nowNs);
    }
  }

  void refused(Message.CallsRefused message) {
    tasks.refused(message);
    ActorClient client = clients.get(message.actor());
    if (client != null) {
      client.refused(message, time.nowNs);
      client.flush(pushes, time.nowNs);
    }
  }

  /** How many of this process's calls of an actor have not ended. */
  int unfinishedCalls(ActorId id) {
    ActorClient client = clients.get(id);
    return client == null ? 0 : client.unfinished();
  }

  // ---- changes and deaths

  void kill(ActorId id, boolean restart, String reason) {
    effects.send(effects.control(), new Message.KillActor(id, restart, reason));
    ActorClient client = clients.get(id);
    if (client != null) {
      client.killed();
    }
  }

  void changed(Message.ActorChanged change) {
    ActorClient client = clients.get(change.actor());
    OwnedReference own = references.findOwned(change.actor().creation());
    if (change.actor().creation().owner() == self && !change.retained().isEmpty()) {
      TaskSpec creation =
          own != null && own.producer != null
              ? own.producer.spec()
              : client != null && client.restartable != null
                  ? client.restartable
                  : constructors.of(change.actor());
      if (creation != null) {
        arguments.keepKnown(change.retained(), creation);
      }
      borrowing.retainedBy(change.worker(), change.retained());
    }
    if (client == null) {
      return;
    }
    Outcome.Failed cause = change.cause();
    List<Task> lost = client.changed(change, tasks::abandonIfItMayRun, time.nowNs);
    if (own != null && own.producer != null) {
      if (change.state() == ActorInfo.State.ALIVE) {
        tasks.end(own.producer, List.of(new Outcome.Inline(null, 0, List.of())), 0);
      } else if (change.state() == ActorInfo.State.DEAD && cause != null) {
        tasks.end(own.producer, List.of(cause), 0);
      }
    } else if (references.find(change.actor().creation()) instanceof BorrowedReference foreign
        && change.state() == ActorInfo.State.DEAD
        && cause != null) {
      outcomes.settle(foreign, cause);
    }
    if (client.state == ActorInfo.State.DEAD) {
      releaseCreation(client);
    }
    Outcome.Failed failure =
        change.state() == ActorInfo.State.DEAD && cause != null
            ? cause
            : restarted(change.actor(), cause);
    for (Task task : lost) {
      // One that takes the result of another may have ended with that one.
      if (!task.isEnded()) {
        tasks.end(task, List.of(failure), 0);
      }
    }
    client.flush(pushes, time.nowNs);
  }

  private static Outcome.Failed restarted(ActorId actor, Outcome.@Nullable Failed cause) {
    return Outcome.Failed.of(
        ErrorCode.ACTOR_DIED,
        (cause == null ? "actor " + actor + " died" : cause.message())
            + ", while the call was under way; it is made again, but the call is not sent again"
            + " unless maxTaskRetries says so");
  }

  /** The constructor will not be begun again. */
  private void releaseCreation(ActorClient client) {
    TaskSpec creation = client.restartable;
    if (creation != null) {
      client.restartable = null;
      constructors.letGo(creation);
    }
  }

  /** The actor is dead; its constructor may still run. */
  void creationEnded(TaskSpec creation) {
    constructors.letGo(creation);
  }

  void constructorsEnded(ActorId id) {
    OwnedReference own = references.findOwned(id.creation());
    ActorClient client = clients.get(id);
    constructors.ended(
        id, own != null && own.producer != null || client != null && client.restartable != null);
  }

  /** This process has no use for an object any more, which may stand for an actor. */
  void freed(Reference reference) {
    if (clients.isEmpty()) {
      return;
    }
    ActorId id = new ActorId(reference.id());
    ActorClient client = clients.remove(id);
    if (client != null && reference instanceof OwnedReference) {
      releaseCreation(client);
      if (client.state != ActorInfo.State.DEAD) {
        effects.send(effects.control(), new Message.ActorOutOfScope(id));
      }
    }
  }
}
