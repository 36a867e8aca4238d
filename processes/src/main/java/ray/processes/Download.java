package ray.processes;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.SocketChannel;
import ray.store.ReadableObject;
import ray.wire.socket.Bulk;

/** The bytes of an object, which go straight from the store's memory to a connection. */
final class Download implements Bulk {
  /** How much is handed to the system at once. */
  private static final long PIECE_BYTES = 1 << 20;

  private final ReadableObject object;
  private final MemorySegment bytes;

  Download(ReadableObject object) {
    this.object = object;
    this.bytes = object.segment();
  }

  @Override
  public long sizeBytes() {
    return bytes.byteSize();
  }

  @Override
  public boolean incoming() {
    return false;
  }

  @Override
  public long move(long offset, SocketChannel channel) throws IOException {
    long length = Math.min(PIECE_BYTES, bytes.byteSize() - offset);
    return channel.write(bytes.asSlice(offset, length).asByteBuffer());
  }

  @Override
  public void close() {
    object.close();
  }
}
