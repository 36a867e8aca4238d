package ray.store;

import org.jspecify.annotations.Nullable;

/** The process that holds the object store refused, or can't be reached; the message says why. */
public final class RemoteStoreException extends ObjectStoreException {
  private static final long serialVersionUID = 1;

  /** With what that process said. */
  public RemoteStoreException(String message) {
    super(message);
  }

  /** What a question about the store failed with, as such an exception. */
  static ObjectStoreException why(@Nullable Throwable cause) {
    return cause instanceof ObjectStoreException told
        ? told
        : new RemoteStoreException(
            cause == null ? "the node can't be reached" : String.valueOf(cause.getMessage()));
  }
}
