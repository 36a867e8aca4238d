package ray;

import org.jspecify.annotations.Nullable;

/** No copy of the object is left, and it can't be made again. */
public class ObjectLostException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public ObjectLostException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public ObjectLostException(String message, @Nullable Throwable cause) {
    super(ErrorCode.OBJECT_LOST, message, cause);
  }
}
