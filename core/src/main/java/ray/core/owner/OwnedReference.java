package ray.core.owner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Outcome;

/** An object of this process: it alone decides when the object is freed. */
public final class OwnedReference extends Reference {
  /** The task that makes it; null once it is made, or where it was put. */
  @Nullable Task producer;

  /** What it is another name of; null where it has a value of its own. */
  @Nullable Reference target;

  /** Whether the program is still to complete it, and so keeps it. */
  boolean promised;

  /**
   * Its value, put before the store has said that it takes it: until then nobody else is told, and
   * the value goes if the object is freed.
   */
  Outcome.@Nullable Stored ahead;

  /** The foreign object whose value this one takes over; null when that is done. */
  @Nullable BorrowedReference adopting;

  /**
   * How many registrations other processes have. A number may be negative for a while: a borrower's
   * own message can overtake that of the process which registered it.
   */
  @Nullable Map<Registration, Integer> borrowers;

  /**
   * Whether it is an actor that lives without any reference, and was found by its name after this
   * process had forgotten it: who registered in between is not known, and keeps nothing.
   */
  boolean foundByName;

  /** Processes that asked what the object is. */
  @Nullable List<Asker> askers;

  /** Where the program created it, if that is recorded, opaque. */
  @Nullable Object creationSite;

  /** That a process holds the object, and who said so. */
  record Registration(long borrower, long registrar) {}

  /** A process that waits for the outcome. */
  record Asker(long process, boolean adopt) {}

  OwnedReference(ObjectId id) {
    super(id);
  }

  void addBorrower(long process, long registrar, int count) {
    if (borrowers == null) {
      borrowers = new HashMap<>(4);
    }
    Registration registration = new Registration(process, registrar);
    if (borrowers.merge(registration, count, Integer::sum) == 0) {
      borrowers.remove(registration);
    }
  }

  /**
   * A process is gone: what it held is not held any more, and of what it said of others nothing is
   * on its way, so that no number is negative for that.
   */
  void processDied(long process) {
    Map<Registration, Integer> all = borrowers;
    if (all != null) {
      all.entrySet()
          .removeIf(each ->
              each.getKey().borrower() == process
                  || each.getKey().registrar() == process && each.getValue() < 0);
    }
    if (askers != null) {
      askers.removeIf(asker -> asker.process() == process);
    }
  }

  /** Who has registrations that a process made which is gone: it may not have told all of them. */
  List<Long> registeredBy(long registrar) {
    if (borrowers == null) {
      return List.of();
    }
    return borrowers.keySet().stream()
        .filter(each -> each.registrar() == registrar)
        .map(Registration::borrower)
        .sorted()
        .toList();
  }

  /** How many registrations by a process which is gone a borrower knows of. */
  void confirm(long process, long registrar, int count) {
    if (borrowers != null) {
      Registration registration = new Registration(process, registrar);
      if (count == 0) {
        borrowers.remove(registration);
      } else {
        borrowers.replace(registration, count);
      }
    }
  }

  void addAsker(Asker asker) {
    if (askers == null) {
      askers = new ArrayList<>(2);
    }
    askers.add(asker);
  }

  /** Whether others hold it or wait for it, or a task of this process has not ended. */
  boolean isNeeded() {
    return producer != null
        || adopting != null
        || arguments > 0
        || borrowers != null && !borrowers.isEmpty()
        || askers != null && !askers.isEmpty();
  }

  boolean isFreeable() {
    return isUnused()
        && producer == null
        && adopting == null
        && (foundByName || borrowers == null || borrowers.isEmpty());
  }
}
