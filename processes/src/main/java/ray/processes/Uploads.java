package ray.processes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreObject;
import ray.wire.socket.Bulk;

/**
 * Objects whose bytes come from guests, straight from a connection into the store's memory. Before
 * that memory may belong to another object its upload has ended, and writes no more. Thread-safe.
 */
final class Uploads {
  /** How much is taken from the system at once, while the end of the upload has to wait. */
  private static final long PIECE_BYTES = 1 << 20;

  private final Map<Long, Upload> uploads = new HashMap<>();

  private static final class Upload implements Bulk {
    private final long writer;
    private final MemorySegment target;
    private long received;
    private boolean begun;
    private boolean ended;

    Upload(long writer, MemorySegment target) {
      this.writer = writer;
      this.target = target;
    }

    synchronized void begin() throws IOException {
      if (begun) {
        throw new IOException("its bytes come already");
      }
      begun = true;
    }

    @Override
    public long sizeBytes() {
      return target.byteSize();
    }

    @Override
    public boolean incoming() {
      return true;
    }

    @Override
    public synchronized long move(long offset, SocketChannel channel) throws IOException {
      if (ended) {
        throw new IOException("the object was given up");
      }
      long length = Math.min(PIECE_BYTES, target.byteSize() - offset);
      int count = channel.read(target.asSlice(offset, length).asByteBuffer());
      received += Math.max(0, count);
      return count;
    }

    /** Returns whether all of it has come. */
    synchronized boolean end() {
      ended = true;
      return received == target.byteSize();
    }

    @Override
    public void close() {
      // The object stays until it is sealed, or its process gives it up or dies.
    }
  }

  /** Room was made for an object that a process will send. */
  synchronized void add(
      long writer, StoreObject object, Function<StoreObject, MemorySegment> memory) {
    uploads.put(object.key(), new Upload(writer, memory.apply(object)));
  }

  /** Its bytes are about to come. */
  Bulk of(long key, long writer) throws IOException {
    Upload found;
    synchronized (this) {
      found = uploads.get(key);
    }
    if (found == null || found.writer != writer) {
      throw new IOException("no object is created by that key");
    }
    found.begin();
    return found;
  }

  /**
   * No more bytes of an object are taken.
   *
   * @return whether all have come; true also of objects whose bytes come in another way
   */
  boolean end(long key) {
    @Nullable Upload ended;
    synchronized (this) {
      ended = uploads.remove(key);
    }
    return ended == null || ended.end();
  }

  /** A process is gone: nothing that it sent is taken any more. */
  void endOf(long process) {
    List<Upload> gone;
    synchronized (this) {
      gone = uploads.values().stream().filter(each -> each.writer == process).toList();
      uploads.values().removeAll(gone);
    }
    gone.forEach(Upload::end);
  }
}
