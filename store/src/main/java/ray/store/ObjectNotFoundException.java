package ray.store;

/** There is no sealed object with that key: it was released, evicted, or never sealed. */
public final class ObjectNotFoundException extends ObjectStoreException {
  private static final long serialVersionUID = 1;

  ObjectNotFoundException(long key) {
    super(
        "The store has no sealed object with key "
            + key
            + ": it was released, evicted, or is still being written.");
  }
}
