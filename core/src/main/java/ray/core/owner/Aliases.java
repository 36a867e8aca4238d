package ray.core.owner;

import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/** Objects that are other names of others, and circles of them; see docs/aliasing.md. */
final class Aliases {
  private final OwnerEffects effects;
  private final References references;
  private final Outcomes outcomes;

  Aliases(OwnerEffects effects, References references, Outcomes outcomes) {
    this.effects = effects;
    this.references = references;
    this.outcomes = outcomes;
  }

  /** An object becomes another name of a target; null if that is gone. */
  void become(OwnedReference alias, @Nullable Reference target) {
    if (target == null) {
      outcomes.settle(alias, Outcomes.lost(alias.id()));
      return;
    }
    Reference end = target;
    while (end instanceof OwnedReference next && next.target != null && next.outcome == null) {
      end = next.target;
    }
    if (end == alias) {
      outcomes.settle(alias, cycle(alias.id()));
      return;
    }
    alias.target = target;
    target.aliases++;
    if (target.outcome != null) {
      outcomes.settle(alias, target.outcome);
      return;
    }
    target.addAliasWaiter(alias);
    if (end instanceof OwnedReference own && own.adopting != null) {
      effects.send(
          own.adopting.id().owner(), new Message.ProbeAlias(alias.id(), own.adopting.id()));
    } else if (end instanceof BorrowedReference foreign) {
      outcomes.ask(foreign);
      effects.send(foreign.id().owner(), new Message.ProbeAlias(alias.id(), foreign.id()));
    }
  }

  /** Follows aliases from one of this process's objects, for an alias that may close a circle. */
  void probe(ObjectId origin, ObjectId at) {
    Reference end = references.find(at);
    while (end instanceof OwnedReference next && next.outcome == null) {
      if (next.id().equals(origin)) {
        effects.send(origin.owner(), new Message.AliasCycle(origin));
        return;
      }
      if (next.adopting != null) {
        effects.send(
            next.adopting.id().owner(), new Message.ProbeAlias(origin, next.adopting.id()));
        return;
      }
      end = next.target;
    }
    if (end instanceof BorrowedReference foreign && foreign.outcome == null) {
      effects.send(foreign.id().owner(), new Message.ProbeAlias(origin, foreign.id()));
    }
  }

  void breakCycle(ObjectId origin) {
    OwnedReference reference = references.findOwned(origin);
    if (reference != null && reference.outcome == null && reference.target != null) {
      Reference target = reference.target;
      reference.target = null;
      target.aliases--;
      if (target.aliasWaiters != null) {
        target.aliasWaiters.remove(reference);
      }
      outcomes.settle(reference, cycle(origin));
      references.check(target);
    }
  }

  private static Outcome.Failed cycle(ObjectId id) {
    return Outcome.Failed.of(
        ErrorCode.ALIAS_CYCLE,
        "object "
            + id
            + " is an alias of itself: tasks returned each other's refs in a circle, so no"
            + " value can come of them; let one of them return a value");
  }
}
