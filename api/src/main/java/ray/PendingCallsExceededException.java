package ray;

import org.jspecify.annotations.Nullable;

/** The caller has more calls waiting at an actor than its {@code maxPendingCalls}. */
public class PendingCallsExceededException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public PendingCallsExceededException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public PendingCallsExceededException(String message, @Nullable Throwable cause) {
    super(ErrorCode.ACTOR_CALLS_PENDING, message, cause);
  }
}
