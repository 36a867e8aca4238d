package ray;

import org.jspecify.annotations.Nullable;

/**
 * A value can't be serialized; the message names its class and the path of fields that leads to it.
 */
public class NotSerializableException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public NotSerializableException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public NotSerializableException(String message, @Nullable Throwable cause) {
    super(ErrorCode.NOT_SERIALIZABLE, message, cause);
  }
}
