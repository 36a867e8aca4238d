package ray.core.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/** What objects are: set once, and told to everybody who waits for it, here and elsewhere. */
final class Outcomes {
  private final long self;
  private final OwnerEffects effects;
  private final References references;
  private final Borrowing borrowing;
  private final StoredValues storedValues;

  /** Told when an object that tasks wait for is ready. */
  private final Consumer<Reference> whenReady;

  private final ArrayDeque<Reference> toAnnounce = new ArrayDeque<>();
  private boolean announcing;

  Outcomes(
      long self,
      OwnerEffects effects,
      References references,
      Borrowing borrowing,
      StoredValues storedValues,
      Consumer<Reference> whenReady) {
    this.self = self;
    this.effects = effects;
    this.references = references;
    this.borrowing = borrowing;
    this.storedValues = storedValues;
    this.whenReady = whenReady;
  }

  // ---- setting

  /**
   * Sets the value of an object that this process made; the refs in it are held by its handles now.
   */
  void setMade(OwnedReference reference, Outcome outcome) {
    for (ObjectId id : outcome.contained()) {
      Reference inner = references.findOrBorrow(id);
      if (inner != null) {
        inner.contained++;
      }
    }
    settle(reference, outcome);
  }

  /** Sets an outcome, and tells everybody who waits for it. */
  void settle(Reference reference, Outcome outcome) {
    if (reference.outcome != null) {
      return;
    }
    reference.outcome = outcome;
    if (outcome instanceof Outcome.Stored stored && hasValueOfItsOwn(reference)) {
      storedValues.keep(stored);
    }
    toAnnounce.add(reference);
    if (announcing) {
      return;
    }
    announcing = true;
    try {
      for (Reference next; (next = toAnnounce.poll()) != null; ) {
        announce(next);
      }
    } finally {
      announcing = false;
    }
  }

  private static boolean hasValueOfItsOwn(Reference reference) {
    return reference instanceof OwnedReference own && own.target == null;
  }

  private void announce(Reference reference) {
    Outcome outcome = reference.outcome;
    if (outcome == null) {
      return;
    }
    if (reference.cell != null) {
      effects.ready(reference.cell, outcome);
    }
    if (reference.aliasWaiters != null) {
      List<OwnedReference> waiters = reference.aliasWaiters;
      reference.aliasWaiters = null;
      for (OwnedReference alias : waiters) {
        settle(alias, outcome);
      }
    }
    if (reference instanceof OwnedReference own && own.askers != null) {
      List<OwnedReference.Asker> askers = own.askers;
      own.askers = null;
      for (OwnedReference.Asker asker : askers) {
        answer(own, asker, outcome);
      }
    }
    if (reference.dependents != null) {
      whenReady.accept(reference);
    }
    references.check(reference);
  }

  /** Nothing will ever come of what is not known yet: promises, aliases and refs of others. */
  void failUnresolved(Outcome.Failed failure) {
    List<Reference> unresolved = new ArrayList<>(references.owned());
    unresolved.addAll(references.borrowed());
    unresolved.removeIf(reference -> reference.outcome != null);
    unresolved.forEach(reference -> settle(reference, failure));
  }

  /** What an object is that was asked for too late. */
  static Outcome.Failed lost(ObjectId id) {
    return Outcome.Failed.of(
        ErrorCode.OBJECT_LOST,
        "object "
            + id
            + " is gone: its last ref was released before it was asked for; keep a ref to"
            + " it for as long as it is used");
  }

  // ---- asking owners

  /** Asks the owner what a borrowed object is, once. */
  void ask(BorrowedReference reference) {
    if (!reference.asked && reference.outcome == null) {
      reference.asked = true;
      effects.send(reference.id().owner(), new Message.Resolve(self, reference.id(), false));
    }
  }

  void asked(Message.Resolve question) {
    OwnedReference reference = references.findOwned(question.object());
    OwnedReference.Asker asker = new OwnedReference.Asker(question.asker(), question.adopt());
    if (reference == null) {
      effects.send(
          question.asker(),
          new Message.Resolved(question.object(), lost(question.object()), question.adopt()));
    } else if (reference.outcome != null) {
      answer(reference, asker, reference.outcome);
    } else {
      reference.addAsker(asker);
    }
  }

  private void answer(OwnedReference reference, OwnedReference.Asker asker, Outcome outcome) {
    if (asker.adopt()) {
      borrowing.protect(outcome.contained(), List.of(reference));
      for (ObjectId id : outcome.contained()) {
        borrowing.share(id, asker.process());
      }
    }
    effects.send(asker.process(), new Message.Resolved(reference.id(), outcome, asker.adopt()));
  }

  /** The owner says what a borrowed object is. */
  void answered(ObjectId id, Outcome outcome) {
    BorrowedReference reference = references.findBorrowed(id);
    if (reference != null) {
      settle(reference, outcome);
      references.check(reference);
    }
  }
}
