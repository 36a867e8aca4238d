package ray.core.store;

import org.jspecify.annotations.Nullable;

/**
 * The objects that may be evicted, in the order in which they will be: least recently used first.
 */
final class EvictionList {
  private @Nullable Entry oldest;
  private @Nullable Entry newest;
  private long bytes;

  long bytes() {
    return bytes;
  }

  @Nullable Entry oldest() {
    return oldest;
  }

  void add(Entry entry) {
    entry.evictable = true;
    entry.olderEvictable = newest;
    entry.newerEvictable = null;
    if (newest == null) {
      oldest = entry;
    } else {
      newest.newerEvictable = entry;
    }
    newest = entry;
    bytes += entry.block.sizeBytes;
  }

  void remove(Entry entry) {
    Entry older = entry.olderEvictable;
    Entry newer = entry.newerEvictable;
    if (older == null) {
      oldest = newer;
    } else {
      older.newerEvictable = newer;
    }
    if (newer == null) {
      newest = older;
    } else {
      newer.olderEvictable = older;
    }
    entry.evictable = false;
    entry.olderEvictable = null;
    entry.newerEvictable = null;
    bytes -= entry.block.sizeBytes;
  }
}
