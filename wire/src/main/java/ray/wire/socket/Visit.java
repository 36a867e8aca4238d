package ray.wire.socket;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * This process's stay, as a guest, at a node whose port is all of it that it can reach. It makes a
 * connection by which both sides know that the other is there, and some that wait until somebody
 * wants to connect to this process. Thread-safe.
 */
final class Visit implements AutoCloseable, Poller.Channel {
  /** How many connections wait: as many can begin at once without another trip to the node. */
  private static final int WAITING = 4;

  private final Road.Port road;
  private final SocketTransport transport;
  private final Poller poller;
  private final Executor aside;

  /** Guarded by this. */
  private final Set<SocketChannel> waiting = new HashSet<>();

  /** What the node says at the end, if it says something. */
  private final ByteBuffer farewell =
      ByteBuffer.allocate(3 + Short.MAX_VALUE).order(ByteOrder.LITTLE_ENDIAN);

  private @Nullable SocketChannel presence;
  private volatile boolean closed;

  Visit(Road.Port road, SocketTransport transport, Poller poller, Executor aside) {
    this.road = road;
    this.transport = transport;
    this.poller = poller;
    this.aside = aside;
  }

  /** Begins; blocks until others can connect to this process. */
  void begin() throws IOException {
    SocketChannel first = dial(Handshake.PRESENCE);
    presence = first;
    poller.add(first, SelectionKey.OP_READ, this);
    try {
      for (int i = 0; i < WAITING; i++) {
        waitForAnother();
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private void waitForAnother() throws IOException {
    SocketChannel channel = dial(Handshake.WAITING);
    synchronized (this) {
      if (closed) {
        channel.close();
        return;
      }
      waiting.add(channel);
    }
    poller.add(
        channel,
        SelectionKey.OP_READ,
        IncomingLink.waiting(channel, poller, transport, transport::token, () -> taken(channel)));
  }

  /** One of those that waited waits no more: another has to. */
  private void taken(SocketChannel channel) {
    synchronized (this) {
      waiting.remove(channel);
    }
    if (closed) {
      return;
    }
    try {
      aside.execute(() -> {
        try {
          waitForAnother();
        } catch (IOException e) {
          // The first connection tells whether the node is still there.
          SocketTransport.LOG.debug("a connection to wait by can't be made", e);
        }
      });
    } catch (RejectedExecutionException leaving) {
      SocketTransport.LOG.debug("leaving", leaving);
    }
  }

  private SocketChannel dial(byte purpose) throws IOException {
    SocketChannel channel = road.dial(road.node());
    try {
      ByteBuffer hello = Handshake.hello(transport.token(), purpose, transport.self(), 0);
      while (hello.hasRemaining()) {
        channel.write(hello);
      }
      channel.socket().setSoTimeout(Tcp.CONNECT_MS);
      awaitWelcome(channel.socket());
      channel.configureBlocking(false);
      return channel;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  static void awaitWelcome(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    int first = in.read();
    if (first == Handshake.REFUSED) {
      int length = in.read() | in.read() << Byte.SIZE;
      throw new IOException(new String(in.readNBytes(Math.max(0, length)), StandardCharsets.UTF_8));
    }
    if (first != Handshake.WELCOME) {
      throw new IOException("the node ended the connection");
    }
  }

  /** The node says nothing but at the end. */
  @Override
  public boolean read() {
    SocketChannel open = presence;
    if (closed || open == null) {
      return false;
    }
    String end;
    try {
      int count = open.read(farewell);
      if (count >= 0) {
        return count > 0;
      }
      end = farewell();
    } catch (IOException e) {
      end = "the connection to the node broke: " + e.getMessage();
    }
    close();
    transport.cutOff(road.node(), end);
    return true;
  }

  private String farewell() {
    farewell.flip();
    if (farewell.remaining() >= 3 && farewell.get() == Handshake.REFUSED) {
      int length = Math.min(Short.toUnsignedInt(farewell.getShort()), farewell.remaining());
      return new String(farewell.array(), farewell.position(), length, StandardCharsets.UTF_8);
    }
    return "the node ended the connection";
  }

  @Override
  public void close() {
    Set<SocketChannel> open;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      open = Set.copyOf(waiting);
    }
    poller.remove(this);
    open.forEach(Visit::close);
    SocketChannel first = presence;
    if (first != null) {
      close(first);
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      SocketTransport.LOG.debug("closing a connection", e);
    }
  }
}
