package ray.wire.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.Arrays;

/**
 * How a guest can connect to a process of the node without the node between. It comes to the guest
 * by way of the node, which has seen the token. The guest uses it if the address in it is that
 * which it has dialled itself: else something is between, such as a tunnel or a container's
 * published port, and at that address the port may be somebody else's. At the port the guest
 * presents the key and not the token, and is answered with the countersign.
 *
 * @param address of the machine, where the process listens
 * @param port where the process listens
 * @param key what is to be presented there
 * @param countersign what the process answers
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Invitation(InetAddress address, int port, byte[] key, byte[] countersign) {
  /** An address of IPv6 is the longest. */
  private static final int ADDRESS_BYTES = 16;

  private static final int SECRET_BYTES = 32;
  private static final int BYTES = ADDRESS_BYTES + 2 * Integer.BYTES + 2 * SECRET_BYTES;

  /** To nowhere. */
  static final Invitation NONE = toNowhere();

  private static Invitation toNowhere() {
    return new Invitation(
        InetAddress.getLoopbackAddress(), 0, new byte[SECRET_BYTES], new byte[SECRET_BYTES]);
  }

  /** To nowhere yet. */
  static Invitation newSecrets() {
    SecureRandom random = new SecureRandom();
    Invitation made = toNowhere();
    random.nextBytes(made.key);
    random.nextBytes(made.countersign);
    return made;
  }

  Invitation at(InetSocketAddress other) {
    return new Invitation(other.getAddress(), other.getPort(), key, countersign);
  }

  byte[] bytes() {
    byte[] host = address.getAddress();
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(host.length)
        .put(Arrays.copyOf(host, ADDRESS_BYTES))
        .putInt(port)
        .put(key)
        .put(countersign)
        .array();
  }

  static Invitation read(byte[] bytes) throws IOException {
    if (bytes.length != BYTES) {
      throw new IOException("an invitation of " + bytes.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    byte[] host = new byte[ADDRESS_BYTES];
    int length = in.getInt();
    in.get(host);
    // Which throws an exception, too, if it is of no such length.
    InetAddress address =
        InetAddress.getByAddress(Arrays.copyOf(host, Math.clamp(length, 0, ADDRESS_BYTES)));
    Invitation read =
        new Invitation(address, in.getInt(), new byte[SECRET_BYTES], new byte[SECRET_BYTES]);
    in.get(read.key).get(read.countersign);
    return read;
  }

  /** The answer to the question for one. */
  static Invitation readAnswer(InputStream in) throws IOException {
    byte[] length = in.readNBytes(Integer.BYTES);
    if (length.length < Integer.BYTES
        || ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getInt() != BYTES) {
      throw new IOException("that is no invitation");
    }
    return read(in.readNBytes(BYTES));
  }
}
