package ray.wire.socket;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/**
 * Both sides of a connection that carries a {@link Bulk}. After the question the asked side answers
 * with a welcome and a u64, how many bytes there are; they follow, in whichever direction; those of
 * the asker are acknowledged by another welcome when all have been taken.
 */
final class BulkTransfer {
  /** How much is handed to the system at once. */
  static final int PIECE_BYTES = 256 * 1024;

  /** How long the other side may neither send nor take a byte. */
  private static final long PATIENCE_NS = 30_000_000_000L;

  private static final long SHORTEST_PAUSE_NS = 20_000;
  private static final long LONGEST_PAUSE_NS = 1_000_000;

  private BulkTransfer() {}

  /** Moves all of it over a channel that does not block, and closes both. Blocks. */
  static void serve(SocketChannel open, Bulk content) {
    try (SocketChannel channel = open;
        Bulk bulk = content) {
      long size = bulk.sizeBytes();
      ByteBuffer begin = ByteBuffer.allocate(1 + Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      write(channel, begin.put(Handshake.WELCOME).putLong(size).flip());
      long pauseNs = SHORTEST_PAUSE_NS;
      long progressNs = System.nanoTime();
      for (long at = 0; at < size; ) {
        long moved = bulk.move(at, channel);
        if (moved > 0) {
          at += moved;
          pauseNs = SHORTEST_PAUSE_NS;
          progressNs = System.nanoTime();
        } else if (moved < 0) {
          throw new EOFException("the other side has ended");
        } else if (System.nanoTime() - progressNs > PATIENCE_NS) {
          throw new IOException(
              "nothing came or went for " + PATIENCE_NS / 1_000_000_000 + " seconds");
        } else {
          LockSupport.parkNanos(pauseNs);
          pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
        }
      }
      if (bulk.incoming()) {
        write(channel, Handshake.welcome());
      }
    } catch (IOException e) {
      SocketTransport.LOG.debug("a transfer ended early", e);
    }
  }

  private static void write(SocketChannel channel, ByteBuffer few) throws IOException {
    while (few.hasRemaining()) {
      if (channel.write(few) == 0) {
        LockSupport.parkNanos(LONGEST_PAUSE_NS);
      }
    }
  }

  /** Sends all of the source, after the question was sent. Blocks. */
  static void send(SocketChannel channel, MemorySegment source) throws IOException {
    SideQuestion.awaitWelcome(channel);
    long size = SideQuestion.read(channel, Long.BYTES).getLong();
    if (size != source.byteSize()) {
      throw new IOException(size + " bytes are wanted, not " + source.byteSize());
    }
    for (long at = 0; at < size; ) {
      ByteBuffer piece = piece(source, at);
      while (piece.hasRemaining()) {
        at += channel.write(piece);
      }
    }
    SideQuestion.awaitWelcome(channel);
  }

  /** Receives all that there is, into memory that is made for it. Blocks. */
  static MemorySegment receive(SocketChannel channel, LongFunction<MemorySegment> memory)
      throws IOException {
    SideQuestion.awaitWelcome(channel);
    long size = SideQuestion.read(channel, Long.BYTES).getLong();
    MemorySegment target = memory.apply(size);
    for (long at = 0; at < size; ) {
      ByteBuffer piece = piece(target, at);
      while (piece.hasRemaining()) {
        int count = channel.read(piece);
        if (count < 0) {
          throw new EOFException("the node has ended the transfer of a value");
        }
        at += count;
      }
    }
    return target;
  }

  private static ByteBuffer piece(MemorySegment of, long at) {
    return of.asSlice(at, Math.min(PIECE_BYTES, of.byteSize() - at)).asByteBuffer();
  }
}
