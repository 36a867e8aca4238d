package ray.store;

import org.jspecify.annotations.Nullable;
import ray.core.LongMap;
import ray.core.store.StoreObject;

/**
 * What a process wrote into a store of another process and keeps pinned there. As long as it is
 * pinned nobody moves or frees it, so this process can read it without asking where it lies; and
 * the pin stays until the last of those reads has ended, even if it is released before. Not
 * thread-safe: the client's lock guards it.
 */
final class KeptObjects {
  private static final class Kept {
    final StoreObject object;
    int readers;

    /** Its release waits for the last reader. */
    boolean released;

    Kept(StoreObject object) {
      this.object = object;
    }
  }

  private final LongMap<Kept> kept = new LongMap<>();

  /** An object is sealed, and this process's pin is on it. */
  void add(StoreObject object) {
    kept.put(object.key(), new Kept(object));
  }

  /** Starts to read an object; null if only the node knows whether and where it is. */
  @Nullable StoreObject startRead(long key) {
    Kept found = kept.get(key);
    if (found == null || found.released) {
      return null;
    }
    found.readers++;
    return found.object;
  }

  /** A read that {@link #startRead} began has ended; returns whether the pin goes now. */
  boolean endRead(long key) {
    Kept found = kept.get(key);
    if (found == null || found.readers == 0) {
      throw new IllegalStateException("object " + key + " is read by nobody here");
    }
    found.readers--;
    if (!found.released || found.readers > 0) {
      return false;
    }
    kept.remove(key);
    return true;
  }

  /** This process does not rely on an object any more; returns whether its pin goes now. */
  boolean release(long key) {
    Kept found = kept.get(key);
    if (found != null && found.readers > 0) {
      found.released = true;
      return false;
    }
    kept.remove(key);
    return true;
  }

  /** It relies on it again: a release that waits is not to happen. */
  void pin(long key) {
    Kept found = kept.get(key);
    if (found != null) {
      found.released = false;
    }
  }

  int size() {
    return kept.size();
  }
}
