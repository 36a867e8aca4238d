package ray;

import org.jspecify.annotations.Nullable;

/** A run of the task took longer than its time limit. */
public class TaskTimeoutException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public TaskTimeoutException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public TaskTimeoutException(String message, @Nullable Throwable cause) {
    super(ErrorCode.TASK_TIMED_OUT, message, cause);
  }
}
