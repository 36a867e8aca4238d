package ray.core.store;

/** A create that waits for room. */
record WaitingCreate(
    long key,
    long sizeBytes,
    long owner,
    long writer,
    CopyKind kind,
    long sinceNs,
    long deadlineNs) {
  boolean isOverdue(long nowNs) {
    return nowNs - deadlineNs >= 0;
  }
}
