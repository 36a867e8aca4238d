package ray.core.store;

/** Which copy of an object this is, among the copies that the nodes hold. */
public enum CopyKind {
  /** The copy that its owners rely on: it stays until they let go of it. */
  PRIMARY,
  /** A copy fetched from elsewhere: it may be evicted whenever nobody reads it. */
  SECONDARY
}
