package ray.wire.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;

/**
 * Passes bytes between two connections, both ways, without a look at them. What comes faster than
 * it goes stays with who sends it: no more than {@link #BUFFER_BYTES} is kept here. When one side
 * has ended, so will the other, after all that was said before. Used by one thread, the one that
 * reads.
 */
final class Relay {
  private static final int BUFFER_BYTES = 64 * 1024;

  /**
   * How long one direction may go on after the other has ended: it has a refusal to say at most.
   */
  private static final long LINGER_NS = 5_000_000_000L;

  private final Poller poller;
  private final Consumer<Relay> ended;
  private final Half forth;
  private final Half back;
  private boolean closed;
  private long halfEndedNs;

  /** What is read from one side, and goes to the other. */
  private final class Half implements Poller.Channel {
    final SocketChannel from;
    final SocketChannel to;
    final ByteBuffer waiting = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);
    boolean stalled;
    boolean over;

    Half(SocketChannel from, SocketChannel to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public boolean isBusy() {
      return true;
    }

    @Override
    public boolean read() {
      if (closed || stalled || over) {
        return false;
      }
      try {
        waiting.clear();
        int count = from.read(waiting);
        waiting.flip();
        if (count > 0) {
          send();
        } else if (count < 0) {
          end();
        }
        return count != 0;
      } catch (IOException e) {
        close();
        return true;
      }
    }

    void send() throws IOException {
      to.write(waiting);
      if (waiting.hasRemaining() != stalled) {
        stalled = !stalled;
        poller.wantsToWrite(to, stalled);
        poller.wantsToRead(from, !stalled);
      }
    }

    private void end() throws IOException {
      over = true;
      poller.wantsToRead(from, false);
      to.shutdownOutput();
      halfEnded();
    }

    /** There is room again where the other half of what comes from here goes. */
    @Override
    public void writable() {
      Half other = this == forth ? back : forth;
      if (!closed && other.stalled) {
        try {
          other.send();
        } catch (IOException e) {
          close();
        }
      }
    }

    @Override
    public void tick(long nowNs) {
      if (halfEndedNs != 0 && nowNs - halfEndedNs > LINGER_NS) {
        close();
      }
    }
  }

  /**
   * Between two connections that do not block.
   *
   * @param begin what the right side is to get first
   * @param ended learns of the end
   */
  Relay(
      Poller poller,
      SocketChannel left,
      SocketChannel right,
      ByteBuffer begin,
      Consumer<Relay> ended) {
    this.poller = poller;
    this.ended = ended;
    this.forth = new Half(left, right);
    this.back = new Half(right, left);
    forth.waiting.clear().put(begin).flip();
  }

  /** Begins; the left connection has been read by another handler, the right one by none. */
  void begin(Poller.Channel before) {
    poller.handOver(forth.from, before, forth);
    poller.add(back.from, SelectionKey.OP_READ, back);
    poller.execute(() -> {
      try {
        if (!closed) {
          forth.send();
        }
      } catch (IOException e) {
        close();
      }
    });
  }

  private void halfEnded() {
    if (forth.over && back.over) {
      close();
    } else {
      halfEndedNs = System.nanoTime();
    }
  }

  void close() {
    if (!closed) {
      closed = true;
      poller.remove(forth);
      poller.remove(back);
      for (SocketChannel each : new SocketChannel[] {forth.from, back.from}) {
        try {
          each.close();
        } catch (IOException e) {
          SocketTransport.LOG.debug("closing a connection", e);
        }
      }
      ended.accept(this);
    }
  }
}
