package ray.store;

/** The store is closed; views that were taken before stay valid. */
public final class StoreClosedException extends ObjectStoreException {
  private static final long serialVersionUID = 1;

  StoreClosedException() {
    super("The object store is closed.");
  }
}
