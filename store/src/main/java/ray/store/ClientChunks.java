package ray.store;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreCore;
import ray.core.store.StoreObject;

/**
 * The memory that a process has got ahead from the store of its node, so that it makes objects
 * without asking where they are to lie. Small values lie one behind the other in a chunk; one
 * thread at a time writes to it, at its front, and the next chunk is asked for before one is used
 * up. A large value has a chunk of its own, which is asked for while the value before it is
 * written, if that followed another of like size: who puts many in a row is soon to put one more.
 * Nobody waits for a chunk. Thread-safe; never blocks.
 */
final class ClientChunks {
  /** The first chunk; each is twice the one before, so that who puts little is given little. */
  private static final long FIRST_CHUNK_BYTES = 1L << 20;

  /** Some hundred values; no process takes much of a store away with a few of these. */
  private static final long LARGEST_CHUNK_BYTES = 16L << 20;

  /** A chunk is no more than such a part of its store. */
  private static final long STORE_SHARE = 32;

  /** A small value is no more than such a part of a chunk; a larger one may have its own. */
  private static final int CHUNK_SHARE = 4;

  /** For threads that write at the same time; more of them ask for each value. */
  private static final int MAX_CHUNKS = 4;

  /** Chunks that wait for a large value, or are on their way; no more than are written to now. */
  private static final int MAX_LARGE_AHEAD = 2;

  /** Values are alike if neither is larger than so many of the other. */
  private static final long LIKE_SIZE = 2;

  /** Large values that come later after each other are not in a row. */
  private static final long SERIES_NS = 1_000_000_000;

  /** Smaller values are not in the store at all. */
  private static final long SMALLEST_VALUE_BYTES = 64L << 10;

  /** How long nobody asks again after there was none to spare. */
  private static final long PAUSE_NS = 10_000_000;

  /** Memory of which objects are made. */
  static final class Chunk {
    private final StoreObject whole;
    private final Supply supply;
    private long usedBytes;
    private boolean wantedBack;

    private Chunk(StoreObject whole, Supply supply) {
      this.whole = whole;
      this.supply = supply;
    }

    long key() {
      return whole.key();
    }

    /** Where an object lies that is written to it now. */
    StoreObject front(long key, long sizeBytes) {
      long warmBytes = whole.sizeBytes() - whole.coldBytes();
      long coldBytes = Math.clamp(usedBytes + sizeBytes - warmBytes, 0, sizeBytes);
      return new StoreObject(key, whole.bank(), whole.offset() + usedBytes, sizeBytes, coldBytes);
    }

    private long leftBytes() {
      return whole.sizeBytes() - usedBytes;
    }

    private boolean fits(long neededBytes) {
      return leftBytes() >= neededBytes && (!supply.ofLarge || areAlike(leftBytes(), neededBytes));
    }

    /** Whether nobody is to write to it any more; a large value leaves less than it takes. */
    private boolean isUseless() {
      return wantedBack
          || leftBytes() < (supply.ofLarge ? whole.sizeBytes() : SMALLEST_VALUE_BYTES);
    }
  }

  /** The chunks for small values, or for a large one each, that nobody writes to. */
  private static final class Supply {
    final boolean ofLarge;
    final ArrayDeque<Chunk> idle = new ArrayDeque<>();

    /** What was asked for and is not here yet, unless it was wanted back since then. */
    final Set<Long> asked = new HashSet<>();

    private long noneSinceNs = System.nanoTime() - PAUSE_NS;

    Supply(boolean ofLarge) {
      this.ofLarge = ofLarge;
    }

    void hasNone() {
      noneSinceNs = System.nanoTime();
    }

    boolean mayHaveSome() {
      return System.nanoTime() - noneSinceNs > PAUSE_NS;
    }
  }

  private final StoreClient.Node node;
  private final LongSupplier keys;
  private final long largestBytes;
  private final long largestValueBytes;

  // Guarded by this object's monitor.
  private final Supply small = new Supply(false);
  private final Supply large = new Supply(true);
  private final ArrayDeque<Chunk> inUse = new ArrayDeque<>();
  private long nextBytes = FIRST_CHUNK_BYTES;

  /** The size of the large value that was begun last, and when that was. */
  private long lastLargeBytes;

  private long lastLargeNs;

  /** None yet, of a store of that size. */
  ClientChunks(StoreClient.Node node, LongSupplier keys, long capacityBytes) {
    this.node = node;
    this.keys = keys;
    this.largestValueBytes = capacityBytes / STORE_SHARE;
    this.largestBytes = Math.min(LARGEST_CHUNK_BYTES, largestValueBytes);
  }

  /**
   * Takes a chunk with room for an object of that size, to be given back by {@link #carved} or
   * {@link #givenUp}; null if there is none.
   */
  @Nullable Chunk take(long sizeBytes) {
    long needed = StoreCore.bytesInStore(sizeBytes);
    Supply supply = needed > largestBytes / CHUNK_SHARE ? large : small;
    if (needed > largestValueBytes) {
      return null;
    }
    Chunk found = null;
    Chunk useless = null;
    long askBytes;
    long askKey = 0;
    synchronized (this) {
      Iterator<Chunk> each = supply.idle.iterator();
      while (found == null && each.hasNext()) {
        Chunk chunk = each.next();
        if (chunk.fits(needed)) {
          found = chunk;
          inUse.add(chunk);
          each.remove();
        } else if (useless == null) {
          useless = chunk;
          each.remove();
        }
      }
      askBytes = supply.ofLarge ? aheadOfLarge(needed) : aheadOfSmall(needed, found);
      if (askBytes > 0) {
        askKey = keys.getAsLong();
        supply.asked.add(askKey);
      }
    }
    try {
      if (useless != null) {
        node.cancelCreate(useless.key());
      }
      if (askBytes > 0) {
        ask(askKey, askBytes, supply);
      }
    } catch (RuntimeException | Error e) {
      if (askBytes > 0) {
        wantedBack(askKey);
      }
      if (found != null) {
        givenUp(found);
      }
      throw e;
    }
    return found;
  }

  /** How many bytes to ask for now that a small value takes this chunk, if it has one. */
  private long aheadOfSmall(long needed, @Nullable Chunk taken) {
    boolean isEnough =
        taken != null && (taken.leftBytes() > taken.whole.sizeBytes() / 2 || !small.idle.isEmpty());
    boolean asks =
        small.asked.isEmpty()
            && !isEnough
            && small.idle.size() + inUse.size() < MAX_CHUNKS
            && small.mayHaveSome();
    return asks ? Math.clamp(nextBytes, CHUNK_SHARE * needed, largestBytes) : 0;
  }

  /** How many bytes to ask for now that a large value is begun: as many as it has, or none. */
  private long aheadOfLarge(long needed) {
    long nowNs = System.nanoTime();
    boolean isInRow = areAlike(needed, lastLargeBytes) && nowNs - lastLargeNs < SERIES_NS;
    lastLargeBytes = needed;
    lastLargeNs = nowNs;
    long written = inUse.stream().filter(chunk -> chunk.supply == large).count();
    boolean asks =
        isInRow
            && large.idle.size() + large.asked.size() < Math.clamp(written, 1, MAX_LARGE_AHEAD)
            && large.mayHaveSome();
    return asks ? needed : 0;
  }

  private static boolean areAlike(long oneBytes, long otherBytes) {
    return oneBytes <= LIKE_SIZE * otherBytes && otherBytes <= LIKE_SIZE * oneBytes;
  }

  private void ask(long key, long sizeBytes, Supply supply) {
    var _ =
        node.chunk(key, sizeBytes)
            .whenComplete((chunk, failure) -> {
              if (!answered(key, chunk, supply)) {
                node.cancelCreate(key);
              }
            });
  }

  /** Returns false if the chunk was wanted back before its process knew that it has it. */
  private synchronized boolean answered(long key, @Nullable StoreObject chunk, Supply supply) {
    boolean isWanted = supply.asked.remove(key);
    if (chunk == null) {
      supply.hasNone();
    } else if (isWanted) {
      supply.idle.add(new Chunk(chunk, supply));
    }
    if (supply == small) {
      // Where there was none, there may be a smaller one.
      nextBytes =
          chunk == null ? Math.max(FIRST_CHUNK_BYTES, nextBytes / 2) : 2 * chunk.sizeBytes();
    }
    return isWanted || chunk == null;
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
      boolean isUseless = chunk.isUseless();
      giveBack = isUseless && chunk.leftBytes() > 0;
      if (!isUseless) {
        chunk.supply.idle.addFirst(chunk);
      }
    }
    if (giveBack) {
      node.cancelCreate(chunk.key());
    }
  }

  /**
   * The node wants a chunk back: at once, or when what is being written to it is complete, or when
   * it comes. One that is none of these goes back, too, whatever has become of it: the node knows
   * best.
   */
  void wantedBack(long key) {
    boolean isUsed = false;
    synchronized (this) {
      for (Chunk chunk : inUse) {
        if (chunk.key() == key) {
          chunk.wantedBack = true;
          isUsed = true;
        }
      }
      for (Supply each : List.of(small, large)) {
        isUsed |= each.asked.remove(key);
        each.idle.removeIf(chunk -> chunk.key() == key);
      }
    }
    if (!isUsed) {
      node.cancelCreate(key);
    }
  }

  /** The node takes nothing of a chunk, as it does not know it, or takes its process for dead. */
  synchronized void lost(Chunk chunk) {
    chunk.supply.idle.remove(chunk);
    chunk.wantedBack = true;
  }
}
