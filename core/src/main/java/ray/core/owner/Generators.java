package ray.core.owner;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.Invariant;
import ray.core.Message;
import ray.core.Outcome;

/** Tasks whose results come one by one: each item becomes an object when it arrives. */
final class Generators {
  private final OwnerEffects effects;
  private final References references;
  private final Outcomes outcomes;
  private final Adoption adoption;

  Generators(OwnerEffects effects, References references) {
    this.effects = effects;
    this.references = references;
    this.outcomes = references.outcomes();
    this.adoption = references.adoption();
  }

  void itemMade(Message.ItemMade message) {
    OwnedReference first = references.findOwned(message.task());
    Task task = first == null ? null : first.producer;
    if (task == null || task.attempt != message.attempt() || task.worker != message.worker()) {
      adoption.discard(List.of(message.outcome()), message.worker());
      return;
    }
    if (message.index() < task.items) {
      // Another run makes again what is here already, of which it may not wait to be taken.
      adoption.discard(List.of(message.outcome()), message.worker());
      if (message.index() == 0) {
        itemsTaken(task, task.itemsTaken);
      }
      return;
    }
    Invariant.check(message.index() == task.items, "items come in order", task);
    task.items++;
    Object stream = task.stream;
    if (stream == null) {
      adoption.discard(List.of(message.outcome()), message.worker());
      return;
    }
    ObjectId id = references.mint();
    OwnedReference item = references.make(id, null, null);
    item.contained++;
    adoption.resolve(item, message.outcome(), message.worker());
    Outcome outcome = item.outcome == null ? message.outcome() : item.outcome;
    Object cell = effects.item(stream, id, outcome);
    references.attach(item, cell);
    if (item.outcome != null) {
      effects.ready(cell, item.outcome);
    }
    item.contained--;
    references.check(item);
  }

  /** The consumer took items, so that more may be made. */
  void itemsTaken(Task task, int count) {
    task.itemsTaken = count;
    if (task.state == TaskInfo.State.RUNNING) {
      effects.send(task.worker, new Message.ItemsTaken(task.spec().id(), count));
    }
  }

  /** No more items come; a failure is the last of them. */
  void end(Task task, Outcome.@Nullable Failed failed) {
    Object stream = task.stream;
    if (failed != null && stream != null) {
      ObjectId id = references.mint();
      Object cell = effects.item(stream, id, failed);
      outcomes.settle(references.make(id, cell, null), failed);
    }
    if (stream != null) {
      effects.endOfItems(stream);
    }
    OwnedReference first = references.findOwned(task.spec().id());
    if (first != null) {
      first.producer = null;
      outcomes.settle(first, failed != null ? failed : new Outcome.Inline(null, 0, List.of()));
      references.check(first);
    }
  }
}
