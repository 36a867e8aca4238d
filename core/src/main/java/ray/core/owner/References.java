package ray.core.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.DeadProcesses;
import ray.core.Invariant;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.SequenceMap;

/**
 * Counts references: which objects this process owns or borrows, who else holds them, what they are
 * aliases of, and when they are freed. The protocol is written down in docs/reference-counting.md
 * and docs/aliasing.md; after Ray's ownership design (Wang et al., NSDI 2021), with two changes:
 * registrations are counted, so that messages about one borrower may overtake each other, and what
 * a task returns passes to its caller.
 *
 * <p>Every loop over chains of objects uses a work list, so that no chain is too deep.
 */
final class References {
  private final long self;
  private final OwnerEffects effects;
  private final DeadProcesses dead;

  /** Told when an object that tasks wait for is ready. */
  private final Consumer<Reference> whenReady;

  /** Told when this process has no use for an object any more. */
  private final Consumer<Reference> whenFreed;

  private final SequenceMap<OwnedReference> owned = new SequenceMap<>();
  private final Map<ObjectId, BorrowedReference> borrowed = new HashMap<>();
  private final Confirmations confirmations;
  private final StoredValues storedValues = new StoredValues();
  private final ArrayDeque<Reference> toCheck = new ArrayDeque<>();
  private final ArrayDeque<Reference> toAnnounce = new ArrayDeque<>();
  private boolean checking;
  private boolean announcing;

  /**
   * Numbers of objects that the core itself makes are odd, those that the program makes are even.
   */
  private long nextNumber = 1;

  References(
      long self,
      OwnerEffects effects,
      DeadProcesses dead,
      Consumer<Reference> whenReady,
      Consumer<Reference> whenFreed) {
    this.self = self;
    this.effects = effects;
    this.dead = dead;
    this.whenReady = whenReady;
    this.whenFreed = whenFreed;
    this.confirmations = new Confirmations(self, effects, dead, this);
  }

  Confirmations confirmations() {
    return confirmations;
  }

  // ---- finding and making

  @Nullable Reference find(ObjectId id) {
    return id.owner() == self ? owned.get(id.number()) : borrowed.get(id);
  }

  @Nullable OwnedReference findOwned(ObjectId id) {
    return id.owner() == self ? owned.get(id.number()) : null;
  }

  /** Finds an object, or begins to borrow it without telling its owner. */
  @Nullable Reference findOrBorrow(ObjectId id) {
    return id.owner() == self ? owned.get(id.number()) : borrow(id);
  }

  private BorrowedReference borrow(ObjectId id) {
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

  /**
   * A handle is about to be made for a ref that was read inside a value. The value keeps the object
   * for now; unless this process is known to the owner already, it registers, and keeps the value
   * until the owner knows.
   */
  void registerUnder(BorrowedReference reference, Reference umbrella) {
    if (reference.isRegistered()) {
      return;
    }
    boolean sameOwner = umbrella.id().owner() == reference.id().owner();
    register(reference, !sameOwner);
    if (!sameOwner) {
      umbrella.contained++;
      reference.keepUntilAcknowledged(umbrella);
    }
  }

  /**
   * Another process keeps refs that this one may hold by nothing but what contains them. This one
   * is about to let go of that, and what it says to their owners can be overtaken: so it registers
   * itself, and keeps what contains them until the owners know.
   */
  void protect(List<ObjectId> ids, List<Reference> containers) {
    for (ObjectId id : ids) {
      if (id.owner() == self) {
        continue;
      }
      BorrowedReference reference = borrowed.get(id);
      BorrowedReference keeper = foreignKeeper(id, containers);
      if (keeper != null) {
        registerAhead(borrow(id), keeper);
      } else if (reference != null && !reference.isUnused()) {
        registerAhead(reference, reference);
      }
    }
  }

  /** Which of these, of another owner than the object is, has a value that contains it. */
  private static @Nullable BorrowedReference foreignKeeper(
      ObjectId id, List<Reference> containers) {
    for (Reference container : containers) {
      if (keeper(container) instanceof BorrowedReference foreign
          && foreign.id().owner() != id.owner()
          && foreign.outcome != null
          && foreign.outcome.contained().contains(id)) {
        return foreign;
      }
    }
    return null;
  }

  private void register(BorrowedReference reference, boolean acknowledge) {
    reference.registeredBy(self);
    effects.send(
        reference.id().owner(), new Message.AddBorrower(reference.id(), self, self, acknowledge));
  }

  private void registerAhead(BorrowedReference reference, BorrowedReference keeper) {
    if (!reference.isRegistered()) {
      register(reference, true);
      keeper.contained++;
      reference.keepUntilAcknowledged(keeper);
    }
  }

  /** The object whose value this one has, which is what holds the refs in it. */
  static Reference keeper(Reference reference) {
    Reference keeper = reference;
    while (keeper instanceof OwnedReference own && own.target != null) {
      keeper = own.target;
    }
    return keeper;
  }

  void acknowledged(ObjectId id) {
    BorrowedReference reference = borrowed.get(id);
    if (reference != null && reference.umbrellas != null) {
      List<Reference> kept = reference.umbrellas;
      reference.umbrellas = null;
      for (Reference umbrella : kept) {
        umbrella.contained--;
        check(umbrella);
      }
      check(reference);
    }
  }

  // ---- what a task retains, and what travels with a result

  /**
   * A run has ended in this process. Of the refs that it read under its arguments' protection,
   * returns those still held; their owner will be told by the submitter, or is told by this process
   * if there is no submitter any more. A submitter that is this process itself registers when it
   * learns of the end, not before: until the owner knows, it has to keep what contains them.
   */
  List<ObjectId> retain(Collection<ObjectId> acquired, long submitter) {
    List<ObjectId> retained = new ArrayList<>();
    for (ObjectId id : acquired) {
      BorrowedReference reference = borrowed.get(id);
      if (reference != null && !reference.isUnused()) {
        if (dead.contains(submitter)) {
          register(reference, false);
        } else {
          if (submitter != self) {
            reference.registeredBy(submitter);
          }
          retained.add(id);
        }
      }
    }
    return retained;
  }

  /** The worker keeps these beyond the run: tells their owners, before the task's own hold ends. */
  void retainedBy(long worker, List<ObjectId> ids) {
    if (worker == self) {
      protect(ids, List.of());
      return;
    }
    for (ObjectId id : ids) {
      share(id, worker);
    }
  }

  /**
   * Registers another process for an object that this one holds. What goes home needs no
   * registration: the owner reads it before it reads that this process lets go. What a process
   * sends to itself does, because it lets go at once.
   */
  void share(ObjectId id, long process) {
    if (id.owner() == process && process != self) {
      return;
    }
    OwnedReference reference = findOwned(id);
    if (reference != null) {
      if (!dead.contains(process)) {
        reference.addBorrower(process, self, 1);
      }
      check(reference);
    } else if (id.owner() != self) {
      effects.send(id.owner(), new Message.AddBorrower(id, process, self, false));
    }
  }

  // ---- outcomes

  /**
   * Sets the value of an object that this process made; the refs in it are held by its handles now.
   */
  void resolveLocally(OwnedReference reference, Outcome outcome) {
    for (ObjectId id : outcome.contained()) {
      Reference inner = findOrBorrow(id);
      if (inner != null) {
        inner.contained++;
      }
    }
    settle(reference, outcome);
  }

  /**
   * Sets the result of a task that another process ran; that process registered this one for its
   * refs.
   */
  void resolveFrom(OwnedReference reference, Outcome outcome, long worker) {
    switch (outcome) {
      case Outcome.Failed failed -> settle(reference, failed);
      case Outcome.Alias alias -> becomeAlias(reference, takeOver(alias.target(), worker));
      case Outcome.Inline inline -> settle(reference, takeOverContained(inline, worker));
      case Outcome.Stored stored -> settle(reference, takeOverContained(stored, worker));
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
      OwnedReference own = owned.get(id.number());
      if (own != null && worker == self) {
        own.addBorrower(self, self, -1);
      }
      return own;
    }
    BorrowedReference source = borrow(id);
    source.registeredBy(worker);
    if (id.owner() != worker || isActor(id)) {
      return source;
    }
    if (source.heir != null) {
      return source.heir;
    }
    OwnedReference heir = make(mint(), null, null);
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

  private void becomeAlias(OwnedReference alias, @Nullable Reference target) {
    if (target == null) {
      settle(alias, lost(alias.id()));
      return;
    }
    Reference end = target;
    while (end instanceof OwnedReference next && next.target != null && next.outcome == null) {
      end = next.target;
    }
    if (end == alias) {
      settle(alias, cycle(alias.id()));
      return;
    }
    alias.target = target;
    target.aliases++;
    if (target.outcome != null) {
      settle(alias, target.outcome);
      return;
    }
    target.addAliasWaiter(alias);
    if (end instanceof OwnedReference own && own.adopting != null) {
      effects.send(
          own.adopting.id().owner(), new Message.ProbeAlias(alias.id(), own.adopting.id()));
    } else if (end instanceof BorrowedReference foreign) {
      ask(foreign);
      effects.send(foreign.id().owner(), new Message.ProbeAlias(alias.id(), foreign.id()));
    }
  }

  /** Follows aliases from one of this process's objects, for an alias that may close a circle. */
  void probe(ObjectId origin, ObjectId at) {
    Reference end = find(at);
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
    OwnedReference reference = findOwned(origin);
    if (reference != null && reference.outcome == null && reference.target != null) {
      Reference target = reference.target;
      reference.target = null;
      target.aliases--;
      if (target.aliasWaiters != null) {
        target.aliasWaiters.remove(reference);
      }
      settle(reference, cycle(origin));
      check(target);
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

  private static Outcome.Failed lost(ObjectId id) {
    return Outcome.Failed.of(
        ErrorCode.OBJECT_LOST,
        "object "
            + id
            + " is gone: its last ref was released before it was asked for; keep a ref to"
            + " it for as long as it is used");
  }

  private static boolean hasValueOfItsOwn(Reference reference) {
    return reference instanceof OwnedReference own && own.target == null;
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
    check(reference);
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
    OwnedReference reference = findOwned(question.object());
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
      protect(outcome.contained(), List.of(reference));
      for (ObjectId id : outcome.contained()) {
        share(id, asker.process());
      }
    }
    effects.send(asker.process(), new Message.Resolved(reference.id(), outcome, asker.adopt()));
  }

  void answered(Message.Resolved answer) {
    BorrowedReference source = borrowed.get(answer.object());
    if (source == null) {
      return;
    }
    if (!answer.adopt()) {
      settle(source, answer.outcome());
      check(source);
      return;
    }
    OwnedReference heir = source.heir;
    if (heir == null) {
      return;
    }
    if (answer.outcome() instanceof Outcome.Stored stored) {
      effects.pin(stored, heir.id());
      resolveFrom(heir, stored, source.id().owner());
    } else {
      resolveFrom(heir, answer.outcome(), source.id().owner());
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
      check(source);
      check(heir);
    }
  }

  void pinned(ObjectId heir) {
    OwnedReference reference = findOwned(heir);
    if (reference != null) {
      inherit(reference);
    }
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

  void addBorrower(Message.AddBorrower message) {
    OwnedReference reference = findOwned(message.object());
    if (reference != null && !dead.contains(message.borrower())) {
      reference.addBorrower(message.borrower(), message.registrar(), 1);
      check(reference);
    }
    if (message.acknowledge()) {
      effects.send(message.borrower(), new Message.BorrowerAdded(message.object()));
    }
  }

  void removeBorrower(Message.RemoveBorrower message) {
    OwnedReference reference = findOwned(message.object());
    if (reference != null) {
      reference.addBorrower(message.borrower(), message.registrar(), -message.registrations());
      if (dead.contains(message.registrar())) {
        reference.processDied(message.registrar());
      }
      check(reference);
    }
  }

  /** A borrower answers how many registrations by a registrar which is gone it knows of. */
  void confirmed(Message.BorrowerConfirmed answer) {
    OwnedReference reference = findOwned(answer.object());
    if (reference != null) {
      reference.confirm(answer.borrower(), answer.registrar(), answer.registrations());
      check(reference);
    }
  }

  /** A result that nobody wants: what its maker registered for this process is given back. */
  void discard(List<Outcome> outcomes, long worker) {
    for (Outcome outcome : outcomes) {
      for (ObjectId id : outcome.contained()) {
        if (id.owner() != self) {
          effects.send(id.owner(), new Message.RemoveBorrower(id, self, worker, 1));
        } else if (worker == self) {
          removeBorrower(new Message.RemoveBorrower(id, self, self, 1));
        }
      }
      if (outcome instanceof Outcome.Stored stored) {
        effects.release(stored);
      }
    }
  }

  /** Another process is gone: what it owned is lost, what it held is not held any more. */
  void processDied(long process, String reason) {
    List<Reference> all = new ArrayList<>();
    owned.forEach(all::add);
    for (Reference reference : all) {
      OwnedReference own = (OwnedReference) reference;
      own.processDied(process);
      for (long borrower : own.registeredBy(process)) {
        effects.send(borrower, new Message.ConfirmBorrower(own.id(), process));
      }
      check(own);
    }
    for (BorrowedReference foreign : List.copyOf(borrowed.values())) {
      if (foreign.id().owner() == process) {
        Outcome.Failed died =
            Outcome.Failed.of(
                ErrorCode.OWNER_DIED,
                "object "
                    + foreign.id()
                    + " is lost: the process that owned it is gone ("
                    + reason
                    + "); submit its task again from a process that lives");
        acknowledged(foreign.id());
        settle(foreign, died);
        if (foreign.heir != null) {
          settle(foreign.heir, died);
          inherit(foreign.heir);
        }
        foreign.forgetRegistrations();
        check(foreign);
      } else if (foreign.isRegisteredBy(process) && !foreign.isRegisteredBy(self)) {
        // It may have died before it told the owner.
        register(foreign, false);
      }
    }
    confirmations.registrarDied(process);
  }

  /** Nothing will ever come of what is not known yet: promises, aliases and refs of others. */
  void failUnresolved(Outcome.Failed failure) {
    List<Reference> unresolved = new ArrayList<>();
    owned.forEach(unresolved::add);
    unresolved.addAll(borrowed.values());
    unresolved.removeIf(reference -> reference.outcome != null);
    unresolved.forEach(reference -> settle(reference, failure));
  }

  // ---- looking in

  void forEachOwned(Consumer<OwnedReference> visitor) {
    owned.forEach(visitor);
  }

  int ownedCount() {
    return owned.size();
  }

  int borrowedCount() {
    return borrowed.size();
  }
}
