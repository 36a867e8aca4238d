package ray.core.control;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorInfo;
import ray.ErrorCode;
import ray.core.ActorSpec;
import ray.core.DeadProcesses;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.Outcome;
import ray.core.Placement;

/**
 * The control service's state: nodes, and the directory of actors with their names, places and
 * restarts. Never on the path of a task or of a call. A pure state machine, not thread-safe.
 */
public final class ControlCore {
  /** How many dead actors are remembered. */
  public static final int MAX_DEAD = 10_000;

  private final ControlEffects effects;
  private final Map<Long, NodeView> nodes = new LinkedHashMap<>();
  private final Map<ActorId, ActorRecord> actors = new HashMap<>();
  private final Map<Name, ActorId> names = new LinkedHashMap<>();
  private final ArrayDeque<ActorId> dead = new ArrayDeque<>();

  /** Who asked about actors that are not registered yet, because their arguments are not ready. */
  private final Map<ActorId, Set<Long>> earlyWatchers = new HashMap<>();

  /** Why actors died before they were registered. */
  private final Map<ActorId, Outcome.Failed> stillborn =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ActorId, Outcome.Failed> eldest) {
          return size() > MAX_DEAD;
        }
      };

  private final DeadProcesses gone = new DeadProcesses();

  private record Name(String namespace, String name) {}

  /** A control service that knows nothing yet. */
  public ControlCore(ControlEffects effects) {
    this.effects = effects;
  }

  /** A message arrived. */
  public void receive(Message message) {
    switch (message) {
      case Message.RegisterNode registered -> joined(registered.node());
      case Message.RegisterActor register -> register(register);
      case Message.WatchActor watch -> watch(watch.actor(), watch.watcher());
      case Message.ActorCreated created -> {
        created(created);
        constructorEnded(created.actor(), created.incarnation());
      }
      case Message.ActorStopped stopped -> {
        ActorRecord actor = actors.get(stopped.actor());
        if (actor != null && actor.incarnation == stopped.incarnation()) {
          died(actor, !stopped.intended(), stopped.reason());
        }
        constructorEnded(stopped.actor(), stopped.incarnation());
      }
      case Message.KillActor kill -> {
        ActorRecord actor = actors.get(kill.actor());
        if (actor != null && actor.state != ActorInfo.State.DEAD) {
          stop(actor, kill.reason(), false);
          died(actor, kill.restart(), kill.reason());
        }
      }
      case Message.ActorOutOfScope gone -> outOfScope(gone.actor());
      case Message.ProcessDied process -> processDied(process);
      case Message.JobEnded job -> jobEnded(job.job());
      default -> throw new IllegalArgumentException("not for the control service: " + message);
    }
  }

  /**
   * Only a node that is new, or asks again, is told of all: so what a cluster says while it grows
   * stays small.
   */
  private void joined(NodeView joined) {
    boolean isNew = nodes.put(joined.id(), joined) == null;
    if (isNew) {
      Message change = new Message.NodesChanged(List.of(joined), List.of());
      nodes.keySet().stream()
          .filter(node -> node != joined.id())
          .forEach(node -> effects.send(node, change));
    }
    effects.send(joined.id(), new Message.NodesChanged(List.copyOf(nodes.values()), List.of()));
  }

  private void left(long gone) {
    Message change = new Message.NodesChanged(List.of(), List.of(gone));
    nodes.keySet().forEach(node -> effects.send(node, change));
  }

  private void register(Message.RegisterActor message) {
    ActorSpec spec = message.spec();
    String name = spec.options().name();
    if (!name.isEmpty()) {
      Name full = new Name(spec.namespace(), name);
      ActorId taken = names.get(full);
      if (taken != null) {
        boolean joins = spec.options().getIfExists();
        String refusal =
            joins
                ? null
                : "an actor named '"
                    + name
                    + "' lives in namespace '"
                    + spec.namespace()
                    + "': use it with Ray.actor(name) or getIfExists(), kill it first, or choose"
                    + " another name";
        stillborn.put(
            spec.id(),
            Outcome.Failed.of(
                ErrorCode.ACTOR_DIED, refusal == null ? "another actor took its name" : refusal));
        effects.send(
            message.owner(),
            new Message.ActorRegistered(spec.id(), joins ? taken : spec.id(), refusal));
        effects.send(message.owner(), new Message.ConstructorsEnded(spec.id()));
        return;
      }
      names.put(full, spec.id());
    }
    ActorRecord actor = new ActorRecord(spec, message.owner(), message.values());
    actors.put(spec.id(), actor);
    Set<Long> early = earlyWatchers.remove(spec.id());
    if (early != null) {
      actor.watchers.addAll(early);
    }
    effects.send(message.owner(), new Message.ActorRegistered(spec.id(), spec.id(), null));
    place(actor);
  }

  private void place(ActorRecord actor) {
    NodeView node =
        Placement.choose(
            actor.spec.options().resources(), actor.spec.options().strategy(), nodes.values(), 0);
    if (node == null) {
      finish(
          actor,
          Outcome.Failed.of(
              ErrorCode.OUT_OF_RESOURCES,
              Placement.refusal(
                  "actor " + actor.spec.describe(),
                  actor.spec.options().resources(),
                  actor.spec.options().strategy(),
                  nodes.values())));
      return;
    }
    actor.node = node.id();
    actor.constructing.put(actor.incarnation, node.id());
    effects.send(
        node.id(),
        new Message.PlaceActor(actor.spec, actor.values, actor.incarnation, actor.owner));
  }

  private void watch(ActorId id, long watcher) {
    ActorRecord actor = actors.get(id);
    if (actor != null) {
      actor.watchers.add(watcher);
      if (actor.state != ActorInfo.State.PENDING) {
        effects.send(watcher, change(actor, actor.cause));
      }
      return;
    }
    Outcome.Failed cause = stillborn.get(id);
    if (cause != null) {
      effects.send(
          watcher,
          new Message.ActorChanged(
              id, ActorInfo.State.DEAD, Integer.MAX_VALUE, 0, cause, List.of()));
    } else if (gone.contains(id.creation().owner())) {
      orphaned(id, "it died");
      watch(id, watcher);
    } else {
      earlyWatchers.computeIfAbsent(id, missing -> new LinkedHashSet<>()).add(watcher);
    }
  }

  private void orphaned(ActorId id, String reason) {
    stillborn.put(
        id,
        Outcome.Failed.of(
            ErrorCode.ACTOR_DIED,
            "actor " + id + " was never made: its owner is gone (" + reason + ")"));
  }

  private static Message.ActorChanged change(ActorRecord actor, Outcome.@Nullable Failed cause) {
    return new Message.ActorChanged(
        actor.spec.id(), actor.state, actor.incarnation, actor.worker, cause, List.of());
  }

  private void publish(ActorRecord actor) {
    publish(actor, actor.cause);
  }

  private void publish(ActorRecord actor, Outcome.@Nullable Failed cause) {
    Message change = change(actor, cause);
    actor.watchers.forEach(watcher -> effects.send(watcher, change));
  }

  private void created(Message.ActorCreated message) {
    ActorRecord actor = actors.get(message.actor());
    Outcome.Failed failure = message.failure();
    if (actor == null) {
      if (failure != null) {
        stillborn.putIfAbsent(message.actor(), failure);
        Set<Long> early = earlyWatchers.remove(message.actor());
        if (early != null) {
          early.forEach(watcher -> watch(message.actor(), watcher));
        }
      }
      return;
    }
    if (failure == null && gone.contains(message.worker())) {
      // Its node, which passed this on, says so too when it learns of that.
      return;
    }
    if (actor.state == ActorInfo.State.DEAD || actor.incarnation != message.incarnation()) {
      tellRetained(actor, message);
      if (failure == null) {
        effects.send(
            message.worker(),
            new Message.StopActor(
                message.actor(), message.incarnation(), "it was killed meanwhile", false));
      }
      return;
    }
    if (failure != null) {
      tellRetained(actor, message);
      finish(actor, diedInConstructor("actor " + actor.spec.describe(), failure));
      return;
    }
    actor.state = ActorInfo.State.ALIVE;
    actor.worker = message.worker();
    if (actor.restartsLeft == 0) {
      actor.values = null;
    }
    tellRetained(actor, message);
    publish(actor);
    if (actor.outOfScope) {
      outOfScope(actor.spec.id());
    }
  }

  /**
   * What a constructor kept is for the actor's owner to register: once, whether or not it watches
   * the actor yet, and even where nothing came of the actor.
   */
  private void tellRetained(ActorRecord actor, Message.ActorCreated message) {
    if (!message.retained().isEmpty()) {
      effects.send(
          actor.owner,
          new Message.ActorChanged(
              message.actor(),
              actor.state,
              actor.incarnation,
              message.worker(),
              actor.cause,
              message.retained()));
    }
  }

  private static Outcome.Failed diedInConstructor(String who, Outcome.Failed failure) {
    return new Outcome.Failed(
        failure.code() == ErrorCode.TASK_FAILED ? ErrorCode.ACTOR_DIED : failure.code(),
        who + " died in its constructor: " + failure.message(),
        failure.error(),
        false);
  }

  private void stop(ActorRecord actor, String reason, boolean drain) {
    Message stop = new Message.StopActor(actor.spec.id(), actor.incarnation, reason, drain);
    effects.send(actor.worker != 0 ? actor.worker : actor.node, stop);
  }

  private void died(ActorRecord actor, boolean mayRestart, String reason) {
    if (actor.state == ActorInfo.State.DEAD) {
      return;
    }
    actor.worker = 0;
    if (mayRestart && actor.takeRestart()) {
      actor.incarnation++;
      actor.state = ActorInfo.State.RESTARTING;
      publish(
          actor,
          Outcome.Failed.of(
              ErrorCode.ACTOR_DIED, "actor " + actor.spec.describe() + " died: " + reason));
      place(actor);
      return;
    }
    finish(
        actor,
        Outcome.Failed.of(
            ErrorCode.ACTOR_DIED, "actor " + actor.spec.describe() + " is dead: " + reason));
  }

  private void finish(ActorRecord actor, Outcome.Failed cause) {
    actor.state = ActorInfo.State.DEAD;
    actor.cause = cause;
    actor.values = null;
    actor.worker = 0;
    String name = actor.spec.options().name();
    if (!name.isEmpty()) {
      names.remove(new Name(actor.spec.namespace(), name), actor.spec.id());
    }
    publish(actor);
    actor.watchers.clear();
    tellIfConstructorsEnded(actor);
    dead.add(actor.spec.id());
    if (dead.size() > MAX_DEAD) {
      ActorId oldest = dead.remove();
      ActorRecord forgotten = actors.remove(oldest);
      if (forgotten != null) {
        if (!forgotten.constructing.isEmpty()) {
          effects.send(forgotten.owner, new Message.ConstructorsEnded(oldest));
        }
        stillborn.put(
            oldest,
            Outcome.Failed.of(
                ErrorCode.ACTOR_DIED, "actor " + forgotten.spec.describe() + " died long ago"));
      }
    }
  }

  private void constructorEnded(ActorId id, int incarnation) {
    ActorRecord actor = actors.get(id);
    if (actor != null && actor.constructing.remove(incarnation) != null) {
      tellIfConstructorsEnded(actor);
    }
  }

  /**
   * A constructor may go on, or begin, after its actor was killed; until it ends, what it takes is
   * held.
   */
  private void tellIfConstructorsEnded(ActorRecord actor) {
    if (actor.state == ActorInfo.State.DEAD && actor.constructing.isEmpty()) {
      effects.send(actor.owner, new Message.ConstructorsEnded(actor.spec.id()));
    }
  }

  private void outOfScope(ActorId id) {
    ActorRecord actor = actors.get(id);
    if (actor == null || actor.spec.isDetached() || actor.state == ActorInfo.State.DEAD) {
      return;
    }
    actor.outOfScope = true;
    if (actor.state == ActorInfo.State.ALIVE) {
      stop(actor, "nothing refers to it any more", true);
      died(actor, false, "nothing refers to it any more");
    }
  }

  private void processDied(Message.ProcessDied message) {
    gone.add(message.process());
    boolean node = nodes.remove(message.process()) != null;
    if (node) {
      left(message.process());
    }
    tellItsNode(message);
    for (ActorRecord actor : List.copyOf(actors.values())) {
      if (actor.state == ActorInfo.State.DEAD) {
        continue;
      }
      if (actor.worker == message.process() || node && actor.node == message.process()) {
        died(actor, true, "its process died (" + message.reason() + ")");
      } else if (actor.owner == message.process() && !actor.spec.isDetached()) {
        stop(actor, "its owner died", false);
        died(actor, false, "its owner died (" + message.reason() + ")");
      }
    }
    if (node) {
      for (ActorRecord actor : actors.values()) {
        if (actor.constructing.values().removeIf(at -> at == message.process())) {
          tellIfConstructorsEnded(actor);
        }
      }
    }
    List<ActorId> orphans = new ArrayList<>();
    for (ActorId id : earlyWatchers.keySet()) {
      if (id.creation().owner() == message.process()) {
        orphans.add(id);
      }
    }
    for (ActorId id : orphans) {
      Set<Long> watchers = earlyWatchers.remove(id);
      orphaned(id, message.reason());
      if (watchers != null) {
        watchers.forEach(watcher -> watch(id, watcher));
      }
    }
    actors.values().forEach(actor -> actor.watchers.remove(message.process()));
  }

  /**
   * A worker's node must not place on it again what is placed there because of its death: so it is
   * told before.
   */
  private void tellItsNode(Message.ProcessDied worker) {
    for (ActorRecord actor : actors.values()) {
      if (actor.worker == worker.process()) {
        effects.send(actor.node, worker);
        return;
      }
    }
  }

  private void jobEnded(long job) {
    for (ActorRecord actor : List.copyOf(actors.values())) {
      if (actor.spec.creation().job() == job
          && !actor.spec.isDetached()
          && actor.state != ActorInfo.State.DEAD) {
        stop(actor, "its program ended", false);
        died(actor, false, "its program ended");
      }
    }
  }

  // ---- looking in

  /** The living actor of a name, or null. */
  public @Nullable ActorView find(String namespace, String name) {
    ActorId id = names.get(new Name(namespace, name));
    ActorRecord actor = id == null ? null : actors.get(id);
    return actor == null ? null : ActorView.of(actor);
  }

  /** Visits all actors that are known. */
  public void forEachActor(Consumer<ActorView> visitor) {
    actors.values().forEach(actor -> visitor.accept(ActorView.of(actor)));
  }

  /** The nodes that live. */
  public List<NodeView> nodes() {
    return List.copyOf(nodes.values());
  }
}
