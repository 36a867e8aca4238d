package ray.core.node;

import ray.RuntimeEnv;
import ray.core.Message;

/** What a node's core wants done. None of these may block or call the core back. */
public interface NodeEffects {
  /** Sends a message to a process, in order. */
  void send(long process, Message message);

  /**
   * Starts a worker for a job, in such a process; {@link NodeCore#workerStarted} or {@link
   * NodeCore#workerFailed} is to be called when it is there, or can't be.
   */
  void startWorker(long job, RuntimeEnv runtimeEnv);

  /** Ends a worker's process, if that is possible and it is there; nobody in it is to blame. */
  void endWorker(long worker, String reason);

  /** Where the control service is. */
  long control();
}
