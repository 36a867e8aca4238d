package ray.store;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreCore;
import ray.core.store.StoreObject;

/**
 * The memory that a process has got ahead from the store of its node, so that it makes objects
 * without asking where they are to lie. One thread at a time writes to a chunk, at its front. The
 * next chunk is asked for before one is used up, and nobody waits for it. Thread-safe; never
 * blocks.
 */
final class ClientChunks {
  /** The first chunk; each is twice the one before, so that who puts little is given little. */
  private static final long FIRST_CHUNK_BYTES = 1L << 20;

  /** Some hundred values; no process takes much of a store away with a few of these. */
  private static final long LARGEST_CHUNK_BYTES = 16L << 20;

  /** A chunk is no more than such a part of its store. */
  private static final long STORE_SHARE = 32;

  /** A value is no more than such a part of a chunk: for larger ones a question costs nothing. */
  private static final int CHUNK_SHARE = 4;

  /** For threads that write at the same time; more of them ask for each value. */
  private static final int MAX_CHUNKS = 4;

  /** Smaller values are not in the store at all. */
  private static final long SMALLEST_VALUE_BYTES = 64L << 10;

  /** How long nobody asks again after there was none to spare. */
  private static final long PAUSE_NS = 10_000_000;

  /** Memory of which objects are made. */
  static final class Chunk {
    private final StoreObject whole;
    private long usedBytes;
    private boolean wantedBack;

    private Chunk(StoreObject whole) {
      this.whole = whole;
    }

    long key() {
      return whole.key();
    }

    /** Where an object lies that is written to it now. */
    StoreObject front(long key, long sizeBytes) {
      return new StoreObject(key, whole.bank(), whole.offset() + usedBytes, sizeBytes, 0);
    }

    private long leftBytes() {
      return whole.sizeBytes() - usedBytes;
    }
  }

  private final StoreClient.Node node;
  private final LongSupplier keys;
  private final long largestBytes;

  // Guarded by this object's monitor.
  private final ArrayDeque<Chunk> idle = new ArrayDeque<>();
  private final ArrayDeque<Chunk> inUse = new ArrayDeque<>();
  private boolean asked;
  private long nextBytes = FIRST_CHUNK_BYTES;
  private long noneSinceNs = System.nanoTime() - PAUSE_NS;

  /** None yet, of a store of that size. */
  ClientChunks(StoreClient.Node node, LongSupplier keys, long capacityBytes) {
    this.node = node;
    this.keys = keys;
    this.largestBytes = Math.min(LARGEST_CHUNK_BYTES, capacityBytes / STORE_SHARE);
  }

  /**
   * Takes a chunk with room for an object of that size, to be given back by {@link #carved} or
   * {@link #givenUp}; null if there is none.
   */
  @Nullable Chunk take(long sizeBytes) {
    long needed = StoreCore.bytesInStore(sizeBytes);
    if (needed > largestBytes / CHUNK_SHARE) {
      return null;
    }
    Chunk found = null;
    Chunk useless = null;
    long askBytes = 0;
    synchronized (this) {
      for (Iterator<Chunk> each = idle.iterator(); found == null && each.hasNext(); ) {
        Chunk chunk = each.next();
        if (chunk.leftBytes() >= needed) {
          found = chunk;
          inUse.add(chunk);
          each.remove();
        } else if (useless == null) {
          useless = chunk;
          each.remove();
        }
      }
      if (mayAsk(found)) {
        asked = true;
        askBytes = Math.clamp(nextBytes, CHUNK_SHARE * needed, largestBytes);
      }
    }
    if (useless != null) {
      node.cancelCreate(useless.key());
    }
    if (askBytes > 0) {
      var _ =
          node.chunk(keys.getAsLong(), askBytes).whenComplete((chunk, failure) -> granted(chunk));
    }
    return found;
  }

  private boolean mayAsk(@Nullable Chunk taken) {
    boolean isEnough =
        taken != null && (taken.leftBytes() > taken.whole.sizeBytes() / 2 || !idle.isEmpty());
    return !asked
        && !isEnough
        && idle.size() + inUse.size() < MAX_CHUNKS
        && System.nanoTime() - noneSinceNs > PAUSE_NS;
  }

  private synchronized void granted(@Nullable StoreObject chunk) {
    asked = false;
    if (chunk == null) {
      noneSinceNs = System.nanoTime();
    } else {
      idle.add(new Chunk(chunk));
      nextBytes = 2 * chunk.sizeBytes();
    }
  }

  /** The node was told that an object of that size is made of the front of a chunk. */
  void carved(Chunk chunk, long sizeBytes) {
    leave(chunk, StoreCore.bytesInStore(sizeBytes));
  }

  /** Nothing was made of a chunk after all. */
  void givenUp(Chunk chunk) {
    leave(chunk, 0);
  }

  private void leave(Chunk chunk, long taken) {
    boolean giveBack;
    synchronized (this) {
      chunk.usedBytes += taken;
      inUse.remove(chunk);
      boolean isUseless = chunk.wantedBack || chunk.leftBytes() < SMALLEST_VALUE_BYTES;
      giveBack = isUseless && chunk.leftBytes() > 0;
      if (!isUseless) {
        idle.addFirst(chunk);
      }
    }
    if (giveBack) {
      node.cancelCreate(chunk.key());
    }
  }

  /** The node wants a chunk back: at once, or when what is being written to it is complete. */
  void wantedBack(long key) {
    boolean giveBack;
    synchronized (this) {
      giveBack = idle.removeIf(chunk -> chunk.key() == key);
      for (Chunk chunk : inUse) {
        chunk.wantedBack |= chunk.key() == key;
      }
    }
    if (giveBack) {
      node.cancelCreate(key);
    }
  }

  /** The node knows nothing of a chunk. */
  synchronized void lost(Chunk chunk) {
    idle.remove(chunk);
    chunk.wantedBack = true;
  }
}
