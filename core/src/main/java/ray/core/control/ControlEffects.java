package ray.core.control;

import ray.core.Message;

/** What the control service's core wants done. None of these may block or call the core back. */
public interface ControlEffects {
  /** Sends a message to a process, in order. */
  void send(long process, Message message);
}
