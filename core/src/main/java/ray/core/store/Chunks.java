package ray.core.store;

import org.jspecify.annotations.Nullable;
import ray.core.LongMap;

/**
 * The memory that processes were given ahead, so that they make objects without asking. A chunk is
 * an entry that its process writes and pins, and so it ends as what a process writes does when it
 * dies. What is made of it is cut off its front.
 */
final class Chunks {
  /** No more of the store than one part in so many is given ahead. */
  private static final int STORE_SHARE = 8;

  /** What only chunks know of themselves. */
  static final class Chunk {
    final long process;

    /** When it was given, or an object last made of it. */
    long usedNs;

    /** Whether its process has been told to give it back. */
    boolean askedBack;

    Chunk(long process, long usedNs) {
      this.process = process;
      this.usedNs = usedNs;
    }
  }

  private final BankAllocator allocator;
  private final Claims claims;
  private final StoreEffects effects;
  private final LongMap<Entry> chunks = new LongMap<>();
  private long bytes;

  Chunks(BankAllocator allocator, Claims claims, StoreEffects effects) {
    this.allocator = allocator;
    this.claims = claims;
    this.effects = effects;
  }

  /** What of them is not cut off yet. */
  long bytes() {
    return bytes;
  }

  int count() {
    return chunks.size();
  }

  @Nullable Entry find(long key) {
    return chunks.get(key);
  }

  /**
   * A new chunk; null if there is no memory to spare. It is no more than half of what may still be
   * given ahead, so that who asks for much leaves some to who asks after him.
   */
  @Nullable Entry grant(long key, long sizeBytes, long process, long nowNs) {
    long blockBytes = BankAllocator.blockBytes(sizeBytes);
    if (blockBytes > (allocator.capacityBytes() / STORE_SHARE - bytes) / 2) {
      return null;
    }
    Block block = allocator.allocate(blockBytes);
    if (block == null) {
      return null;
    }
    var entry = new Entry(whole(key, block), block, CopyKind.PRIMARY, process, process, nowNs);
    entry.chunk = new Chunk(process, nowNs);
    claims.beginWriting(entry, process);
    claims.pin(entry, process);
    chunks.put(key, entry);
    bytes += blockBytes;
    return entry;
  }

  private StoreObject whole(long chunk, Block block) {
    long coldBytes = allocator.coldBytes(block, block.sizeBytes);
    return new StoreObject(chunk, block.bank, block.offset, block.sizeBytes, coldBytes);
  }

  /**
   * Cuts the room of an object off the front of a chunk, which may be all of it: then the chunk is
   * none any more, and nobody's.
   *
   * @return null if there is no such chunk, or not so much of it
   */
  @Nullable Block cut(Entry entry, long sizeBytes, long nowNs) {
    long blockBytes = BankAllocator.blockBytes(sizeBytes);
    Block front = entry.block;
    Chunk chunk = entry.chunk;
    if (chunk == null || blockBytes > front.sizeBytes) {
      return null;
    }
    if (blockBytes == front.sizeBytes) {
      Claims.endWriting(entry);
      Claims.unpin(entry);
      remove(entry);
    } else {
      chunk.usedNs = nowNs;
      entry.block = allocator.split(front, blockBytes);
      bytes -= blockBytes;
    }
    allocator.warmed(front.bank, front.end());
    if (entry.chunk != null) {
      entry.object = whole(entry.object.key(), entry.block);
    }
    return front;
  }

  /** It is no chunk any more. */
  void remove(Entry entry) {
    if (entry.chunk != null) {
      entry.chunk = null;
      chunks.remove(entry.object.key());
      bytes -= entry.block.sizeBytes;
    }
  }

  /** Room is wanted: tells all processes to give back theirs, once. */
  void askBack() {
    chunks.forEach(this::askBack);
  }

  /** Tells processes to give back those that nothing was made of since then. */
  void askBackUnusedSince(long sinceNs) {
    chunks.forEach(entry -> {
      if (entry.chunk != null && entry.chunk.usedNs - sinceNs < 0) {
        askBack(entry);
      }
    });
  }

  private void askBack(Entry entry) {
    Chunk chunk = entry.chunk;
    if (chunk != null && !chunk.askedBack) {
      chunk.askedBack = true;
      effects.returnChunk(entry.object.key(), chunk.process);
    }
  }
}
