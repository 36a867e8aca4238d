package ray.simulator;

import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorEffects;
import ray.core.owner.OwnerEffects;
import ray.core.owner.Task;

/**
 * What cores want done where all tasks are plain: small values, no items, no actors, nothing that
 * waits, fails or is cancelled. A core that asks for anything else is wrong.
 */
interface PlainTaskEffects extends OwnerEffects, ExecutorEffects {
  private static IllegalStateException notPlain(String effect, Object about) {
    return new IllegalStateException(effect + " was asked for by a plain task: " + about);
  }

  @Override
  default void release(Outcome.Stored stored) {
    throw notPlain("a release", stored);
  }

  @Override
  default void pin(Outcome.Stored stored, ObjectId heir) {
    throw notPlain("a pin", stored);
  }

  @Override
  default Object item(Object stream, ObjectId item, Outcome outcome) {
    throw notPlain("an item", item);
  }

  @Override
  default void endOfItems(Object stream) {
    throw notPlain("an end of items", stream);
  }

  @Override
  default void unseenFailure(Task task, Outcome.Failed failure) {
    throw notPlain("a failure", task);
  }

  @Override
  default void actorRegistered(Message.ActorRegistered answer) {
    throw notPlain("an actor", answer);
  }

  @Override
  default void interrupt(Execution execution) {
    throw notPlain("an interrupt", execution);
  }

  @Override
  default void resume(Execution execution) {
    throw notPlain("a resumption", execution);
  }

  @Override
  default void itemsTaken(Execution execution, int count) {
    throw notPlain("more items", execution);
  }

  @Override
  default void cancelChildren(ObjectId task, boolean force) {
    throw notPlain("a cancel", task);
  }

  @Override
  default void actorGone(ActorSlot actor) {
    throw notPlain("an actor's end", actor);
  }
}
