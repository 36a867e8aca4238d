package ray;

import org.jspecify.annotations.Nullable;

/** The actor is dead; the message and the cause say why. */
public class ActorDiedException extends RayException {
  private static final long serialVersionUID = 1L;

  /** With a message that says what happened, to what, and what to do. */
  public ActorDiedException(String message) {
    this(message, null);
  }

  /** With a cause. */
  public ActorDiedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.ACTOR_DIED, message, cause);
  }
}
