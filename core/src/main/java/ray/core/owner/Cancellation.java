package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
import ray.CancelOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.Message;
import ray.core.Outcome;

/** Ends tasks before their time: one on request, with its children, or all at the end. */
final class Cancellation {
  private final long self;
  private final OwnerEffects effects;
  private final References references;
  private final TaskLife tasks;

  Cancellation(long self, OwnerEffects effects, References references, TaskLife tasks) {
    this.self = self;
    this.effects = effects;
    this.references = references;
    this.tasks = tasks;
  }

  /** Cancels the task that makes an object, whoever owns it. */
  void cancel(ObjectId id, CancelOptions how) {
    if (id.owner() != self) {
      tell(id, how);
      return;
    }
    OwnedReference reference = references.findOwned(id);
    while (reference != null && reference.producer == null && reference.outcome == null) {
      if (reference.adopting != null) {
        tell(reference.adopting.id(), how);
        return;
      }
      if (reference.target instanceof BorrowedReference foreign) {
        tell(foreign.id(), how);
        return;
      }
      reference = (OwnedReference) reference.target;
    }
    if (reference != null && reference.producer != null) {
      cancel(reference.producer, how);
    } else if (how.force()) {
      tasks.forceAbandoned(id, how.recursive());
    }
  }

  private void tell(ObjectId foreign, CancelOptions how) {
    effects.send(foreign.owner(), new Message.CancelTask(foreign, how.recursive(), how.force()));
  }

  /** Whether an object of this owner is still to be made by a call of an actor. */
  boolean isCall(ObjectId id) {
    OwnedReference reference = references.findOwned(id);
    return reference != null
        && reference.producer != null
        && reference.producer.spec().actor() != null;
  }

  /** Cancels all that a task of this process's executor submitted. */
  void cancelChildren(ObjectId parent, boolean force) {
    List<Task> children = new ArrayList<>();
    references.forEachOwned(own -> {
      if (own.producer != null && parent.equals(own.producer.spec().parent())) {
        children.add(own.producer);
      }
    });
    children.forEach(child -> cancel(child, new CancelOptions(true, force)));
  }

  /** Ends all that is unfinished. */
  void cancelAll(Outcome.Failed failure) {
    List<Task> unfinished = new ArrayList<>();
    references.forEachOwned(own -> {
      if (own.producer != null) {
        unfinished.add(own.producer);
      }
    });
    for (Task task : unfinished) {
      interrupt(task, CancelOptions.DEFAULT.withRecursive(true), failure);
    }
    references.outcomes().failUnresolved(failure);
  }

  private void cancel(Task task, CancelOptions how) {
    if (task.spec().isCreation()) {
      return;
    }
    interrupt(
        task,
        how,
        Outcome.Failed.of(
            ErrorCode.TASK_CANCELLED, "task " + task.spec().name() + " was cancelled"));
  }

  /** Ends a task now, whatever its run does. */
  private void interrupt(Task task, CancelOptions how, Outcome.Failed failure) {
    if (task.isEnded()) {
      return;
    }
    boolean runs = task.state == TaskInfo.State.RUNNING;
    if (task.spec().isCreation()) {
      if (!runs) {
        tasks.fail(task, failure);
        return;
      }
    } else if (runs) {
      boolean force = how.force() && task.spec().actor() == null;
      var cancel = new Message.CancelRun(task.spec().id(), how.recursive(), force);
      effects.send(task.worker, cancel);
      tasks.abandon(task);
    }
    tasks.leaveQueue(task);
    tasks.end(task, List.of(failure), 0);
  }
}
