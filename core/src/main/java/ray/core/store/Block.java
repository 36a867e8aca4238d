package ray.core.store;

import org.jspecify.annotations.Nullable;

/**
 * One range of bytes of a bank, used or free. Blocks of a bank form a list in the order of their
 * offsets; the free ones are nodes of the {@link FreeTree} too, so that neither costs an allocation
 * of its own.
 */
final class Block {
  final int bank;
  final long offset;
  long sizeBytes;
  boolean free;

  @Nullable Block previous;
  @Nullable Block next;

  @Nullable Block left;
  @Nullable Block right;
  final int priority;

  Block(int bank, long offset, long sizeBytes) {
    this.bank = bank;
    this.offset = offset;
    this.sizeBytes = sizeBytes;
    this.priority = (int) mix(offset + ((long) bank << 40));
  }

  /** The finalizer of SplitMix64: spreads numbers that are alike over all bits. */
  private static long mix(long number) {
    long z = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  long end() {
    return offset + sizeBytes;
  }

  @Override
  public String toString() {
    return (free ? "free" : "used") + "[bank " + bank + ", " + offset + ".." + end() + ")";
  }
}
