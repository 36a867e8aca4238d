package ray;

import org.jspecify.annotations.Nullable;

/**
 * No node can ever provide what was asked for; the message says what that was and what there is.
 */
public class OutOfResourcesException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public OutOfResourcesException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public OutOfResourcesException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OUT_OF_RESOURCES, message, cause);
  }
}
