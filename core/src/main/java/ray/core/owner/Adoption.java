package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/**
 * What comes with the result of a task that another process ran. The refs in it are taken over:
 * what its worker owned gets an heir here, which outlives the worker; what comes too late is given
 * back.
 */
final class Adoption {
  private final long self;
  private final OwnerEffects effects;
  private final References references;
  private final Borrowing borrowing;
  private final Outcomes outcomes;
  private final Aliases aliases;

  Adoption(
      long self,
      OwnerEffects effects,
      References references,
      Borrowing borrowing,
      Outcomes outcomes,
      Aliases aliases) {
    this.self = self;
    this.effects = effects;
    this.references = references;
    this.borrowing = borrowing;
    this.outcomes = outcomes;
    this.aliases = aliases;
  }

  /**
   * Sets the result of a task that another process ran; that process registered this one for its
   * refs.
   */
  void resolve(OwnedReference reference, Outcome outcome, long worker) {
    switch (outcome) {
      case Outcome.Failed failed -> outcomes.settle(reference, failed);
      case Outcome.Alias alias -> aliases.become(reference, takeOver(alias.target(), worker));
      case Outcome.Inline inline -> outcomes.settle(reference, takeOverContained(inline, worker));
      case Outcome.Stored stored -> outcomes.settle(reference, takeOverContained(stored, worker));
    }
  }

  private Outcome takeOverContained(Outcome outcome, long worker) {
    if (outcome.contained().isEmpty()) {
      return outcome;
    }
    List<ObjectId> names = new ArrayList<>(outcome.contained().size());
    boolean renamed = false;
    for (ObjectId id : outcome.contained()) {
      Reference inner = takeOver(id, worker);
      if (inner == null) {
        names.add(id);
        continue;
      }
      inner.contained++;
      names.add(inner.id());
      renamed |= !inner.id().equals(id);
    }
    return renamed ? outcome.renamed(List.copyOf(names)) : outcome;
  }

  /**
   * A result holds a ref. If it is of the process that ran the task, an object of this process
   * takes its place and its value, so that it outlives its maker; else it is borrowed. Null if it
   * is gone.
   */
  private @Nullable Reference takeOver(ObjectId id, long worker) {
    if (id.owner() == self) {
      OwnedReference own = references.findOwned(id);
      if (own != null && worker == self) {
        own.addBorrower(self, self, -1);
      }
      return own;
    }
    BorrowedReference source = references.borrow(id);
    source.registeredBy(worker);
    if (id.owner() != worker || isActor(id)) {
      return source;
    }
    if (source.heir != null) {
      return source.heir;
    }
    OwnedReference heir = references.make(references.mint(), null, null);
    heir.adopting = source;
    source.heir = heir;
    source.aliases++;
    effects.send(id.owner(), new Message.Resolve(self, id, true));
    return heir;
  }

  /**
   * Actors have negative numbers. An actor is known everywhere by the object that its creation
   * makes, so that one is borrowed, and never renamed.
   */
  private static boolean isActor(ObjectId id) {
    return id.number() < 0;
  }

  /** The maker of an object says what it is, for the heir that takes over its value. */
  void answered(ObjectId id, Outcome outcome) {
    BorrowedReference source = references.findBorrowed(id);
    OwnedReference heir = source == null ? null : source.heir;
    if (heir == null) {
      return;
    }
    if (heir.outcome != null) {
      // It has failed meanwhile, as all does that is unresolved when its owner closes.
      giveBack(outcome, id.owner());
      inherit(heir);
    } else if (outcome instanceof Outcome.Stored stored) {
      effects.pin(stored, heir.id());
      resolve(heir, stored, id.owner());
    } else {
      resolve(heir, outcome, id.owner());
      inherit(heir);
    }
  }

  /** The stored value of an heir is pinned for this process. */
  void pinned(ObjectId id) {
    OwnedReference heir = references.findOwned(id);
    if (heir != null) {
      inherit(heir);
    }
  }

  /** The heir holds the value for itself: its source can go. */
  private void inherit(OwnedReference heir) {
    BorrowedReference source = heir.adopting;
    if (source != null) {
      heir.adopting = null;
      source.heir = null;
      source.aliases--;
      references.check(source);
      references.check(heir);
    }
  }

  /** The maker of an object is gone: nothing more is to be inherited of it. */
  void makerDied(BorrowedReference source, Outcome.Failed failure) {
    OwnedReference heir = source.heir;
    if (heir != null) {
      outcomes.settle(heir, failure);
      inherit(heir);
    }
  }

  /** A result that nobody wants: what its maker registered for this process is given back. */
  void discard(List<Outcome> unwanted, long worker) {
    for (Outcome outcome : unwanted) {
      giveBack(outcome, worker);
      if (outcome instanceof Outcome.Stored stored) {
        effects.release(stored);
      }
    }
  }

  private void giveBack(Outcome outcome, long worker) {
    for (ObjectId id : outcome.contained()) {
      if (id.owner() != self) {
        effects.send(id.owner(), new Message.RemoveBorrower(id, self, worker, 1));
      } else if (worker == self) {
        borrowing.removeBorrower(new Message.RemoveBorrower(id, self, self, 1));
      }
    }
  }
}
