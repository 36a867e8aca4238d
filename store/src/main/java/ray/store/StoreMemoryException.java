package ray.store;

/** The operating system or the JVM does not give the memory that the store was promised. */
public final class StoreMemoryException extends ObjectStoreException {
  private static final long serialVersionUID = 1;

  StoreMemoryException(String message) {
    super(message);
  }

  StoreMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
