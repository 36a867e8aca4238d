package ray.wire.socket;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/**
 * Bytes that stream between memory of this process and another one, over a connection of their own.
 * Used by one thread.
 */
public interface Bulk extends AutoCloseable {
  /** How many bytes there are in all. */
  long sizeBytes();

  /** Whether they come from the other process. */
  boolean incoming();

  /**
   * Moves what the channel has, or takes, from that offset on, without blocking.
   *
   * @return how many bytes; 0 if none just now, -1 if the other side has ended
   * @throws IOException if the bytes are not wanted any more
   */
  long move(long offset, SocketChannel channel) throws IOException;

  /** There will be no more of them. */
  @Override
  void close();
}
