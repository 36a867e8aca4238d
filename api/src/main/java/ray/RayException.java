package ray;

import org.jspecify.annotations.Nullable;

/**
 * What Ray throws when there is no value, or when it is used wrongly. Each has a code that can be
 * looked up in {@link ErrorCode}. What a task throws is not a {@code RayException} unless it is
 * checked: see {@link ObjectRef#get}.
 */
public class RayException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  /** With a code, a message and a cause. */
  protected RayException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** What kind of failure this is. */
  public ErrorCode code() {
    return code;
  }
}
