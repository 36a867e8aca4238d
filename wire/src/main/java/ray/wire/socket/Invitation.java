package ray.wire.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/**
 * How a guest can connect to a process of the node without the node between. It comes to the guest
 * by way of the node, which has seen the token; at the port that it names the guest presents the
 * key in it and not the token, and is answered with the countersign. So where somebody else has
 * that port, as behind a tunnel to the node, he does not learn the token, and hears nothing.
 *
 * @param port where the process listens
 * @param key what is to be presented there
 * @param countersign what the process answers
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Invitation(int port, byte[] key, byte[] countersign) {
  private static final int SECRET_BYTES = 32;
  private static final int BYTES = Integer.BYTES + 2 * SECRET_BYTES;

  /** To nowhere. */
  static final Invitation NONE = new Invitation(0, new byte[SECRET_BYTES], new byte[SECRET_BYTES]);

  /** To nowhere yet. */
  static Invitation newSecrets() {
    SecureRandom random = new SecureRandom();
    Invitation made = new Invitation(0, new byte[SECRET_BYTES], new byte[SECRET_BYTES]);
    random.nextBytes(made.key);
    random.nextBytes(made.countersign);
    return made;
  }

  Invitation at(int other) {
    return new Invitation(other, key, countersign);
  }

  byte[] bytes() {
    return ByteBuffer.allocate(BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
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
    Invitation read = new Invitation(in.getInt(), new byte[SECRET_BYTES], new byte[SECRET_BYTES]);
    in.get(read.key).get(read.countersign);
    return read;
  }
}
