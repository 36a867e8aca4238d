package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
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
  void cancel(ObjectId id, boolean recursive) {
    if (id.owner() != self) {
      effects.send(id.owner(), new Message.CancelTask(id, recursive));
      return;
    }
    OwnedReference reference = references.findOwned(id);
    while (reference != null && reference.producer == null && reference.outcome == null) {
      if (reference.adopting != null) {
        effects.send(
            reference.adopting.id().owner(),
            new Message.CancelTask(reference.adopting.id(), recursive));
        return;
      }
      if (reference.target instanceof BorrowedReference foreign) {
        effects.send(foreign.id().owner(), new Message.CancelTask(foreign.id(), recursive));
        return;
      }
      reference = (OwnedReference) reference.target;
    }
    if (reference != null && reference.producer != null) {
      cancel(reference.producer, recursive);
    }
  }

  /** Cancels all that a task of this process's executor submitted. */
  void cancelChildren(ObjectId parent) {
    List<Task> children = new ArrayList<>();
    references.forEachOwned(own -> {
      if (own.producer != null && parent.equals(own.producer.spec().parent())) {
        children.add(own.producer);
      }
    });
    children.forEach(child -> cancel(child, true));
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
      interrupt(task, true, failure);
    }
    references.outcomes().failUnresolved(failure);
  }

  private void cancel(Task task, boolean recursive) {
    if (task.spec().isCreation()) {
      return;
    }
    interrupt(
        task,
        recursive,
        Outcome.Failed.of(
            ErrorCode.TASK_CANCELLED, "task " + task.spec().name() + " was cancelled"));
  }

  /** Ends a task now, whatever its run does. */
  private void interrupt(Task task, boolean recursive, Outcome.Failed failure) {
    if (task.isEnded()) {
      return;
    }
    if (task.state == TaskInfo.State.RUNNING && !task.spec().isCreation()) {
      effects.send(task.worker, new Message.CancelRun(task.spec().id(), recursive));
      tasks.abandon(task);
    }
    tasks.leaveQueue(task);
    tasks.end(task, List.of(failure), 0);
  }
}
