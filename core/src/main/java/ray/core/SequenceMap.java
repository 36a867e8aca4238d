package ray.core;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A map from numbers that are counted up to objects. Neighbours share a page, so that those which
 * were made together are found together, and an entry is found, added and removed in a time that
 * does not depend on how many there are, in whatever order they go. Not thread-safe.
 */
public final class SequenceMap<V> {
  private static final int PAGE_BITS = 6;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int PAGE_MASK = PAGE_SIZE - 1;
  private static final int RECENT = 64;
  private static final Page NONE = new Page(Long.MIN_VALUE);

  private final LongMap<Page> pages = new LongMap<>();

  /** Pages used lately, by the last bits of their index: mostly what is looked for is there. */
  private final Page[] recent = new Page[RECENT];

  /**
   * The page emptied last. It stays until the next one is, as a lone entry comes and goes often.
   */
  private @Nullable Page emptied;

  private int size;

  private static final class Page {
    private final long index;
    private final @Nullable Object[] values = new @Nullable Object[PAGE_SIZE];
    private int size;

    Page(long index) {
      this.index = index;
    }
  }

  /** An empty map. */
  public SequenceMap() {
    Arrays.fill(recent, NONE);
  }

  /** How many entries there are. */
  public int size() {
    return size;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** The value of a number, or null. */
  @SuppressWarnings("unchecked")
  public @Nullable V get(long number) {
    Page page = page(number);
    return page == null ? null : (V) page.values[(int) number & PAGE_MASK];
  }

  /** Sets the value of a number, and returns the one before, or null. */
  @SuppressWarnings("unchecked")
  public @Nullable V put(long number, V value) {
    Page page = page(number);
    if (page == null) {
      page = addPage(number >> PAGE_BITS);
    }
    int place = (int) number & PAGE_MASK;
    V before = (V) page.values[place];
    page.values[place] = value;
    if (before == null) {
      page.size++;
      size++;
    }
    return before;
  }

  /** Removes a number, and returns its value, or null. */
  @SuppressWarnings("unchecked")
  public @Nullable V remove(long number) {
    Page page = page(number);
    if (page == null) {
      return null;
    }
    int place = (int) number & PAGE_MASK;
    V removed = (V) page.values[place];
    if (removed != null) {
      page.values[place] = null;
      size--;
      if (--page.size == 0) {
        emptied(page);
      }
    }
    return removed;
  }

  /** Visits all values in no particular order; the map must not change meanwhile. */
  @SuppressWarnings("unchecked")
  public void forEach(Consumer<? super V> visitor) {
    pages.forEach(page -> {
      for (Object value : page.values) {
        if (value != null) {
          visitor.accept((V) value);
        }
      }
    });
  }

  private @Nullable Page page(long number) {
    long index = number >> PAGE_BITS;
    Page near = recent[place(index)];
    if (near.index == index) {
      return near;
    }
    Page page = pages.get(key(index));
    if (page != null) {
      recent[place(index)] = page;
    }
    return page;
  }

  private Page addPage(long index) {
    Page page = new Page(index);
    pages.put(key(index), page);
    recent[place(index)] = page;
    return page;
  }

  private void emptied(Page page) {
    Page before = emptied;
    if (before != null && before != page && before.size == 0) {
      pages.remove(key(before.index));
      int place = place(before.index);
      if (recent[place] == before) {
        recent[place] = NONE;
      }
    }
    emptied = page;
  }

  private static int place(long index) {
    return (int) index & RECENT - 1;
  }

  /** Numbers may be negative, and a page's index zero, which is no key. */
  private static long key(long index) {
    return index >= 0 ? index + 1 : index;
  }
}
