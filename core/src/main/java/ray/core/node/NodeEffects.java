package ray.core.node;

import ray.core.Message;

/** What a node's core wants done. None of these may block or call the core back. */
public interface NodeEffects {
  /** Sends a message to a process, in order. */
  void send(long process, Message message);

  /** Starts a worker for a job; {@link NodeCore#workerStarted} is to be called when it is there. */
  void startWorker(long job);

  /** Where the control service is. */
  long control();
}
