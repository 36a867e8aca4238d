package ray;

import org.jspecify.annotations.Nullable;

/** The object store stayed full for longer than a put may wait; the message says what holds it. */
public class OutOfStoreMemoryException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public OutOfStoreMemoryException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public OutOfStoreMemoryException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OUT_OF_STORE_MEMORY, message, cause);
  }
}
