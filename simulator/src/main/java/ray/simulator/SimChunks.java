package ray.simulator;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreCore;
import ray.simulator.World.Body;

/**
 * The memory that a process has got ahead from its node's store, of which it makes large values
 * without asking. One value at a time is written to a chunk, at its front.
 */
final class SimChunks {
  /** More would only be asked back. */
  private static final int MAX_CHUNKS = 2;

  private static final int UNIT_BYTES = 1 << 16;

  private static final class Chunk {
    final long key;
    long leftBytes;
    boolean writing;
    boolean wantedBack;

    Chunk(long key, long leftBytes) {
      this.key = key;
      this.leftBytes = leftBytes;
    }
  }

  private final SimProcess process;
  private final Dice dice;
  private final boolean used;
  private final Map<Long, Chunk> chunks = new TreeMap<>();

  /** What this process has made that its node may not know of yet. */
  private final Map<Long, Body> unacknowledged = new HashMap<>();

  private boolean asked;

  /**
   * None yet.
   *
   * @param used whether processes of this run ask for any
   */
  SimChunks(SimProcess process, Dice dice, boolean used) {
    this.process = process;
    this.dice = dice;
    this.used = used;
  }

  /** Takes a chunk to write a value of that size to; 0 if there is none. */
  long take(long sizeBytes) {
    if (!used) {
      return 0;
    }
    ask(sizeBytes);
    for (Chunk chunk : chunks.values()) {
      if (!chunk.writing && !chunk.wantedBack && taken(sizeBytes) <= chunk.leftBytes) {
        chunk.writing = true;
        return chunk.key;
      }
    }
    return 0;
  }

  private static long taken(long sizeBytes) {
    return StoreCore.bytesInStore(sizeBytes);
  }

  /** Asks for some more; sometimes for as much as the value has that is written now. */
  private void ask(long valueBytes) {
    if (asked || chunks.size() >= MAX_CHUNKS || dice.coin()) {
      return;
    }
    asked = true;
    long key = process.cluster.nextStoreKey();
    long units = dice.between(0, 8);
    long sizeBytes = units == 0 ? taken(valueBytes) : UNIT_BYTES * units;
    toStore(
        "chunk",
        key,
        at -> {
          boolean granted = at.grantChunk(key, sizeBytes, process.id);
          process.cluster.fromStore(
              at,
              process,
              key,
              () -> {
                asked = false;
                if (granted) {
                  chunks.put(key, new Chunk(key, sizeBytes));
                }
              });
        });
  }

  private void toStore(String what, long key, Consumer<SimNode> how) {
    process.cluster.toStore(process, process.node.id, what, key, how);
  }

  /** A value was not written to its chunk after all. */
  void giveUp(long key) {
    Chunk chunk = chunks.get(key);
    if (chunk != null) {
      chunk.writing = false;
      returnUseless();
    }
  }

  /** A value is written: tells the node. */
  void carve(long key, SimWrite write, Body body) {
    unacknowledged.put(write.key, body);
    toStore(
        "carve",
        write.key,
        at -> {
          boolean carved = at.carve(key, write, body);
          process.cluster.fromStore(
              at,
              process,
              write.key,
              () -> {
                unacknowledged.remove(write.key);
                write.acknowledged(carved);
              });
        });
    Chunk chunk = chunks.get(key);
    if (chunk != null) {
      chunk.leftBytes -= taken(write.sizeBytes());
    }
    giveUp(key);
  }

  /** A value of this process that its node may not know of yet; null if it knows. */
  @Nullable Body unacknowledged(long key) {
    return unacknowledged.get(key);
  }

  /** Its node wants a chunk back. */
  void wantedBack(long key) {
    Chunk chunk = chunks.get(key);
    if (chunk != null) {
      chunk.wantedBack = true;
      returnUseless();
    }
  }

  private void returnUseless() {
    for (Iterator<Chunk> each = chunks.values().iterator(); each.hasNext(); ) {
      Chunk chunk = each.next();
      if (!chunk.writing && (chunk.wantedBack || chunk.leftBytes < UNIT_BYTES)) {
        each.remove();
        if (chunk.leftBytes > 0) {
          toStore("give back", chunk.key, at -> at.returnChunk(chunk.key));
        }
      }
    }
  }
}
