package ray.runtime;

import org.jspecify.annotations.Nullable;
import ray.core.Message;
import ray.core.Outcome;
import ray.spi.Backend;

/** How a thread waits for a result: giving its CPU back, or running the task itself. */
public interface Waiting {
  /** Waits until a deadline; returns null if it is over. */
  @Nullable Outcome await(Handle<?> handle, long deadlineNs);

  /** An actor's registration was answered. */
  void actorRegistered(Message.ActorRegistered answer);

  /** Something waits for time to pass, although nothing may be running. */
  void timeMatters();

  /** The instance that calls of actors go to. */
  Backend backend();
}
