package ray.core.store;

import ray.core.LongMap;

/** What holds of a store between two events; walks over everything, so it is for tests. */
final class StoreInvariants {
  private StoreInvariants() {}

  /** Throws an AssertionError that names the first broken invariant. */
  static void check(StoreState store) {
    BankAllocator allocator = store.allocator();
    LongMap<Entry> entries = store.entries();
    LongMap<Claim.Process> processes = store.processes();
    EvictionList evictables = store.evictables();
    WaitingCreates waiting = store.waiting();
    Chunks chunks = store.chunks();
    allocator.assertInvariants(entries.size());
    var seen =
        new Object() {
          int claims;
          long evictableBytes;
          long waitingBytes;
          int chunks;
          long chunkBytes;
        };
    entries.forEach(entry -> {
      assertEntry(entry);
      for (Claim at = entry.firstClaim; at != null; at = at.nextOfEntry) {
        seen.claims++;
      }
      seen.evictableBytes += entry.evictable ? entry.block.sizeBytes : 0;
      Chunks.Chunk chunk = entry.chunk;
      if (chunk != null) {
        seen.chunks++;
        seen.chunkBytes += entry.block.sizeBytes;
        String name = "chunk " + entry.object.key();
        check(chunks.find(entry.object.key()) == entry, name + " is in no list");
        check(entry.beingWritten, name + " has lost its writer");
        check(entry.object.offset() == entry.block.offset, name + " is not where it lies");
        check(chunk.askedBack || waiting.isEmpty(), name + " is kept though a create waits");
      }
    });
    check(seen.evictableBytes == evictables.bytes(), "evictable bytes are miscounted");
    processes.forEach(process -> {
      for (Claim at = process.firstClaim; at != null; at = at.nextOfProcess) {
        seen.claims--;
        check(at.process == process, "a claim is in the list of another process");
        check(entries.get(at.entry.object.key()) == at.entry, "a claim is on a freed object");
      }
    });
    check(seen.chunks == chunks.count(), "chunks are miscounted");
    check(seen.chunkBytes == chunks.bytes(), "chunk bytes are miscounted");
    check(seen.claims == 0, "claims of objects and of processes differ");
    waiting.forEach(create -> {
      check(entries.get(create.key()) == null, "create " + create.key() + " waits and has bytes");
      seen.waitingBytes += create.sizeBytes();
    });
    check(seen.waitingBytes == waiting.bytes(), "waiting bytes are miscounted");
    if (!waiting.isEmpty()) {
      long needed = BankAllocator.blockBytes(waiting.first().sizeBytes());
      check(needed > allocator.largestFreeBytes(), "the first waiting create would fit");
      check(
          evictables.oldest() == null || allocator.freeBytes() + evictables.bytes() < needed,
          "the first waiting create could have evicted");
    }
  }

  private static void assertEntry(Entry entry) {
    int pins = 0;
    int readers = 0;
    int writers = 0;
    for (Claim at = entry.firstClaim; at != null; at = at.nextOfEntry) {
      check(!at.isEmpty(), "an empty claim was kept");
      check(at.entry == entry, "a claim is in the list of another object");
      pins += at.pins ? 1 : 0;
      readers += at.readers;
      writers += at.writes ? 1 : 0;
    }
    String name = "object " + entry.object.key();
    check(pins == entry.pins, name + " miscounts its pins");
    check(readers == entry.readers, name + " miscounts its readers");
    check(writers == (entry.beingWritten ? 1 : 0), name + " has " + writers + " writers");
    check(entry.object.sizeBytes() <= entry.block.sizeBytes, name + " is larger than its block");
    check(!entry.block.free, name + " lies in a free block");
    switch (entry.state) {
      case CREATED -> check(entry.beingWritten, name + " has lost its writer");
      case SEALED -> check(!entry.beingWritten, name + " is sealed and written");
      case LINGERING -> check(readers > 0 || entry.beingWritten, name + " should be freed");
    }
    check(
        entry.evictable
            == (entry.state == ObjectState.SEALED
                && entry.kind == CopyKind.SECONDARY
                && readers == 0),
        name + " is wrongly (not) evictable");
    check(
        entry.state == ObjectState.LINGERING || entry.kind == CopyKind.SECONDARY || pins > 0,
        name + " is kept by nobody");
  }

  private static void check(boolean holds, String broken) {
    if (!holds) {
      throw new AssertionError("store: " + broken);
    }
  }
}
