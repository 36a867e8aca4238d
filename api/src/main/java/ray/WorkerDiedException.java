package ray;

import org.jspecify.annotations.Nullable;

/** The worker that ran the task died, and no retry is left. */
public class WorkerDiedException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public WorkerDiedException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public WorkerDiedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.WORKER_DIED, message, cause);
  }
}
