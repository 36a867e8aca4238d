package ray.store;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends in the order in which it was told to, though nothing is sent under the lock of who tells
 * it: what is to be sent is added under the lock, and sent after it by whoever comes first.
 * Thread-safe; never blocks.
 */
final class Outbox {
  private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();

  /** How often sending was asked for and not done; who raises it from zero does it. */
  private final AtomicInteger asked = new AtomicInteger();

  /** Is to be sent after all that was added before, by the next {@link #send}. */
  void add(Runnable message) {
    waiting.add(message);
  }

  /**
   * Sends what was added; what another thread is sending already goes with that.
   *
   * @throws RuntimeException what one of the messages threw; the others are sent all the same
   */
  void send() {
    if (asked.getAndIncrement() > 0) {
      return;
    }
    RuntimeException failure = null;
    int seen = 1;
    do {
      for (Runnable message; (message = waiting.poll()) != null; ) {
        try {
          message.run();
        } catch (RuntimeException e) {
          failure = e;
        }
      }
      seen = asked.addAndGet(-seen);
    } while (seen > 0);
    if (failure != null) {
      throw failure;
    }
  }
}
