package ray.wire.socket;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/**
 * A question with a connection of its own. It needs neither the thread that reads messages nor one
 * that writes them, so both may ask.
 *
 * <pre>
 * u32 length of the payload   u32 kind   payload
 * </pre>
 *
 * <p>The answer is the byte 0, a u32 length and as many bytes, or else a refusal as of a {@link
 * Handshake}.
 */
final class SideQuestion {
  static final int HEADER_BYTES = 2 * Integer.BYTES;

  /** No question is longer. */
  static final int MAX_BYTES = 32 * 1024;

  /** How long an answer may stay unread. */
  private static final long PATIENCE_NS = 10_000_000_000L;

  private static final long BETWEEN_WRITES_NS = 50_000;

  private SideQuestion() {}

  /** Asks, and waits for the answer. Blocks: not for virtual threads. */
  static byte[] ask(SocketChannel channel, ByteBuffer hello, int kind, byte[] payload)
      throws IOException {
    send(channel, hello, kind, payload);
    return answer(channel);
  }

  private static byte[] answer(SocketChannel channel) throws IOException {
    awaitWelcome(channel);
    return read(channel, read(channel, Integer.BYTES).getInt()).array();
  }

  static void send(SocketChannel channel, ByteBuffer hello, int kind, byte[] payload)
      throws IOException {
    ByteBuffer question = question(hello, kind, ByteBuffer.wrap(payload));
    while (question.hasRemaining()) {
      channel.write(question);
    }
  }

  /** All that the asker says. */
  static ByteBuffer question(ByteBuffer hello, int kind, ByteBuffer payload) {
    return ByteBuffer.allocate(hello.remaining() + HEADER_BYTES + payload.remaining())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(hello)
        .putInt(payload.remaining())
        .putInt(kind)
        .put(payload)
        .flip();
  }

  /** Waits until the other side agrees; throws what it says if it does not. */
  static void awaitWelcome(SocketChannel channel) throws IOException {
    if (read(channel, 1).get() != Handshake.WELCOME) {
      int length = Short.toUnsignedInt(read(channel, Short.BYTES).getShort());
      throw new IOException(new String(read(channel, length).array(), StandardCharsets.UTF_8));
    }
  }

  static ByteBuffer read(SocketChannel channel, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the process that was asked has ended");
      }
    }
    return bytes.flip();
  }

  /** Answers on a channel that does not block, and closes it. */
  static void answer(SocketChannel channel, byte[] content) {
    ByteBuffer answer =
        ByteBuffer.allocate(1 + Integer.BYTES + content.length).order(ByteOrder.LITTLE_ENDIAN);
    write(channel, answer.put(Handshake.WELCOME).putInt(content.length).put(content).flip());
  }

  /** Says why there is no answer, and closes the channel. */
  static void refuse(SocketChannel channel, String reason) {
    write(channel, Handshake.refusal(reason));
  }

  private static void write(SocketChannel open, ByteBuffer bytes) {
    try (SocketChannel channel = open) {
      long progressNs = System.nanoTime();
      while (bytes.hasRemaining() && System.nanoTime() - progressNs < PATIENCE_NS) {
        if (channel.write(bytes) > 0) {
          progressNs = System.nanoTime();
        } else {
          LockSupport.parkNanos(BETWEEN_WRITES_NS);
        }
      }
    } catch (IOException e) {
      SocketTransport.LOG.debug("answering a question", e);
    }
  }
}
