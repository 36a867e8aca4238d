package ray;

import org.jspecify.annotations.Nullable;

/** Tasks returned each other's refs in a circle, so that no value can ever come of them. */
public class AliasCycleException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public AliasCycleException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public AliasCycleException(String message, @Nullable Throwable cause) {
    super(ErrorCode.ALIAS_CYCLE, message, cause);
  }
}
