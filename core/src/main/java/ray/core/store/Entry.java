package ray.core.store;

import org.jspecify.annotations.Nullable;

/** An object that has its bytes, and the claims on it. */
final class Entry {
  /** Where it lies; the front of a chunk moves. */
  StoreObject object;

  Block block;

  /** Who wrote it, and for whom; 0 if for nobody, as a secondary copy is. */
  final long writer;

  final long owner;
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

  Entry(StoreObject object, Block block, CopyKind kind, long writer, long owner, long createdNs) {
    this.object = object;
    this.block = block;
    this.kind = kind;
    this.writer = writer;
    this.owner = owner;
    this.createdNs = createdNs;
  }

  /** Whether it is complete, and kept by another for which its writer made it. */
  boolean isPinnedForAnother() {
    if (state != ObjectState.SEALED || owner == 0 || owner == writer) {
      return false;
    }
    Claim claim = claimOf(owner);
    return claim != null && claim.pins;
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
