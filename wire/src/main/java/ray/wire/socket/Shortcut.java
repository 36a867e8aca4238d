package ray.wire.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A guest's connections to processes of the node without the node between: to those that let it,
 * where no firewall or address translation is in the way. They are looked for when a process has
 * welcomed what goes to it by way of the node; that is where it stays if there are none.
 * Thread-safe.
 */
final class Shortcut implements Direct {
  /** How long one may take to be there: a system that is not heard says it again after 1 s. */
  private static final int PATIENCE_MS = 1_500;

  private final Road.Port road;
  private final SocketTransport transport;
  private final Poller poller;

  /** How long a process may take to invite; it may have other things to do. */
  private static final int ANSWER_MS = 10_000;

  /** Set when something swallows what is sent that way: then it is tried no more. */
  private volatile boolean barred;

  // Guarded by this, as what follows.
  private final Set<SocketChannel> waiting = new HashSet<>();
  private boolean closed;

  Shortcut(Road.Port road, SocketTransport transport, Poller poller) {
    this.road = road;
    this.transport = transport;
    this.poller = poller;
  }

  /** Who speaks on a connection that waits at an invitation's port has to know its key. */
  private record Host(Invitation invitation) implements Doorkeeper {
    @Override
    public byte[] key() {
      return invitation.key();
    }

    @Override
    public boolean isDirect() {
      return true;
    }
  }

  @Override
  public void welcomed(OutgoingLink link) {
    if (barred || link.peer() != link.target() || link.target() == road.node()) {
      return;
    }
    try {
      transport.aside().execute(() -> look(link));
    } catch (RejectedExecutionException leaving) {
      SocketTransport.LOG.debug("leaving", leaving);
    }
  }

  private void look(OutgoingLink link) {
    try {
      Invitation invitation = ask(link.target());
      waitAt(invitation, link.target());
      SocketChannel channel = dial(invitation, Handshake.MESSAGES, link.target());
      channel.configureBlocking(false);
      link.goOnWith(channel);
    } catch (IOException e) {
      SocketTransport.LOG.debug("no direct connection to {}", link.target(), e);
    }
  }

  private Invitation ask(long process) throws IOException {
    try (SocketChannel channel = road.dial(process)) {
      ByteBuffer hello =
          Handshake.hello(transport.token(), Handshake.DOOR, transport.self(), process);
      while (hello.hasRemaining()) {
        channel.write(hello);
      }
      channel.socket().setSoTimeout(ANSWER_MS);
      Visit.awaitWelcome(channel.socket());
      Invitation invitation = Invitation.readAnswer(channel.socket().getInputStream());
      if (!invitation.address().equals(road.address().getAddress())) {
        throw new IOException("an address translation or a tunnel is between");
      }
      return invitation;
    }
  }

  private void waitAt(Invitation invitation, long process) throws IOException {
    SocketChannel channel = dial(invitation, Handshake.WAITING, process);
    channel.configureBlocking(false);
    synchronized (this) {
      if (closed) {
        channel.close();
        throw new IOException("leaving");
      }
      waiting.add(channel);
    }
    poller.add(
        channel,
        SelectionKey.OP_READ,
        IncomingLink.waiting(
            channel, poller, transport, new Host(invitation), () -> taken(channel)));
  }

  private synchronized void taken(SocketChannel channel) {
    waiting.remove(channel);
  }

  private SocketChannel dial(Invitation invitation, byte purpose, long process) throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(road.address().getAddress(), invitation.port());
    SocketChannel channel;
    try {
      channel = Tcp.dial(address, PATIENCE_MS);
    } catch (SocketTimeoutException e) {
      barred = true;
      throw e;
    }
    try {
      greet(
          channel,
          invitation,
          Handshake.hello(invitation.key(), purpose, transport.self(), process));
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void greet(SocketChannel channel, Invitation invitation, ByteBuffer hello)
      throws IOException {
    while (hello.hasRemaining()) {
      channel.write(hello);
    }
    channel.socket().setSoTimeout(PATIENCE_MS);
    Visit.awaitWelcome(channel.socket());
    int length = invitation.countersign().length;
    byte[] countersign = channel.socket().getInputStream().readNBytes(length);
    if (!MessageDigest.isEqual(countersign, invitation.countersign())) {
      throw new IOException("another process answers at port " + invitation.port());
    }
  }

  @Override
  public Invitation invite(long guest, byte[] request) throws IOException {
    throw new IOException("a guest listens nowhere");
  }

  @Override
  public @Nullable SocketChannel take(long process) {
    return null;
  }

  @Override
  public void gone(long process) {
    // Its connections end with it.
  }

  @Override
  public synchronized void close() {
    closed = true;
    for (SocketChannel each : waiting) {
      try {
        each.close();
      } catch (IOException e) {
        SocketTransport.LOG.debug("closing a connection", e);
      }
    }
  }
}
