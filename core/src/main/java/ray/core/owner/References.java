package ray.core.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.DeadProcesses;
import ray.core.Invariant;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.SequenceMap;

/**
 * Which objects this process owns or borrows, why it keeps them, and when they are freed. The rules
 * about them have a class each: {@link Borrowing} who else holds them, {@link Outcomes} what they
 * are, {@link Aliases} of which others they are names, {@link Adoption} what comes with a task's
 * result, {@link Deaths} what ends with a process, {@link LeftResults} what it leaves. The protocol
 * is written down in docs/reference-counting.md and docs/aliasing.md; after Ray's ownership design
 * (Wang et al., NSDI 2021), with two changes: registrations are counted, so that messages about one
 * borrower may overtake each other, and what a task returns passes to its caller.
 *
 * <p>Every loop over chains of objects uses a work list, so that no chain is too deep.
 */
final class References {
  private final long self;
  private final OwnerEffects effects;

  /** Told when this process has no use for an object any more. */
  private final Consumer<Reference> whenFreed;

  private final SequenceMap<OwnedReference> owned = new SequenceMap<>();
  private final Map<ObjectId, BorrowedReference> borrowed = new HashMap<>();
  private final StoredValues storedValues = new StoredValues();
  private final Borrowing borrowing;
  private final Outcomes outcomes;
  private final Aliases aliases;
  private final Adoption adoption;
  private final Deaths deaths;
  private final Confirmations confirmations;
  private final LeftResults leftResults;
  private final ArrayDeque<Reference> toCheck = new ArrayDeque<>();
  private boolean checking;

  /**
   * Numbers of objects that the core itself makes are odd, those that the program makes are even.
   */
  private long nextNumber = 1;

  /**
   * No references yet.
   *
   * @param whenReady told when an object that tasks wait for is ready
   * @param whenFreed told when this process has no use for an object any more
   */
  References(
      long self,
      OwnerEffects effects,
      DeadProcesses dead,
      Consumer<Reference> whenReady,
      Consumer<Reference> whenFreed) {
    this.self = self;
    this.effects = effects;
    this.whenFreed = whenFreed;
    this.borrowing = new Borrowing(self, effects, dead, this);
    this.outcomes = new Outcomes(self, effects, this, borrowing, storedValues, whenReady);
    this.aliases = new Aliases(effects, this, outcomes);
    this.adoption = new Adoption(self, effects, this, borrowing, outcomes, aliases);
    this.confirmations = new Confirmations(self, effects, dead, this);
    this.leftResults = new LeftResults(effects, dead, storedValues);
    this.deaths = new Deaths(self, effects, this, borrowing, outcomes, adoption, confirmations);
  }

  Borrowing borrowing() {
    return borrowing;
  }

  Outcomes outcomes() {
    return outcomes;
  }

  Aliases aliases() {
    return aliases;
  }

  Adoption adoption() {
    return adoption;
  }

  Deaths deaths() {
    return deaths;
  }

  Confirmations confirmations() {
    return confirmations;
  }

  LeftResults leftResults() {
    return leftResults;
  }

  // ---- finding and making

  @Nullable Reference find(ObjectId id) {
    return id.owner() == self ? owned.get(id.number()) : borrowed.get(id);
  }

  @Nullable OwnedReference findOwned(ObjectId id) {
    return id.owner() == self ? owned.get(id.number()) : null;
  }

  @Nullable BorrowedReference findBorrowed(ObjectId id) {
    return borrowed.get(id);
  }

  /** Finds an object, or begins to borrow it without telling its owner. */
  @Nullable Reference findOrBorrow(ObjectId id) {
    return id.owner() == self ? owned.get(id.number()) : borrow(id);
  }

  BorrowedReference borrow(ObjectId id) {
    return borrowed.computeIfAbsent(id, BorrowedReference::new);
  }

  OwnedReference make(ObjectId id, @Nullable Object cell, @Nullable Task producer) {
    Invariant.check(id.owner() == self, "a process makes only objects of its own", id);
    OwnedReference made = new OwnedReference(id);
    made.producer = producer;
    if (cell != null) {
      made.cell = cell;
      made.handles = 1;
    }
    OwnedReference before = owned.put(id.number(), made);
    Invariant.check(before == null, "an object is made once", id);
    return made;
  }

  ObjectId mint() {
    ObjectId id = new ObjectId(self, nextNumber);
    nextNumber += 2;
    return id;
  }

  // ---- handles of the program

  void attach(Reference reference, Object cell) {
    reference.cell = cell;
    reference.handles++;
  }

  void detach(ObjectId id, Object cell) {
    Reference reference = find(id);
    if (reference == null) {
      return;
    }
    reference.handles--;
    if (reference.cell == cell) {
      reference.cell = null;
    }
    check(reference);
  }

  // ---- freeing

  /** Frees an object if nothing holds it, and then whatever it held. */
  void check(Reference reference) {
    reference.checkCounts();
    toCheck.add(reference);
    if (checking) {
      return;
    }
    checking = true;
    try {
      for (Reference next; (next = toCheck.poll()) != null; ) {
        freeIfUnused(next);
      }
    } finally {
      checking = false;
    }
  }

  private void freeIfUnused(Reference reference) {
    switch (reference) {
      case OwnedReference own when own.isFreeable() -> free(own);
      case BorrowedReference foreign when foreign.isForgettable() -> forget(foreign);
      case OwnedReference own -> {}
      case BorrowedReference foreign -> {}
    }
  }

  private void free(OwnedReference reference) {
    if (owned.get(reference.id().number()) != reference) {
      return;
    }
    owned.remove(reference.id().number());
    Reference target = reference.target;
    if (target != null) {
      if (target.aliasWaiters != null) {
        target.aliasWaiters.remove(reference);
      }
      target.aliases--;
      check(target);
    } else if (reference.outcome != null) {
      for (ObjectId id : reference.outcome.contained()) {
        Reference inner = find(id);
        if (inner != null) {
          inner.contained--;
          check(inner);
        }
      }
      if (reference.outcome instanceof Outcome.Stored stored && storedValues.letGo(stored)) {
        effects.release(stored);
      }
    }
    if (reference.ahead != null) {
      effects.release(reference.ahead);
    }
    whenFreed.accept(reference);
  }

  private void forget(BorrowedReference reference) {
    if (!borrowed.remove(reference.id(), reference)) {
      return;
    }
    reference.forEachRegistration((registrar, count) ->
        effects.send(
            reference.id().owner(),
            new Message.RemoveBorrower(reference.id(), self, registrar, count)));
    whenFreed.accept(reference);
  }

  // ---- looking in

  void forEachOwned(Consumer<OwnedReference> visitor) {
    owned.forEach(visitor);
  }

  /** The objects of this process, as they are now. */
  List<OwnedReference> owned() {
    List<OwnedReference> all = new ArrayList<>(owned.size());
    owned.forEach(all::add);
    return all;
  }

  /** The objects that this process borrows, as they are now. */
  List<BorrowedReference> borrowed() {
    return List.copyOf(borrowed.values());
  }

  int ownedCount() {
    return owned.size();
  }

  int neededCount() {
    int[] count = {0};
    forEachOwned(own -> count[0] += own.isNeeded() ? 1 : 0);
    return count[0];
  }

  int borrowedCount() {
    return borrowed.size();
  }
}
