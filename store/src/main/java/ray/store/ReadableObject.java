package ray.store;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An object that is being read and whose memory is let go by {@link #close()} at once, without
 * waiting for the garbage collector.
 *
 * <p>For code that copies or deserializes: nothing derived from the segment may be used after
 * closing, since the bytes may belong to another object by then. What is handed to others is a
 * {@linkplain ObjectStore#view view}, which cannot be misused.
 */
public final class ReadableObject implements AutoCloseable {
  private final Access store;
  private final MemorySegment segment;
  private final Pin pin;
  private final AtomicBoolean closed = new AtomicBoolean();

  ReadableObject(Access store, MemorySegment segment, Pin pin) {
    this.store = store;
    this.segment = segment;
    this.pin = pin;
  }

  /**
   * The object's bytes, read-only.
   *
   * @throws IllegalStateException if this is closed
   */
  public MemorySegment segment() {
    if (closed.get()) {
      throw new IllegalStateException("This read of object " + pin.key + " is closed.");
    }
    return segment;
  }

  /** Lets go of the object. Closing again does nothing. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      store.endRead(pin);
    }
  }
}
