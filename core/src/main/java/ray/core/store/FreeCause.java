package ray.core.store;

/** Why the bytes of an object came back. */
public enum FreeCause {
  /** Everybody who relied on it let go. */
  RELEASED,
  /** It was given up, or its writer died, before it was sealed. */
  ABORTED,
  /** It was a secondary copy whose room was needed. */
  EVICTED
}
