package ray.wire;

import ray.core.Message;

/** Where a process takes messages. */
@FunctionalInterface
public interface Endpoint {
  /** Takes a message; never blocks. */
  void deliver(Message message);
}
