package ray.core.store;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ray.core.Invariant;

/**
 * Hands out byte ranges of a fixed capacity that is split into banks. Ranges never overlap, never
 * span banks, start at multiples of {@link #ALIGNMENT_BYTES}; neighbouring free ranges are always
 * merged.
 *
 * <p>The policy is address-ordered best fit, which real programs leave with next to no
 * fragmentation (Johnstone and Wilson, "The Memory Fragmentation Problem: Solved?", ISMM 1998),
 * with the "wilderness" kept apart as in Doug Lea's malloc: the free range at the end of a bank is
 * touched only when no other fits. For a store that matters twice, since the first touch of a page
 * costs ten times and more of what writing to it again does: what has been used and freed is warm
 * and is handed out first, and what was never used stays untouched as long as possible.
 */
final class BankAllocator {
  /** A cache line: objects share none, and any primitive array laid at the start is aligned. */
  static final int ALIGNMENT_BYTES = 64;

  private static final class Bank {
    final long sizeBytes;

    /** The block of the highest offset; all beyond {@link #top} is wilderness. */
    @Nullable Block last;

    long top;
    long warmEnd;

    Bank(long sizeBytes) {
      this.sizeBytes = sizeBytes;
    }
  }

  private final List<Bank> banks = new ArrayList<>();
  private final FreeTree holes = new FreeTree();
  private final long capacityBytes;
  private long usedBytes;

  BankAllocator(long capacityBytes, long maxBankBytes) {
    long rest = capacityBytes & -ALIGNMENT_BYTES;
    long full = maxBankBytes & -ALIGNMENT_BYTES;
    this.capacityBytes = rest;
    while (rest > 0) {
      long size = Math.min(rest, full);
      banks.add(new Bank(size));
      rest -= size;
    }
  }

  /** The bytes an object of this size takes up. */
  static long blockBytes(long sizeBytes) {
    return Math.max(ALIGNMENT_BYTES, (sizeBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES);
  }

  int bankCount() {
    return banks.size();
  }

  long bankBytes(int bank) {
    return banks.get(bank).sizeBytes;
  }

  /** The end of what was ever handed out (or reported as warmed) of a bank. */
  long warmEnd(int bank) {
    return banks.get(bank).warmEnd;
  }

  /** How many bytes at the end of the front of a block, of that size, were never handed out. */
  long coldBytes(Block block, long sizeBytes) {
    long end = block.offset + sizeBytes;
    return Math.clamp(end - banks.get(block.bank).warmEnd, 0, sizeBytes);
  }

  void warmed(int bank, long endOffset) {
    Bank b = banks.get(bank);
    b.warmEnd = Math.max(b.warmEnd, Math.min(endOffset, b.sizeBytes));
  }

  long warmBytes() {
    long warm = 0;
    for (Bank bank : banks) {
      warm += bank.warmEnd;
    }
    return warm;
  }

  long capacityBytes() {
    return capacityBytes;
  }

  long usedBytes() {
    return usedBytes;
  }

  long freeBytes() {
    return capacityBytes - usedBytes;
  }

  long largestFreeBytes() {
    long largest = holes.largestBytes();
    for (Bank bank : banks) {
      largest = Math.max(largest, bank.sizeBytes - bank.top);
    }
    return largest;
  }

  /** A block of this many bytes (a result of {@link #blockBytes}), or null when none fits. */
  @Nullable Block allocate(long blockBytes) {
    Block block = holes.bestFit(blockBytes);
    if (block != null) {
      holes.remove(block);
      block.free = false;
      if (block.sizeBytes > blockBytes) {
        splitOffRest(block, blockBytes);
      }
    } else {
      block = extend(blockBytes);
    }
    if (block != null) {
      usedBytes += blockBytes;
      Invariant.check(usedBytes <= capacityBytes, "no more is used than there is", this);
    }
    return block;
  }

  /** Cuts a block that is in use in two, and returns the rest, which is in use too. */
  Block split(Block block, long frontBytes) {
    Block rest = new Block(block.bank, block.offset + frontBytes, block.sizeBytes - frontBytes);
    block.sizeBytes = frontBytes;
    rest.previous = block;
    rest.next = block.next;
    if (rest.next != null) {
      rest.next.previous = rest;
    } else {
      banks.get(block.bank).last = rest;
    }
    block.next = rest;
    return rest;
  }

  void free(Block block) {
    usedBytes -= block.sizeBytes;
    Invariant.notNegative(usedBytes, "used bytes", block);
    block.free = true;
    Block previous = block.previous;
    if (previous != null && previous.free) {
      holes.remove(previous);
      previous.sizeBytes += block.sizeBytes;
      unlinkAfter(previous, block);
      block = previous;
    }
    Block next = block.next;
    if (next != null && next.free) {
      holes.remove(next);
      block.sizeBytes += next.sizeBytes;
      unlinkAfter(block, next);
      next = block.next;
    }
    if (next != null) {
      holes.add(block);
    } else {
      returnToWilderness(block);
    }
  }

  private void splitOffRest(Block block, long blockBytes) {
    Block rest = split(block, blockBytes);
    rest.free = true;
    holes.add(rest);
  }

  /** Merges the bookkeeping of two neighbours; only {@code kept} remains in the list. */
  private void unlinkAfter(Block kept, Block gone) {
    kept.next = gone.next;
    if (kept.next != null) {
      kept.next.previous = kept;
    } else {
      banks.get(kept.bank).last = kept;
    }
    gone.previous = null;
    gone.next = null;
  }

  private void returnToWilderness(Block block) {
    Bank bank = banks.get(block.bank);
    bank.top = block.offset;
    bank.last = block.previous;
    if (bank.last != null) {
      bank.last.next = null;
    }
    block.previous = null;
  }

  /** Takes a block off a wilderness: the first that is warm enough, else the first with room. */
  private @Nullable Block extend(long blockBytes) {
    int chosen = firstWarm(blockBytes);
    for (int i = 0; chosen < 0 && i < banks.size(); i++) {
      if (banks.get(i).top + blockBytes <= banks.get(i).sizeBytes) {
        chosen = i;
      }
    }
    if (chosen < 0) {
      return null;
    }
    Bank bank = banks.get(chosen);
    Block block = new Block(chosen, bank.top, blockBytes);
    block.previous = bank.last;
    if (bank.last != null) {
      bank.last.next = block;
    }
    bank.last = block;
    bank.top += blockBytes;
    return block;
  }

  /** The first bank whose wilderness begins with so many warm bytes; negative if none does. */
  private int firstWarm(long blockBytes) {
    for (int i = 0; i < banks.size(); i++) {
      Bank bank = banks.get(i);
      if (bank.top + blockBytes <= bank.warmEnd) {
        return i;
      }
    }
    return -1;
  }

  /** Checks everything this class promises; {@code usedBlocks} is how many the caller holds. */
  void assertInvariants(int usedBlocks) {
    long used = 0;
    int usedSeen = 0;
    Set<Block> listed = new HashSet<>();
    for (int i = 0; i < banks.size(); i++) {
      Bank bank = banks.get(i);
      check(bank.top <= bank.sizeBytes, "bank " + i + " is used beyond its end");
      long end = bank.top;
      Block after = null;
      for (Block at = bank.last; at != null; at = at.previous) {
        check(at.bank == i, at + " is listed in bank " + i);
        check(at.end() == end, at + " does not end at " + end);
        check(at.next == after, at + " has a wrong neighbour");
        check(at.sizeBytes > 0, at + " is empty");
        check(at.offset % ALIGNMENT_BYTES == 0, at + " is not aligned");
        check(!at.free || (after != null && !after.free), at + " should have been merged");
        if (at.free) {
          listed.add(at);
        } else {
          used += at.sizeBytes;
          usedSeen++;
        }
        end = at.offset;
        after = at;
      }
      check(end == 0, "bank " + i + " starts with a gap of " + end + " bytes");
    }
    check(used == usedBytes, "used bytes are " + used + ", counted " + usedBytes);
    check(usedSeen == usedBlocks, usedSeen + " used blocks for " + usedBlocks + " objects");
    List<Block> ordered = new ArrayList<>();
    holes.forEach(ordered::add);
    check(
        listed.equals(new HashSet<>(ordered)), "holes are " + listed + ", in the tree " + ordered);
    for (int i = 1; i < ordered.size(); i++) {
      check(
          FreeTree.before(ordered.get(i - 1), ordered.get(i)), "the tree of holes is out of order");
    }
  }

  private static void check(boolean holds, String broken) {
    if (!holds) {
      throw new AssertionError("store allocation: " + broken);
    }
  }
}
