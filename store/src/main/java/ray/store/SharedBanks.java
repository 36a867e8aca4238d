package ray.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory of a store in another process, mapped bank by bank as it is needed. The store's file
 * has no name; it is reached by way of the descriptor under which its process has it open.
 * Thread-safe.
 */
public final class SharedBanks implements AutoCloseable {
  private final Path file;
  private final long capacityBytes;
  private final Map<Integer, MappedByteBuffer> mapped = new HashMap<>();

  /**
   * The memory of a store.
   *
   * @param file where {@link ObjectStore#sharedFile} says that it is
   */
  public SharedBanks(Path file, long capacityBytes) {
    this.file = file;
    this.capacityBytes = capacityBytes;
  }

  /** How large the store is. */
  public long capacityBytes() {
    return capacityBytes;
  }

  synchronized ByteBuffer bank(int index) {
    return mapped.computeIfAbsent(index, this::map);
  }

  private MappedByteBuffer map(int index) {
    long at = index * StoreMemory.MAX_BANK_BYTES;
    long size = Math.min(StoreMemory.MAX_BANK_BYTES, capacityBytes - at);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(MapMode.READ_WRITE, at, size);
    } catch (IOException e) {
      throw new StoreMemoryException(
          "Cannot map the node's object store at " + file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public synchronized void close() {
    mapped.clear();
  }
}
