package ray.core;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A hash map from numbers other than zero to objects: open addressing with linear probing and
 * backward-shift deletion (Knuth, The Art of Computer Programming, vol. 3, algorithm 6.4R), so that
 * there are no tombstones and no entry objects. Not thread-safe.
 */
public final class LongMap<V> {
  private static final int INITIAL_CAPACITY = 16;

  private long[] keys = new long[INITIAL_CAPACITY];
  private @Nullable Object[] values = new @Nullable Object[INITIAL_CAPACITY];
  private int size;

  /** How many entries there are. */
  public int size() {
    return size;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** The value of a key, or null. */
  @SuppressWarnings("unchecked")
  public @Nullable V get(long key) {
    int mask = keys.length - 1;
    for (int i = slot(key, mask); keys[i] != 0; i = (i + 1) & mask) {
      if (keys[i] == key) {
        return (V) values[i];
      }
    }
    return null;
  }

  /** Sets the value of a key, and returns the one before, or null. */
  @SuppressWarnings("unchecked")
  public @Nullable V put(long key, V value) {
    if (key == 0) {
      throw new IllegalArgumentException("zero is no key");
    }
    int mask = keys.length - 1;
    int i = slot(key, mask);
    while (keys[i] != 0) {
      if (keys[i] == key) {
        V before = (V) values[i];
        values[i] = value;
        return before;
      }
      i = (i + 1) & mask;
    }
    keys[i] = key;
    values[i] = value;
    if (++size > (keys.length >> 1) + (keys.length >> 3)) {
      resize(keys.length * 2);
    }
    return null;
  }

  /** Removes a key, and returns its value, or null. */
  @SuppressWarnings("unchecked")
  public @Nullable V remove(long key) {
    int mask = keys.length - 1;
    int i = slot(key, mask);
    while (keys[i] != key) {
      if (keys[i] == 0) {
        return null;
      }
      i = (i + 1) & mask;
    }
    V removed = (V) values[i];
    int hole = i;
    for (int next = (i + 1) & mask; keys[next] != 0; next = (next + 1) & mask) {
      int home = slot(keys[next], mask);
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        keys[hole] = keys[next];
        values[hole] = values[next];
        hole = next;
      }
    }
    keys[hole] = 0;
    values[hole] = null;
    size--;
    if (keys.length > 1024 && size < keys.length >> 4) {
      resize(keys.length >> 2);
    }
    return removed;
  }

  /** Visits all values in no particular order; the map must not change meanwhile. */
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<? super V> visitor) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i] != 0) {
        visitor.accept((V) values[i]);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private void resize(int capacity) {
    long[] oldKeys = keys;
    @Nullable Object[] oldValues = values;
    keys = new long[capacity];
    values = new @Nullable Object[capacity];
    int mask = capacity - 1;
    for (int j = 0; j < oldKeys.length; j++) {
      if (oldKeys[j] != 0) {
        int i = slot(oldKeys[j], mask);
        while (keys[i] != 0) {
          i = (i + 1) & mask;
        }
        keys[i] = oldKeys[j];
        values[i] = oldValues[j];
      }
    }
  }

  /** Fibonacci hashing (Knuth, the same volume, section 6.4): consecutive numbers are scattered. */
  private static int slot(long key, int mask) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
  }
}
