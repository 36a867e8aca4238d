package ray.store;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** Memory of direct buffers, each allocated when the first object in it is created. */
final class DirectMemory implements StoreMemory {
  /**
   * The JVM fills a new direct buffer with zeros, at the speed of first touches: a bank is large
   * enough for large arrays and small enough that this takes well under a second.
   */
  static final long BANK_BYTES = 512L << 20;

  private final long capacityBytes;
  private final AtomicReferenceArray<@Nullable ByteBuffer> banks;
  private final Object allocation = new Object();

  DirectMemory(long capacityBytes) {
    this.capacityBytes = capacityBytes;
    this.banks = new AtomicReferenceArray<>((int) Math.ceilDiv(capacityBytes, BANK_BYTES));
  }

  @Override
  public MemoryKind kind() {
    return MemoryKind.DIRECT;
  }

  @Override
  public long bankBytes() {
    return BANK_BYTES;
  }

  @Override
  public ByteBuffer bank(int index) {
    ByteBuffer bank = banks.get(index);
    return bank != null ? bank : allocate(index);
  }

  private ByteBuffer allocate(int index) {
    synchronized (allocation) {
      ByteBuffer bank = banks.get(index);
      if (bank == null) {
        long size = Math.min(BANK_BYTES, capacityBytes - index * BANK_BYTES);
        try {
          bank = ByteBuffer.allocateDirect((int) size);
        } catch (OutOfMemoryError e) {
          throw new StoreMemoryException(
              String.format(
                  "The JVM refuses %,d bytes of direct memory for the object store. Allow more with"
                      + " -XX:MaxDirectMemorySize, or make the store smaller.",
                  size),
              e);
        }
        banks.set(index, bank);
      }
      return bank;
    }
  }

  @Override
  public void discard() {
    abandon();
  }

  @Override
  public void abandon() {
    for (int i = 0; i < banks.length(); i++) {
      banks.set(i, null);
    }
  }
}
