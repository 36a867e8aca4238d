package ray.core.store;

/** The life of a stored object after it was given its bytes. Freed ones are forgotten. */
public enum ObjectState {
  /** It is being written; nobody may read it yet. */
  CREATED,
  /** It is complete and never changes again. */
  SEALED,
  /** Nobody relies on it any more; the last reader or writer to leave frees it. */
  LINGERING
}
