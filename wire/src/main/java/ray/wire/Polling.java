package ray.wire;

/**
 * How a thread that waits for messages can read them itself, which saves the wake-up of another
 * thread and its own.
 */
public interface Polling {
  /** Where all messages are function calls: there is nothing to read. */
  Polling NOTHING =
      new Polling() {
        @Override
        public boolean poll() {
          return false;
        }

        @Override
        public void leave() {}
      };

  /**
   * Reads and delivers what is there, unless another thread is at it; does not block.
   *
   * @return whether there was anything
   */
  boolean poll();

  /** The calling thread polled, and does so no more although what it waits for has not come. */
  void leave();
}
