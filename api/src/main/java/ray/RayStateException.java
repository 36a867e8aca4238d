package ray;

import org.jspecify.annotations.Nullable;

/** Ray is used in a state that does not allow it; the message says what to do first. */
public class RayStateException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public RayStateException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public RayStateException(String message, @Nullable Throwable cause) {
    super(ErrorCode.WRONG_STATE, message, cause);
  }
}
