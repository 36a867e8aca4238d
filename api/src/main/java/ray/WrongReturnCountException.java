package ray;

import org.jspecify.annotations.Nullable;

/** A function returned another number of results than it was declared with. */
public class WrongReturnCountException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public WrongReturnCountException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public WrongReturnCountException(String message, @Nullable Throwable cause) {
    super(ErrorCode.WRONG_RETURN_COUNT, message, cause);
  }
}
