package ray.store;

/** The object store could not do what it was asked for; the subclass tells what. */
public abstract sealed class ObjectStoreException extends RuntimeException
    permits CreateFailedException,
        ObjectNotFoundException,
        RemoteStoreException,
        StoreClosedException,
        StoreMemoryException {
  private static final long serialVersionUID = 1;

  ObjectStoreException(String message) {
    super(message);
  }

  ObjectStoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
