package ray.core.owner;

import org.jspecify.annotations.Nullable;
import ray.core.FunctionKey;

/**
 * What is shown of a queue of ready tasks.
 *
 * @param key function and needs
 * @param waiting how many wait
 * @param handedOver how many were handed to a worker
 * @param oldest the one that waits longest; null if none waits
 * @param submitted how many there ever were
 * @param finished how many ended with a result
 * @param failed how many ended without
 */
public record QueueView(
    FunctionKey key,
    int waiting,
    int handedOver,
    @Nullable TaskView oldest,
    long submitted,
    long finished,
    long failed) {

  static QueueView of(LeaseQueue queue) {
    Task oldest = queue.oldest();
    return new QueueView(
        queue.key,
        queue.waiting(),
        queue.outstanding(),
        oldest == null ? null : TaskView.of(oldest),
        queue.submitted,
        queue.finished,
        queue.failed);
  }
}
