package ray.simulator;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.LongPredicate;
import ray.ActorId;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/**
 * Who has been registered for which object, by what its owner was told: a bystander's copy of the
 * owners' books. An object that is freed while a living process stands in them was freed too early,
 * whoever has died.
 */
final class Registrations {
  private record Entry(ObjectId object, long borrower, long registrar)
      implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byObject = object.compareTo(other.object);
      int byBorrower = byObject != 0 ? byObject : Long.compare(borrower, other.borrower);
      return byBorrower != 0 ? byBorrower : Long.compare(registrar, other.registrar);
    }
  }

  private final Map<Entry, Integer> books = new TreeMap<>();

  /** Actors that their owners have let go once: who finds one by its name holds nothing. */
  private final Set<ObjectId> released = new HashSet<>();

  private final BiPredicate<Long, ObjectId> known;
  private final LongPredicate dead;

  /**
   * Books that are empty.
   *
   * @param known whether an owner knows an object of its own
   * @param dead whether a process is gone, or given up
   */
  Registrations(BiPredicate<Long, ObjectId> known, LongPredicate dead) {
    this.known = known;
    this.dead = dead;
  }

  /** An owner sends something: what it hands out of its own, it has written down. */
  void sent(long from, long to, Message message) {
    switch (message) {
      case Message.TasksDone done -> {
        for (Message.Done result : done.results()) {
          result.outcomes().forEach(outcome -> shared(from, to, outcome));
        }
      }
      case Message.ItemMade item -> shared(from, to, item.outcome());
      case Message.Resolved(ObjectId object, Outcome outcome, boolean adopt) -> {
        if (adopt) {
          shared(from, to, outcome);
        }
      }
      case Message.ActorOutOfScope(ActorId actor) -> released.add(actor.creation());
      default -> {}
    }
  }

  private void shared(long from, long to, Outcome outcome) {
    for (ObjectId id : outcome.contained()) {
      if (from != to && id.owner() == from) {
        add(id, to, from, 1);
      }
    }
  }

  /** A process is about to read something. */
  void read(long process, Message message) {
    switch (message) {
      case Message.AddBorrower(
              ObjectId object,
              long borrower,
              long registrar,
              boolean acknowledge) ->
          add(object, borrower, registrar, 1);
      case Message.RemoveBorrower(ObjectId object, long borrower, long registrar, int count) ->
          add(object, borrower, registrar, -count);
      case Message.BorrowerConfirmed(ObjectId object, long borrower, long registrar, int count) ->
          confirm(new Entry(object, borrower, registrar), count);
      case Message.TasksDone done -> {
        for (Message.Done result : done.results()) {
          retained(process, done.worker(), result.retained());
        }
      }
      case Message.ActorChanged change -> retained(process, change.worker(), change.retained());
      default -> {}
    }
  }

  private void retained(long process, long worker, List<ObjectId> kept) {
    for (ObjectId id : kept) {
      if (worker != process && id.owner() == process) {
        add(id, worker, process, 1);
      }
    }
  }

  private void add(ObjectId object, long borrower, long registrar, int count) {
    if (known.test(object.owner(), object) && !released.contains(object) && !dead.test(borrower)) {
      Entry entry = new Entry(object, borrower, registrar);
      if (books.merge(entry, count, Integer::sum) == 0) {
        books.remove(entry);
      }
    }
  }

  private void confirm(Entry entry, int count) {
    if (count == 0) {
      books.remove(entry);
    } else {
      books.replace(entry, count);
    }
  }

  /** Sees that what living processes stand in the books for is there. */
  void check() {
    books
        .keySet()
        .removeIf(entry -> dead.test(entry.borrower()) || dead.test(entry.object().owner()));
    books.forEach((entry, count) -> {
      if (count > 0 && !known.test(entry.object().owner(), entry.object())) {
        throw new Violation(
            Rule.REACHABLE,
            "object "
                + entry.object()
                + " was freed while "
                + Trace.name(entry.borrower())
                + " was registered for it by "
                + Trace.name(entry.registrar()));
      }
    });
  }
}
