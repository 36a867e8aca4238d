package ray;

import org.jspecify.annotations.Nullable;

/** The process that owned the object is dead, and with it the object. */
public class OwnerDiedException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public OwnerDiedException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public OwnerDiedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OWNER_DIED, message, cause);
  }
}
