package ray.store;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The memory of one store, in banks that are each one contiguous buffer. It gives no protection:
 * who may touch which bytes when is the {@link ObjectStore}'s business.
 */
interface StoreMemory {
  /**
   * The largest bank: a buffer's size is an int, and whole pages keep the next bank of a file
   * aligned.
   */
  long MAX_BANK_BYTES = (2L << 30) - 4096;

  MemoryKind kind();

  /** How large the banks are, but for the last, which has what is left of the capacity. */
  long bankBytes();

  /**
   * The whole of a bank, at position 0, not derived from any segment.
   *
   * @throws StoreMemoryException if there is no memory for it
   */
  ByteBuffer bank(int index);

  /** Where another process of the user finds the memory; null if it can't. */
  default @Nullable Path sharedFile() {
    return null;
  }

  /** Gives the pages back at once. Whoever touches the banks from now on faults. */
  void discard();

  /**
   * Gives the memory back as soon as the garbage collector finds every buffer and view unreachable.
   */
  void abandon();
}
