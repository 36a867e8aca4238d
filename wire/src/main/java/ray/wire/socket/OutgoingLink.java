package ray.wire.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ray.core.Message;
import ray.wire.Endpoint;
import ray.wire.Mailbox;
import ray.wire.codec.MessageEncoder;
import ray.wire.codec.ProtoWriter;
import ray.wire.codec.Request;
import ray.wire.codec.Response;

/**
 * What one process says to another. It is a mailbox: threads that send at the same time share one
 * write, and what a core says while it handles a batch of events goes out in one too. The
 * connection is made by the first message. Between a guest and another process it leads by way of
 * the node; later another one may take its place, which goes past the node. Thread-safe.
 */
final class OutgoingLink extends Mailbox implements Endpoint, Poller.Channel {
  /** How much is handed to the system at once. */
  private static final int CHUNK_BYTES = 64 * 1024;

  private enum Event {
    WRITABLE,
    CLOSE,
    ABANDON
  }

  private record Failed(SocketChannel channel, String reason) {}

  private record GoOnWith(SocketChannel channel) {}

  /** How long a process that ends waits for a peer to read what it has said. */
  private static final long CLOSING_NS = 2_000_000_000L;

  private static final long BETWEEN_WRITES_NS = 100_000;

  private final long peer;
  private final long target;
  private final SocketTransport transport;
  private final ProtoWriter out = new ProtoWriter();
  private final MessageEncoder encoder;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
  private final ByteBuffer answer =
      ByteBuffer.allocate(3 + Short.MAX_VALUE).order(ByteOrder.LITTLE_ENDIAN);

  private volatile @Nullable SocketChannel channel;

  /** Set while what is said goes on with another connection from some place on. */
  private @Nullable SocketChannel next;

  /** That place in the writer. */
  private int nextFrom;

  private volatile boolean welcome;
  private volatile boolean direct;

  /** How much of what is in the writer has gone. */
  private int sent;

  private boolean stalled;
  private volatile boolean closed;

  /**
   * Not connected yet.
   *
   * @param peer whom messages are for
   * @param target the process that he is a part of
   */
  OutgoingLink(long peer, long target, SocketTransport transport) {
    this.peer = peer;
    this.target = target;
    this.transport = transport;
    this.encoder = new MessageEncoder(transport.config().opaque(), out);
    chunk.flip();
  }

  long peer() {
    return peer;
  }

  long target() {
    return target;
  }

  /** Whether what is said here goes past the node. */
  boolean isDirect() {
    return direct;
  }

  /** Whether the peer has said that it hears what is said here. */
  boolean isWelcome() {
    return welcome;
  }

  /**
   * After what was said until now, all goes over this connection, which does not block, has been
   * greeted, and whose other side knows that it goes on from here.
   */
  void goOnWith(SocketChannel another) {
    post(new GoOnWith(another));
  }

  @Override
  public void deliver(Message message) {
    post(message);
  }

  @Override
  protected void handle(Object event) {
    if (closed) {
      if (event instanceof GoOnWith late) {
        close(late.channel());
      }
      return;
    }
    switch (event) {
      case Message message -> encoder.frame(peer, 0, message);
      case Request request -> encoder.frame(request);
      case Response response -> encoder.frame(response);
      case Event what -> {
        switch (what) {
          case WRITABLE -> stalled = false;
          case CLOSE -> {
            finish();
            shut();
          }
          case ABANDON -> shut();
        }
      }
      case GoOnWith another -> {
        if (next == null && channel != null) {
          next = another.channel();
          out.noFrame(IncomingLink.GOES_ON);
          nextFrom = out.size();
        } else {
          close(another.channel());
        }
      }
      case Failed failed -> {
        // The other side closes one that it needs no more, which may be seen before this one has.
        if (failed.channel() == channel) {
          fail(failed.reason());
        }
      }
      default -> throw new IllegalArgumentException("not for a connection: " + event);
    }
    if (out.size() - sent > transport.config().maxUnreadBytes()) {
      fail(
          "it has not read "
              + (out.size() - sent)
              + " bytes that were sent to it, and no more than "
              + transport.config().maxUnreadBytes()
              + " may wait for it");
    }
  }

  @Override
  protected @Nullable Object leaving() {
    if (!closed && !stalled && (chunk.hasRemaining() || sent < out.size() || next != null)) {
      try {
        SocketChannel to = channel;
        write(to == null ? connect() : to);
      } catch (IOException e) {
        SocketChannel open = channel;
        String refusal = open == null ? null : refusal(open);
        fail(refusal == null ? e.toString() : refusal);
      }
    }
    return null;
  }

  /** Writes what is left, if the peer reads it in time. */
  private void finish() {
    leaving();
    long begunNs = System.nanoTime();
    while (stalled && !closed && System.nanoTime() - begunNs < CLOSING_NS) {
      LockSupport.parkNanos(BETWEEN_WRITES_NS);
      stalled = false;
      leaving();
    }
  }

  private SocketChannel connect() throws IOException {
    SocketChannel made = transport.direct().take(target);
    direct = made != null;
    if (made == null) {
      made = transport.config().road().dial(target);
      channel = made;
      ByteBuffer hello =
          Handshake.hello(transport.token(), Handshake.MESSAGES, transport.self(), target);
      while (hello.hasRemaining()) {
        made.write(hello);
      }
      made.configureBlocking(false);
    }
    channel = made;
    transport.poller().add(made, SelectionKey.OP_READ, this);
    return made;
  }

  private void write(SocketChannel first) throws IOException {
    SocketChannel to = first;
    while (true) {
      if (!chunk.hasRemaining()) {
        SocketChannel after = next;
        if (after != null && sent == nextFrom) {
          goOn(to, after);
          to = after;
        }
        if (sent == out.size()) {
          clear();
          return;
        }
        int length = Math.min(CHUNK_BYTES, (next == null ? out.size() : nextFrom) - sent);
        chunk.clear().put(out.array(), sent, length).flip();
        sent += length;
      }
      if (to.write(chunk) == 0) {
        // What is in the chunk counts as sent, but goes first.
        stalled = true;
        if (sent == out.size()) {
          clear();
        }
        transport.poller().wantsToWrite(to, true);
        return;
      }
    }
  }

  private void clear() {
    sent = 0;
    nextFrom = 0;
    out.clear(CHUNK_BYTES);
  }

  /** All has gone that is to go over the connection until now. */
  private void goOn(SocketChannel before, SocketChannel after) {
    synchronized (this) {
      channel = after;
      answer.clear();
    }
    direct = true;
    next = null;
    transport.poller().remove(this);
    close(before);
    transport.poller().add(after, SelectionKey.OP_READ, this);
  }

  @Override
  public void writable() {
    SocketChannel open = channel;
    if (open != null) {
      transport.poller().wantsToWrite(open, false);
    }
    post(Event.WRITABLE);
  }

  /** The peer says nothing here but whether it lets this process speak; its end is its death. */
  @Override
  public boolean read() {
    SocketChannel open = channel;
    if (open == null || closed) {
      return false;
    }
    String refusal = refusal(open);
    if (refusal != null) {
      post(new Failed(open, refusal));
    } else if (!welcome && isWelcomed()) {
      welcome = true;
      transport.direct().welcomed(this);
    }
    return false;
  }

  private synchronized boolean isWelcomed() {
    return answer.position() > 0 && answer.get(0) == Handshake.WELCOME;
  }

  /**
   * What the peer has said against this process, or that its connection has ended; null if neither.
   * It may have said that and closed before this side knew, whose writing fails then.
   */
  private synchronized @Nullable String refusal(SocketChannel open) {
    String end = null;
    if (open != channel) {
      return null; // All goes over another one now.
    }
    try {
      if (open.isOpen() && open.read(answer) < 0) {
        end = "its connection ended";
      }
    } catch (IOException e) {
      end = "its connection broke: " + e.getMessage();
    }
    if (answer.position() >= 3 && answer.get(0) == Handshake.REFUSED) {
      int length = Short.toUnsignedInt(answer.getShort(1));
      if (answer.position() >= 3 + length) {
        return "it refused the connection: "
            + new String(answer.array(), 3, length, StandardCharsets.UTF_8);
      }
    }
    return end;
  }

  private void fail(String reason) {
    if (!closed) {
      shut();
      transport.unreachable(peer, reason);
    }
  }

  private void shut() {
    closed = true;
    sent = 0;
    out.clear(0);
    transport.poller().remove(this);
    close(channel);
    close(next);
    next = null;
  }

  private static void close(@Nullable SocketChannel open) {
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        SocketTransport.LOG.debug("closing a connection", e);
      }
    }
  }

  /** Ends the connection after what was posted before. May block for a while. */
  void close() {
    post(Event.CLOSE);
  }

  /** Ends the connection to a process that is gone. */
  void abandon() {
    post(Event.ABANDON);
  }
}
