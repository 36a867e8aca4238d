package ray.wire.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Lets in the connections that come by one way. Used by the thread that reads them. */
@FunctionalInterface
interface Doorkeeper {
  /** What a connection has to present. */
  byte[] key();

  /** What one that may send messages is told. */
  default ByteBuffer welcome() {
    return Handshake.welcome();
  }

  /** Whether messages that come here may go on from those on another connection. */
  default boolean isDirect() {
    return false;
  }

  /**
   * A connection with the right key is for this process itself.
   *
   * @throws Handshake.RefusedException with what it is told, if it may not be
   */
  default void admit(Handshake.Hello hello) throws Handshake.RefusedException {}

  /**
   * A connection with the right key is not for this process itself, or makes its process a guest,
   * or waits.
   *
   * @param rest what has come after its greeting
   * @throws Handshake.RefusedException with what it is told, if nobody takes it
   */
  default void received(
      Handshake.Hello hello, SocketChannel channel, IncomingLink before, ByteBuffer rest)
      throws IOException {
    throw new Handshake.RefusedException(
        "process " + Long.toHexString(hello.target()) + " is not here");
  }
}
