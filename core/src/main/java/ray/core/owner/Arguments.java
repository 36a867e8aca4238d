package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ObjectId;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskSpec;

/**
 * What tasks take: the objects given as refs, those inside of values, and the actor called. They
 * are held from a task's submission to its end.
 */
final class Arguments {
  private final References references;
  private final Borrowing borrowing;
  private final Outcomes outcomes;

  Arguments(References references) {
    this.references = references;
    this.borrowing = references.borrowing();
    this.outcomes = references.outcomes();
  }

  /** Holds what a task takes; returns why it can't run, if one of its arguments has failed. */
  Outcome.@Nullable Failed hold(Task task) {
    Outcome.Failed broken = null;
    for (Object argument : task.spec().arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        Reference reference = references.findOrBorrow(id);
        if (reference == null) {
          throw new IllegalStateException("argument " + id + " is not held by its submitter");
        }
        reference.arguments++;
        if (reference.outcome == null) {
          reference.addDependent(task);
          task.unresolved++;
          if (reference instanceof BorrowedReference foreign) {
            outcomes.ask(foreign);
          }
        } else if (reference.outcome instanceof Outcome.Failed failed && broken == null) {
          broken = failed;
        }
      }
    }
    for (ObjectId id : task.spec().nested()) {
      Reference reference = references.findOrBorrow(id);
      if (reference != null) {
        reference.arguments++;
      }
    }
    return broken;
  }

  /** Holds once more what a task or a call takes, which is held already. */
  void holdAgain(TaskSpec spec) {
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        holdAgain(id);
      }
    }
    for (ObjectId id : spec.nested()) {
      holdAgain(id);
    }
    ActorId actor = spec.actor();
    if (actor != null) {
      holdAgain(actor.creation());
    }
  }

  private void holdAgain(ObjectId id) {
    Reference reference = references.find(id);
    if (reference != null) {
      reference.arguments++;
    }
  }

  /** Lets go of what {@link #hold} held. */
  void release(TaskSpec spec) {
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        release(id);
      }
    }
    for (ObjectId id : spec.nested()) {
      release(id);
    }
    ActorId actor = spec.actor();
    if (actor != null && !spec.isCreation()) {
      release(actor.creation());
    }
  }

  private void release(ObjectId id) {
    Reference reference = references.find(id);
    if (reference != null) {
      reference.arguments--;
      references.check(reference);
    }
  }

  /** The values of the refs, in order; null where there are none. */
  Outcome @Nullable [] values(TaskSpec spec) {
    List<Outcome> values = null;
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        if (values == null) {
          values = new ArrayList<>();
        }
        Reference reference = references.find(id);
        Outcome outcome = reference == null ? null : reference.outcome;
        if (outcome == null) {
          throw new IllegalStateException("argument " + id + " of " + spec + " is not ready");
        }
        values.add(outcome);
      }
    }
    return values == null ? null : values.toArray(new Outcome[0]);
  }

  /** Adds the sizes of a task's large arguments to those of the nodes where they lie. */
  void addBytes(Task task, Map<Long, Long> bytesByNode) {
    for (Object argument : task.spec().arguments()) {
      if (argument instanceof RefArgument(ObjectId id)
          && references.find(id) instanceof Reference reference
          && reference.outcome instanceof Outcome.Stored stored) {
        bytesByNode.merge(stored.node(), stored.sizeBytes(), Long::sum);
      }
    }
  }

  private List<Reference> held(TaskSpec spec) {
    List<Reference> all = new ArrayList<>();
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)
          && references.find(id) instanceof Reference reference) {
        all.add(reference);
      }
    }
    return all;
  }

  /** Of what a worker has from a task's arguments, none may be lost when those are let go. */
  void keepKnown(List<ObjectId> kept, TaskSpec spec) {
    if (!kept.isEmpty()) {
      borrowing.protect(kept, held(spec));
    }
  }
}
