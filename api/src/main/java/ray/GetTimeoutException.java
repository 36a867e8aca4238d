package ray;

import org.jspecify.annotations.Nullable;

/** There was no value in time; the task goes on. */
public class GetTimeoutException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public GetTimeoutException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public GetTimeoutException(String message, @Nullable Throwable cause) {
    super(ErrorCode.GET_TIMED_OUT, message, cause);
  }
}
