package ray.core.store;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The free blocks ordered by size, then by bank and offset, so that the best fit at the lowest
 * address is found, added and removed in O(log n) expected steps without allocating.
 *
 * <p>It is a treap (Aragon and Seidel, "Randomized Search Trees", FOCS 1989) whose nodes are the
 * blocks themselves. The priorities are a hash of the block's address instead of random numbers:
 * the shape is as balanced, and the same events always give the same tree.
 */
final class FreeTree {
  private @Nullable Block root;

  /** The smallest block of at least this size, the one of the lowest address among equals. */
  @Nullable Block bestFit(long sizeBytes) {
    Block best = null;
    Block at = root;
    while (at != null) {
      if (at.sizeBytes >= sizeBytes) {
        best = at;
        at = at.left;
      } else {
        at = at.right;
      }
    }
    return best;
  }

  /** The size of the largest free block, 0 without any. */
  long largestBytes() {
    Block at = root;
    long largest = 0;
    while (at != null) {
      largest = at.sizeBytes;
      at = at.right;
    }
    return largest;
  }

  void add(Block block) {
    Block parent = null;
    Block at = root;
    while (at != null && at.priority >= block.priority) {
      parent = at;
      at = before(block, at) ? at.left : at.right;
    }
    split(at, block);
    replaceChild(parent, block, block);
  }

  void remove(Block block) {
    Block parent = null;
    Block at = root;
    while (at != block) {
      if (at == null) {
        throw new IllegalStateException(block + " is not in the tree of free blocks");
      }
      parent = at;
      at = before(block, at) ? at.left : at.right;
    }
    Block merged = merge(block.left, block.right);
    replaceChild(parent, block, merged);
    block.left = null;
    block.right = null;
  }

  void forEach(Consumer<Block> visitor) {
    visit(root, visitor);
  }

  private static void visit(@Nullable Block at, Consumer<Block> visitor) {
    if (at != null) {
      visit(at.left, visitor);
      visitor.accept(at);
      visit(at.right, visitor);
    }
  }

  /** Hangs {@code child} below {@code parent} on the side where {@code place} belongs. */
  private void replaceChild(@Nullable Block parent, Block place, @Nullable Block child) {
    if (parent == null) {
      root = child;
    } else if (before(place, parent)) {
      parent.left = child;
    } else {
      parent.right = child;
    }
  }

  /**
   * Parts the subtree at {@code at} into what comes before and after the pivot, as its children.
   */
  private static void split(@Nullable Block at, Block pivot) {
    pivot.left = null;
    pivot.right = null;
    Block lowTail = null;
    Block highTail = null;
    while (at != null) {
      if (before(at, pivot)) {
        if (lowTail == null) {
          pivot.left = at;
        } else {
          lowTail.right = at;
        }
        lowTail = at;
        at = at.right;
      } else {
        if (highTail == null) {
          pivot.right = at;
        } else {
          highTail.left = at;
        }
        highTail = at;
        at = at.left;
      }
    }
    if (lowTail != null) {
      lowTail.right = null;
    }
    if (highTail != null) {
      highTail.left = null;
    }
  }

  /** Joins two subtrees, all of {@code low} coming before all of {@code high}. */
  private static @Nullable Block merge(@Nullable Block low, @Nullable Block high) {
    Block top = null;
    Block tail = null;
    boolean tailIsLow = false;
    while (low != null && high != null) {
      boolean takeLow = low.priority >= high.priority;
      Block taken = takeLow ? low : high;
      if (tail == null) {
        top = taken;
      } else if (tailIsLow) {
        tail.right = taken;
      } else {
        tail.left = taken;
      }
      tail = taken;
      tailIsLow = takeLow;
      if (takeLow) {
        low = low.right;
      } else {
        high = high.left;
      }
    }
    Block rest = low != null ? low : high;
    if (tail == null) {
      return rest;
    }
    if (tailIsLow) {
      tail.right = rest;
    } else {
      tail.left = rest;
    }
    return top;
  }

  /** The order of the tree: by size, then by address. */
  static boolean before(Block one, Block other) {
    if (one.sizeBytes != other.sizeBytes) {
      return one.sizeBytes < other.sizeBytes;
    }
    if (one.bank != other.bank) {
      return one.bank < other.bank;
    }
    return one.offset < other.offset;
  }
}
