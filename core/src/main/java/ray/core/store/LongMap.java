package ray.core.store;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash map from primitive long to object: open addressing, linear probing, deletion by shifting
 * back. The hot paths of the store look keys up without boxing them.
 */
final class LongMap<V> {
  private static final int MIN_SLOTS = 16;

  private long[] keys = new long[MIN_SLOTS];
  private @Nullable Object[] values = new @Nullable Object[MIN_SLOTS];
  private int size;

  /** The finalizer of SplitMix64: spreads consecutive keys over all bits. */
  static long mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  int size() {
    return size;
  }

  @Nullable V get(long key) {
    int slot = find(key);
    return value(slot);
  }

  /** Adds a key that must not be there yet. */
  void add(long key, V value) {
    if (2 * (size + 1) > keys.length) {
      grow();
    }
    int slot = find(key);
    if (values[slot] != null) {
      throw new IllegalStateException("key " + key + " is already there");
    }
    keys[slot] = key;
    values[slot] = value;
    size++;
  }

  @Nullable V remove(long key) {
    int hole = find(key);
    V removed = value(hole);
    if (removed == null) {
      return null;
    }
    size--;
    int mask = keys.length - 1;
    int slot = hole;
    while (true) {
      slot = (slot + 1) & mask;
      if (values[slot] == null) {
        break;
      }
      int home = home(keys[slot]);
      boolean mayStay = hole <= slot ? hole < home && home <= slot : hole < home || home <= slot;
      if (!mayStay) {
        keys[hole] = keys[slot];
        values[hole] = values[slot];
        hole = slot;
      }
    }
    values[hole] = null;
    return removed;
  }

  void forEach(Consumer<? super V> visitor) {
    for (int slot = 0; slot < values.length; slot++) {
      V value = value(slot);
      if (value != null) {
        visitor.accept(value);
      }
    }
  }

  /** The slot of the key, or the empty slot where it would go. */
  private int find(long key) {
    int mask = keys.length - 1;
    int slot = home(key);
    while (values[slot] != null && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private int home(long key) {
    return (int) mix(key) & (keys.length - 1);
  }

  @SuppressWarnings("unchecked") // only add() stores, and it takes a V
  private @Nullable V value(int slot) {
    return (V) values[slot];
  }

  private void grow() {
    long[] oldKeys = keys;
    @Nullable Object[] oldValues = values;
    keys = new long[2 * oldKeys.length];
    values = new @Nullable Object[keys.length];
    for (int slot = 0; slot < oldKeys.length; slot++) {
      if (oldValues[slot] != null) {
        int to = find(oldKeys[slot]);
        keys[to] = oldKeys[slot];
        values[to] = oldValues[slot];
      }
    }
  }
}
