package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;

/**
 * Takes apart and puts together one kind of view: a value that is a description (shape, element
 * type) and a stretch of memory. The memory travels out of band and is not copied when the value is
 * read from the store.
 */
public interface ViewCodec {

  /** Returns whether instances of this class are views of this kind. Asked once a class. */
  boolean isView(Class<?> type);

  /** Returns the view's elements, contiguous, as the bytes to write. */
  MemorySegment data(Object view);

  /** Returns everything about the view but its data, as bytes. */
  byte[] description(Object view);

  /**
   * Makes a view over memory that was written from {@link #data}.
   *
   * @param data read-only if it is a slice of the store; it keeps the store's pin
   * @param description what {@link #description} returned
   */
  Object restore(MemorySegment data, byte[] description);

  /**
   * Returns whether nobody can change what this view shows, so that it may be handed over as it is:
   * true for views over sealed objects of the store.
   */
  boolean isImmutable(Object view);
}
