package ray.store;

/** The process that holds the object store refused, or can't be reached; the message says why. */
public final class RemoteStoreException extends ObjectStoreException {
  private static final long serialVersionUID = 1;

  /** With what that process said. */
  public RemoteStoreException(String message) {
    super(message);
  }
}
