package ray.core.executor;

import ray.ObjectId;
import ray.core.Message;

/** What an executor's core wants done. None of these may block or call the core back. */
public interface ExecutorEffects {
  /** Sends a message to a process, in order. */
  void send(long process, Message message);

  /** Something can be taken: a thread is needed. */
  void runnable();

  /** Interrupts a run. */
  void interrupt(Execution execution);

  /** A blocked run has its CPUs again, and goes on. */
  void resume(Execution execution);

  /** The consumer of a generator took so many items. */
  void itemsTaken(Execution execution, int count);

  /** Cancel what a run has submitted, by force if so. */
  void cancelChildren(ObjectId task, boolean force);

  /** An actor has ended; its object can go. */
  void actorGone(ActorSlot actor);

  /** Something waits for time to pass: {@link ExecutorCore#tick} is to be called soon. */
  void tickSoon();

  /** Where the node service is. */
  long node();
}
