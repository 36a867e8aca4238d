package ray.wire;

import ray.core.Message;

/**
 * Carries messages between processes: once and in order between two that live. A message to a
 * process that is gone is dropped; who depends on it learns of the death.
 */
public interface Transport {
  /** Sends a message; never blocks. */
  void send(long process, Message message);
}
