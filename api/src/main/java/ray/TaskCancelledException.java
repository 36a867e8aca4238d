package ray;

import org.jspecify.annotations.Nullable;

/** The task was cancelled, or one that it depends on. */
public class TaskCancelledException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public TaskCancelledException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public TaskCancelledException(String message, @Nullable Throwable cause) {
    super(ErrorCode.TASK_CANCELLED, message, cause);
  }
}
