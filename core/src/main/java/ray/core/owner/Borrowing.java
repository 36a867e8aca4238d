package ray.core.owner;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.DeadProcesses;
import ray.core.Message;

/**
 * Who holds objects of others: what this process tells their owners of itself and of those to whom
 * it hands them on, and what it is told of its own objects.
 */
final class Borrowing {
  private final long self;
  private final OwnerEffects effects;
  private final DeadProcesses dead;
  private final References references;

  Borrowing(long self, OwnerEffects effects, DeadProcesses dead, References references) {
    this.self = self;
    this.effects = effects;
    this.dead = dead;
    this.references = references;
  }

  // ---- this process holds what it got from others

  void register(BorrowedReference reference, boolean acknowledge) {
    reference.registeredBy(self);
    effects.send(
        reference.id().owner(), new Message.AddBorrower(reference.id(), self, self, acknowledge));
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
      BorrowedReference reference = references.findBorrowed(id);
      BorrowedReference keeper = foreignKeeper(id, containers);
      if (keeper != null) {
        registerAhead(references.borrow(id), keeper);
      } else if (reference != null && !reference.isUnused()) {
        registerAhead(reference, reference);
      }
    }
  }

  /** Which of these, of another owner than the object is, has a value that contains it. */
  private static @Nullable BorrowedReference foreignKeeper(
      ObjectId id, List<Reference> containers) {
    for (Reference container : containers) {
      if (container.keeper() instanceof BorrowedReference foreign
          && foreign.id().owner() != id.owner()
          && foreign.outcome != null
          && foreign.outcome.contained().contains(id)) {
        return foreign;
      }
    }
    return null;
  }

  private void registerAhead(BorrowedReference reference, BorrowedReference keeper) {
    if (!reference.isRegistered()) {
      register(reference, true);
      keeper.contained++;
      reference.keepUntilAcknowledged(keeper);
    }
  }

  void acknowledged(ObjectId id) {
    BorrowedReference reference = references.findBorrowed(id);
    if (reference != null && reference.umbrellas != null) {
      List<Reference> kept = reference.umbrellas;
      reference.umbrellas = null;
      for (Reference umbrella : kept) {
        umbrella.contained--;
        references.check(umbrella);
      }
      references.check(reference);
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
      BorrowedReference reference = references.findBorrowed(id);
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
    OwnedReference reference = references.findOwned(id);
    if (reference != null) {
      if (!dead.contains(process)) {
        reference.addBorrower(process, self, 1);
      }
      references.check(reference);
    } else if (id.owner() != self) {
      effects.send(id.owner(), new Message.AddBorrower(id, process, self, false));
    }
  }

  // ---- others hold what is of this process

  void addBorrower(Message.AddBorrower message) {
    OwnedReference reference = references.findOwned(message.object());
    if (reference != null && !dead.contains(message.borrower())) {
      reference.addBorrower(message.borrower(), message.registrar(), 1);
      references.check(reference);
    }
    if (message.acknowledge()) {
      effects.send(message.borrower(), new Message.BorrowerAdded(message.object()));
    }
  }

  void removeBorrower(Message.RemoveBorrower message) {
    OwnedReference reference = references.findOwned(message.object());
    if (reference != null) {
      reference.addBorrower(message.borrower(), message.registrar(), -message.registrations());
      if (dead.contains(message.registrar())) {
        reference.processDied(message.registrar());
      }
      references.check(reference);
    }
  }

  /** A borrower answers how many registrations by a registrar which is gone it knows of. */
  void confirmed(Message.BorrowerConfirmed answer) {
    OwnedReference reference = references.findOwned(answer.object());
    if (reference != null) {
      reference.confirm(answer.borrower(), answer.registrar(), answer.registrations());
      references.check(reference);
    }
  }
}
