package ray.core.store;

import org.jspecify.annotations.Nullable;

/** An object that has its bytes, and the claims on it. */
final class Entry {
  /** Where it lies; the front of a chunk moves. */
  StoreObject object;

  Block block;
  final long createdNs;
  CopyKind kind;
  ObjectState state = ObjectState.CREATED;

  /** Few processes share an object on one node, so a list is as fast as a table. */
  @Nullable Claim firstClaim;

  int pins;
  int readers;
  boolean beingWritten;

  /** What it is more if it is memory that a process was given ahead. */
  Chunks.@Nullable Chunk chunk;

  /** Neighbours in the list of evictable objects, least recently used first. */
  @Nullable Entry olderEvictable;

  @Nullable Entry newerEvictable;
  boolean evictable;

  Entry(StoreObject object, Block block, CopyKind kind, long createdNs) {
    this.object = object;
    this.block = block;
    this.kind = kind;
    this.createdNs = createdNs;
  }

  @Nullable Claim claimOf(long process) {
    Claim at = firstClaim;
    while (at != null && at.process.id != process) {
      at = at.nextOfEntry;
    }
    return at;
  }

  void unlink(Claim claim) {
    if (firstClaim == claim) {
      firstClaim = claim.nextOfEntry;
      return;
    }
    Claim at = firstClaim;
    while (at != null) {
      if (at.nextOfEntry == claim) {
        at.nextOfEntry = claim.nextOfEntry;
        return;
      }
      at = at.nextOfEntry;
    }
    throw new IllegalStateException("a claim on object " + object.key() + " is not in its list");
  }
}
