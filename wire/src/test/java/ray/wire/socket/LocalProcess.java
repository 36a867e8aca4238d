package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import ray.core.Message;

/** One of several processes, all in this JVM. */
final class LocalProcess implements SocketTransport.Deaths, SocketTransport.Questions {
  /** Of this kind no question is answered. */
  static final int REFUSED_KIND = 13;

  private static final long PATIENCE_S = 30;
  private static final int BULK_BYTES = 40 << 20;

  final long id;
  final BlockingQueue<Message> received = new LinkedBlockingQueue<>();
  final BlockingQueue<String> unreachable = new LinkedBlockingQueue<>();
  private @Nullable MemorySegment memory;

  LocalProcess(long id) {
    this.id = id;
  }

  @Override
  public void unreachable(long process, String reason) {
    unreachable.add(process + ": " + reason);
  }

  @Override
  public byte[] answer(long asker, int kind, byte[] payload) throws Exception {
    if (kind == REFUSED_KIND) {
      throw new IOException("not that one");
    }
    return new byte[] {(byte) asker, (byte) kind, payload[0]};
  }

  @Override
  public Bulk bulk(long asker, int kind, byte[] payload) throws IOException {
    if (kind == REFUSED_KIND) {
      throw new IOException("no such bytes");
    }
    return new Bulk() {
      @Override
      public long sizeBytes() {
        return memory().byteSize();
      }

      @Override
      public boolean incoming() {
        return kind == 1;
      }

      @Override
      public long move(long offset, SocketChannel channel) throws IOException {
        ByteBuffer rest = memory().asSlice(offset).asByteBuffer();
        return incoming() ? channel.read(rest) : channel.write(rest);
      }

      @Override
      public void close() {
        // Nothing is to be closed.
      }
    };
  }

  @Override
  public byte[] session() {
    return "session".getBytes(StandardCharsets.UTF_8);
  }

  Message take() throws InterruptedException {
    Message message = received.poll(PATIENCE_S, TimeUnit.SECONDS);
    assertThat(message).as("a message").isNotNull();
    return message;
  }

  /** What is asked for in bulk: made when it first is. */
  synchronized MemorySegment memory() {
    MemorySegment made = memory;
    if (made == null) {
      made = Arena.ofAuto().allocate(BULK_BYTES);
      memory = made;
    }
    return made;
  }

  String takeUnreachable() throws InterruptedException {
    String end = unreachable.poll(PATIENCE_S, TimeUnit.SECONDS);
    assertThat(end).as("the news of an end").isNotNull();
    return end;
  }
}
