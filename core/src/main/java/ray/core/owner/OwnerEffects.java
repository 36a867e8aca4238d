package ray.core.owner;

import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/**
 * What an owner's core wants done. None of these may block or call the core back; messages to one
 * process must leave in the order of the calls.
 */
public interface OwnerEffects {
  /** Sends a message to a process, which may be this one. */
  void send(long process, Message message);

  /** The object of a handle is ready. */
  void ready(Object cell, Outcome outcome);

  /** This process has no use for a stored value any more. */
  void release(Outcome.Stored stored);

  /**
   * Keeps a stored value for this process; {@link OwnerCore#pinned} is to be called when that is
   * done.
   */
  void pin(Outcome.Stored stored, ObjectId heir);

  /** A generator made an item. Returns the handle's cell. */
  Object item(Object stream, ObjectId id, Outcome outcome);

  /** A generator has ended. */
  void endOfItems(Object stream);

  /** A task failed, and no handle is left to see it. */
  void unseenFailure(Task task, Outcome.Failed failure);

  /** Where the control service is. */
  long control();

  /** Where this process's node service is. */
  long node();

  /** Something waits for time to pass: {@link OwnerCore#tick} is to be called soon. */
  void tickSoon();

  /** An actor's registration was answered. */
  void actorRegistered(Message.ActorRegistered answer);
}
