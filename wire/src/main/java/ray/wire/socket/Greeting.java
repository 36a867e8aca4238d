package ray.wire.socket;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a program says to a node's port to find its session, and what it is told. */
public final class Greeting {
  private Greeting() {}

  /** What to send. */
  public static ByteBuffer forSession(byte[] token) {
    return Handshake.hello(token, Handshake.SESSION, 0, 0);
  }

  /**
   * The session in the answer.
   *
   * @throws EOFException if it is not an answer
   * @throws IOException with the node's reason, if it refuses
   */
  public static byte[] answer(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      throw new EOFException();
    }
    if (bytes[0] == Handshake.WELCOME) {
      return Arrays.copyOfRange(bytes, 1, bytes.length);
    }
    if (bytes[0] != Handshake.REFUSED || bytes.length < 3) {
      throw new EOFException();
    }
    int length =
        Short.toUnsignedInt(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(1));
    throw new IOException(
        new String(bytes, 3, Math.min(length, bytes.length - 3), StandardCharsets.UTF_8));
  }
}
