package ray.store;

import java.lang.foreign.MemorySegment;

/**
 * A node's object store as one process uses it, whether it is in this JVM ({@link ObjectStore}) or
 * in the node's ({@link StoreClient}). Thread-safe.
 */
public interface Store {
  /**
   * Creates an object, pinned for that owner, for the calling thread to fill and seal. Blocks while
   * the store is full.
   *
   * @throws ObjectStoreException if there is no room for it in time or at all
   * @throws InterruptedException if the thread is interrupted while it waits; nothing of the object
   *     remains
   */
  WritableObject create(long key, long sizeBytes, long owner) throws InterruptedException;

  /**
   * The object's bytes for code that is done with them when it closes the result.
   *
   * @throws ObjectNotFoundException if there is no sealed object with that key
   */
  ReadableObject read(long key);

  /**
   * The object's bytes, read-only and in place, for as long as anything derived from them is
   * reachable.
   *
   * @throws ObjectNotFoundException if there is no sealed object with that key
   */
  MemorySegment view(long key);

  /** That process relies on the object until it releases it; says when this is known. */
  void pin(long key, long process, Runnable pinned);

  /** That process no longer relies on the object. Does not block. */
  boolean release(long key, long process);

  /** Lets go of the objects whose views are unreachable; returns how many views have ended. */
  int drainViews();

  /** How many objects this process writes or reads, or has views of. */
  int useCount();
}
