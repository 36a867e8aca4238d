package ray.wire.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The ports of a process that is not the node's own, by which guests connect to it without the node
 * between. It opens one when the node asks for it for a guest, at the address of the machine by
 * which that guest has come, and none before. It lets in whoever has an {@link Invitation}, to go
 * on with what he has begun by way of the node. Thread-safe.
 */
final class SideDoor implements Direct, Doorkeeper {
  /** At how many addresses it listens at most: a machine has few by which guests come. */
  private static final int MAX_ADDRESSES = 8;

  /** How many guests' connections may wait here; each has one. */
  private static final int MAX_WAITING = 256;

  private static final String BEGIN_THERE = "here goes on what was begun at the node's port";

  private final SocketTransport transport;
  private final Poller poller;

  /** What is to be presented here, and answered; made when it is first asked for. */
  private volatile Invitation secrets = Invitation.NONE;

  // Guarded by this, as what follows.
  private final Map<InetAddress, ServerSocketChannel> ports = new HashMap<>();
  private final Map<Long, Waiting> waiting = new HashMap<>();

  /** Who was invited, and is not gone: nobody else is let in. */
  private final Set<Long> invited = new HashSet<>();

  private boolean closed;

  SideDoor(SocketTransport transport, Poller poller) {
    this.transport = transport;
    this.poller = poller;
  }

  /**
   * A connection that a guest has made to be spoken to by. It waits until this process begins to
   * speak to the guest; if it does so already, by way of the node, it is greeted at once, and what
   * is said goes on with it when the guest has answered.
   */
  private final class Waiting implements Poller.Channel {
    private final long guest;
    private final SocketChannel channel;
    private final ByteBuffer answer = ByteBuffer.allocate(1);
    private @Nullable OutgoingLink link;

    Waiting(long guest, SocketChannel channel) {
      this.guest = guest;
      this.channel = channel;
    }

    void greet() throws IOException {
      ByteBuffer hello =
          Handshake.hello(secrets.key(), Handshake.MESSAGES, transport.self(), guest);
      while (hello.hasRemaining()) {
        channel.write(hello);
      }
    }

    @Override
    public boolean read() {
      OutgoingLink goesOn;
      synchronized (SideDoor.this) {
        if (waiting.get(guest) != this) {
          return false; // It waits no more: another reads it.
        }
        goesOn = link;
        try {
          if (channel.read(answer.clear()) == 0) {
            return false;
          }
        } catch (IOException e) {
          SocketTransport.LOG.debug("a connection that waited broke", e);
        }
        if (goesOn == null || answer.position() == 0 || answer.get(0) != Handshake.WELCOME) {
          drop(guest);
          return true;
        }
        waiting.remove(guest);
      }
      poller.remove(this);
      poller.wantsToRead(channel, false);
      goesOn.goOnWith(channel);
      return true;
    }
  }

  @Override
  public Invitation invite(long guest, byte[] request) throws IOException {
    WorkerPorts.Requested requested = WorkerPorts.Requested.read(request);
    synchronized (this) {
      if (!transport.hears(guest)) {
        throw new IOException(BEGIN_THERE);
      }
      if (invited.size() >= MAX_WAITING && !invited.contains(guest)) {
        throw new IOException("this process lets in no more guests");
      }
      ServerSocketChannel port = ports.get(requested.address());
      if (port == null) {
        if (closed || ports.size() >= MAX_ADDRESSES) {
          throw new IOException("this process listens at no more addresses");
        }
        if (ports.isEmpty()) {
          secrets = Invitation.newSecrets();
        }
        port = requested.listen();
        try {
          Listener.open(port, poller, transport, this);
        } catch (IOException e) {
          port.close();
          throw e;
        }
        ports.put(requested.address(), port);
      }
      invited.add(guest);
      return secrets.at((InetSocketAddress) port.getLocalAddress());
    }
  }

  @Override
  public byte[] key() {
    return secrets.key();
  }

  @Override
  public ByteBuffer welcome() {
    byte[] countersign = secrets.countersign();
    return ByteBuffer.allocate(1 + countersign.length)
        .put(Handshake.WELCOME)
        .put(countersign)
        .flip();
  }

  @Override
  public boolean isDirect() {
    return true;
  }

  /** Whether it has asked by way of the node, where its token was seen, and is heard there. */
  private synchronized boolean isInvited(Handshake.Hello hello) {
    return invited.contains(hello.process()) && transport.hears(hello.process());
  }

  @Override
  public void admit(Handshake.Hello hello) throws Handshake.RefusedException {
    if (hello.purpose() != Handshake.MESSAGES || !isInvited(hello)) {
      throw new Handshake.RefusedException(BEGIN_THERE);
    }
  }

  @Override
  public void received(
      Handshake.Hello hello, SocketChannel channel, IncomingLink before, ByteBuffer rest)
      throws IOException {
    long guest = hello.process();
    if (hello.purpose() != Handshake.WAITING
        || hello.target() != transport.self()
        || !isInvited(hello)) {
      throw new Handshake.RefusedException(BEGIN_THERE);
    }
    synchronized (this) {
      if (closed || waiting.size() >= MAX_WAITING || waiting.containsKey(guest)) {
        throw new Handshake.RefusedException("too many connections wait here");
      }
      channel.write(welcome());
      Waiting another = new Waiting(guest, channel);
      poller.handOver(channel, before, another);
      waiting.put(guest, another);
      OutgoingLink link = transport.linkIfAny(guest);
      if (link != null && link.isWelcome()) {
        goOn(another, link);
      }
    }
  }

  @Override
  public synchronized @Nullable SocketChannel take(long guest) {
    Waiting taken = waiting.get(guest);
    if (taken == null || taken.link != null) {
      return null;
    }
    try {
      taken.greet();
    } catch (IOException e) {
      SocketTransport.LOG.debug("a connection that waited broke", e);
      drop(guest);
      return null;
    }
    waiting.remove(guest);
    poller.remove(taken);
    poller.wantsToRead(taken.channel, false);
    return taken.channel;
  }

  @Override
  public synchronized void welcomed(OutgoingLink link) {
    Waiting other = waiting.get(link.peer());
    if (other != null && other.link == null) {
      goOn(other, link);
    }
  }

  /** Begins to go on with a connection that waits; if that has broken, all stays as it is. */
  private void goOn(Waiting other, OutgoingLink link) {
    other.link = link;
    try {
      other.greet();
    } catch (IOException e) {
      SocketTransport.LOG.debug("a connection that waited broke", e);
      drop(other.guest);
    }
  }

  @Override
  public synchronized void gone(long guest) {
    invited.remove(guest);
    drop(guest);
  }

  private void drop(long guest) {
    Waiting left = waiting.remove(guest);
    if (left != null) {
      poller.remove(left);
      close(left.channel);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    ports.values().forEach(SideDoor::close);
    waiting.values().forEach(each -> close(each.channel));
    waiting.clear();
  }

  private static void close(java.nio.channels.Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      SocketTransport.LOG.debug("closing", e);
    }
  }
}
