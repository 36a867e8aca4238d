package ray.wire.socket;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * This process's connections between guests and other processes that go past the node. Both sides
 * begin by way of the node; when a direct connection is there too, what is said goes on with that
 * ({@link OutgoingLink#goOnWith}). Thread-safe.
 */
sealed interface Direct extends AutoCloseable permits Shortcut, SideDoor {
  /**
   * The node asks how a guest can connect to this process.
   *
   * @param guest who asks the node
   * @param request what {@link WorkerPorts#request} makes
   * @throws IOException with what the guest is told, if it can't
   */
  Invitation invite(long guest, byte[] request) throws IOException;

  /** A connection to a process that waits here, greeted and from now on the caller's, or null. */
  @Nullable SocketChannel take(long process);

  /** A process hears what a connection of this one says. */
  void welcomed(OutgoingLink link);

  /** A process is gone. */
  void gone(long process);

  @Override
  void close();
}
