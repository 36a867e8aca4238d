package ray.wire.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a connection begins with, before anything else that comes on it is looked at: a magic
 * number, the version of the protocol, the token, what the connection is for, who makes it, and to
 * whom: 0 is whoever answers, another than that is passed on to.
 *
 * <pre>
 * "RAYJ"   u16 version   u16 length of the token   token   u8 purpose   u64 process   u64 target
 * </pre>
 *
 * <p>The answer is one byte, 0, or else 1, a u16 length and a sentence that says why not.
 * Little-endian.
 */
final class Handshake {
  /** The version of all that this build says. */
  static final int VERSION = 4;

  /** The connection carries messages. */
  static final byte MESSAGES = 0;

  /** The connection asks where the processes of the machine meet, and ends. */
  static final byte SESSION = 1;

  /** The connection asks one question, is answered, and ends. */
  static final byte QUESTION = 2;

  /** The connection carries no byte: while it is there, so is the guest who made it. */
  static final byte PRESENCE = 3;

  /**
   * The connection waits until somebody wants to connect to the guest who made it: anybody, at the
   * node's port, and the process itself at one of its own.
   */
  static final byte WAITING = 4;

  /** The connection carries bytes of a large value, after a question as of {@link SideQuestion}. */
  static final byte BULK = 5;

  /** The connection asks for an {@link Invitation} of a process, is answered, and ends. */
  static final byte DOOR = 6;

  static final byte LAST_PURPOSE = DOOR;

  /** No token is longer. */
  static final int MAX_TOKEN_BYTES = 256;

  static final int FIXED_BYTES = 8;
  private static final int REST_BYTES = 1 + 2 * Long.BYTES;
  static final int MAX_BYTES = FIXED_BYTES + MAX_TOKEN_BYTES + REST_BYTES;
  static final byte WELCOME = 0;
  static final byte REFUSED = 1;

  private static final byte[] MAGIC = "RAYJ".getBytes(StandardCharsets.US_ASCII);

  private Handshake() {}

  static ByteBuffer hello(byte[] token, byte purpose, long process, long target) {
    ByteBuffer hello =
        ByteBuffer.allocate(FIXED_BYTES + token.length + REST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    hello.put(MAGIC).putShort((short) VERSION).putShort((short) token.length).put(token);
    return hello.put(purpose).putLong(process).putLong(target).flip();
  }

  static ByteBuffer welcome() {
    return ByteBuffer.wrap(new byte[] {WELCOME});
  }

  static ByteBuffer refusal(String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    ByteBuffer refusal = ByteBuffer.allocate(3 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    return refusal.put(REFUSED).putShort((short) text.length).put(text).flip();
  }

  /** Who connects, what for, and to whom. */
  record Hello(byte purpose, long process, long target, int length) {}

  /** A peer that may not speak, and what it is told. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedException(String reason) {
      super(reason);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }

  /**
   * Reads the beginning of a connection; returns null if more has to come.
   *
   * @param bytes what came so far
   */
  static @Nullable Hello read(byte[] bytes, int length, byte[] token) throws RefusedException {
    int magic = Math.min(length, MAGIC.length);
    if (!Arrays.equals(bytes, 0, magic, MAGIC, 0, magic)) {
      throw new RefusedException("this port speaks Ray for Java's protocol only");
    }
    if (length < FIXED_BYTES) {
      return null;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, MAGIC.length, length - MAGIC.length);
    in.order(ByteOrder.LITTLE_ENDIAN);
    int version = Short.toUnsignedInt(in.getShort());
    if (version != VERSION) {
      throw new RefusedException(
          "version "
              + version
              + " of the protocol, but this side speaks version "
              + VERSION
              + ": use the same version of Ray for Java on both sides");
    }
    int tokenLength = Short.toUnsignedInt(in.getShort());
    if (tokenLength > MAX_TOKEN_BYTES) {
      throw new RefusedException("a token of " + tokenLength + " bytes");
    }
    if (in.remaining() < tokenLength + REST_BYTES) {
      return null;
    }
    byte[] presented = new byte[tokenLength];
    in.get(presented);
    if (!MessageDigest.isEqual(presented, token)) {
      throw new RefusedException(
          "the token is not this cluster's: set RAY_TOKEN to it, or RAY_TOKEN_FILE to its file");
    }
    byte purpose = in.get();
    return new Hello(purpose, in.getLong(), in.getLong(), in.position());
  }
}
