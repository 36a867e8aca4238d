package ray;

import org.jspecify.annotations.Nullable;

/**
 * The node's memory ran short, so it ended the worker that ran the task, and no retry is left. The
 * message says how much memory there was, what took it, and what to do.
 */
public class OutOfMemoryException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public OutOfMemoryException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public OutOfMemoryException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OUT_OF_MEMORY, message, cause);
  }
}
