package ray;

import org.jspecify.annotations.Nullable;

/**
 * A task threw a checked exception or an error, which is the cause; an unchecked one is thrown as
 * it is.
 */
public class TaskFailedException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public TaskFailedException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public TaskFailedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.TASK_FAILED, message, cause);
  }
}
