package ray.core.executor;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The queues of which something may start, in the order in which they came to that. */
final class Startable {
  private final ExecutorEffects effects;
  private final ArrayDeque<CallQueue> queues = new ArrayDeque<>();

  Startable(ExecutorEffects effects) {
    this.effects = effects;
  }

  /** Something about a queue has changed: adds it, if something of it may start. */
  void add(CallQueue queue) {
    if (!queue.listed && queue.canStart()) {
      queue.listed = true;
      queues.add(queue);
      effects.runnable();
    }
  }

  /** Takes the next queue of which something may start, or null. */
  @Nullable CallQueue poll() {
    for (CallQueue queue; (queue = queues.poll()) != null; ) {
      queue.listed = false;
      if (queue.canStart()) {
        return queue;
      }
    }
    return null;
  }

  /** Whether there is such a queue. */
  boolean hasAny() {
    for (CallQueue queue; (queue = queues.peek()) != null; ) {
      if (queue.canStart()) {
        return true;
      }
      queues.remove();
      queue.listed = false;
    }
    return false;
  }
}
