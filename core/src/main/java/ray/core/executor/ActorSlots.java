package ray.core.executor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import ray.ActorId;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/** The actors that live in a worker: their births, calls and ends. */
final class ActorSlots {
  private final long self;
  private final ExecutorEffects effects;
  private final Runs runs;
  private final Startable startable;
  private final Reports reports;
  private final Map<ActorId, ActorSlot> actors = new HashMap<>();

  ActorSlots(long self, ExecutorEffects effects, Runs runs, Startable startable, Reports reports) {
    this.self = self;
    this.effects = effects;
    this.runs = runs;
    this.startable = startable;
    this.reports = reports;
  }

  int count() {
    return actors.size();
  }

  void forEach(Consumer<ActorSlot> visitor) {
    actors.values().forEach(visitor);
  }

  void push(Message.PushCalls message) {
    ActorSlot actor = actors.get(message.actor());
    if (actor == null || actor.incarnation != message.incarnation()) {
      effects.send(
          message.caller(),
          new Message.CallsRefused(
              message.actor(),
              message.incarnation(),
              message.calls().stream().map(push -> push.spec().id()).toList()));
      return;
    }
    for (Message.Push push : message.calls()) {
      String group = push.spec().policy().concurrencyGroup();
      CallQueue queue = actor.queue(group);
      Execution run =
          new Execution(
              message.caller(),
              push.spec(),
              push.attempt(),
              push.values(),
              queue == null ? actor.calls : queue);
      if (queue == null) {
        reports.add(
            run,
            List.of(
                Outcome.Failed.of(
                    ErrorCode.TASK_FAILED,
                    "actor "
                        + actor.spec().className()
                        + " has no concurrency group '"
                        + group
                        + "': declare it with concurrencyGroup(name, limit) where it is created")),
            List.of(),
            0,
            0);
        continue;
      }
      runs.add(run);
      queue.waiting.add(run);
      startable.add(queue);
    }
  }

  void create(Message.CreateActor message) {
    ActorSlot before = actors.get(message.spec().id());
    if (before != null) {
      // The control service has ended it, and its word has been overtaken.
      stop(before);
    }
    ActorSlot actor =
        new ActorSlot(message.spec(), message.incarnation(), message.lease(), message.gpus());
    actors.put(message.spec().id(), actor);
    Execution creation =
        new Execution(
            message.owner(),
            message.spec().creation(),
            message.incarnation() + 1,
            message.values(),
            actor.calls);
    actor.creation = creation;
    runs.add(creation);
    actor.calls.waiting.add(creation);
    startable.add(actor.calls);
  }

  void created(ActorSlot actor, List<Outcome> outcomes, List<ObjectId> retained) {
    actor.creating = false;
    actor.creation = null;
    Outcome.Failed failed =
        !outcomes.isEmpty() && outcomes.getFirst() instanceof Outcome.Failed f ? f : null;
    effects.send(
        effects.node(),
        new Message.ActorCreated(actor.spec().id(), actor.incarnation, self, failed, retained));
    if (failed != null) {
      stop(actor);
    }
  }

  void stop(Message.StopActor message) {
    ActorSlot actor = actors.get(message.actor());
    if (actor == null || actor.incarnation != message.incarnation()) {
      return;
    }
    if (message.drain()) {
      actor.draining = true;
      stopIfIdle(actor);
    } else {
      stop(actor);
    }
  }

  void stopIfIdle(ActorSlot actor) {
    if (!actor.stopped && actor.isIdle()) {
      stop(actor);
    }
  }

  /** An actor's method has ended it from within. */
  void exited(ActorSlot actor) {
    if (!actor.stopped) {
      effects.send(
          effects.node(),
          new Message.ActorStopped(
              actor.spec().id(), actor.incarnation, true, "it exited from within"));
      stop(actor);
    }
  }

  private void stop(ActorSlot actor) {
    if (actor.stopped) {
      return;
    }
    actor.stopped = true;
    actors.remove(actor.spec().id());
    Map<Long, List<ObjectId>> refused = new LinkedHashMap<>();
    for (CallQueue queue : actor.queues()) {
      for (Execution run; (run = queue.poll()) != null; ) {
        run.state = Execution.State.ENDED;
        runs.remove(run);
        if (run == actor.creation) {
          effects.send(
              effects.node(),
              new Message.ActorStopped(
                  actor.spec().id(), actor.incarnation, true, "it was stopped before it was made"));
        } else if (!run.orphaned) {
          refused.computeIfAbsent(run.owner(), caller -> new ArrayList<>()).add(run.spec().id());
        }
      }
    }
    refused.forEach((caller, calls) ->
        effects.send(
            caller, new Message.CallsRefused(actor.spec().id(), actor.incarnation, calls)));
    for (Execution run = actor.firstTaken; run != null; run = run.nextTaken) {
      run.cancel();
      effects.interrupt(run);
    }
    if (actor.running == 0) {
      gone(actor);
    }
  }

  void gone(ActorSlot actor) {
    effects.send(effects.node(), new Message.ReturnLease(actor.lease));
    effects.actorGone(actor);
  }
}
