package ray.wire.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;

/** Accepts connections at a socket, of which only so many may not have said who they are. */
final class Listener implements Poller.Channel {
  /** Connections that may be open and have not said who they are. */
  private static final int MAX_STRANGERS = 64;

  private final ServerSocketChannel socket;
  private final Poller poller;
  private final SocketTransport transport;
  private final Doorkeeper door;

  /** Guarded by this. */
  private final Set<IncomingLink> strangers = new HashSet<>();

  private Listener(
      ServerSocketChannel socket, Poller poller, SocketTransport transport, Doorkeeper door) {
    this.socket = socket;
    this.poller = poller;
    this.transport = transport;
    this.door = door;
  }

  /**
   * Accepts when the poller reads.
   *
   * @param door who lets them in
   */
  static void open(
      ServerSocketChannel socket, Poller poller, SocketTransport transport, Doorkeeper door)
      throws IOException {
    socket.configureBlocking(false);
    poller.add(socket, SelectionKey.OP_ACCEPT, new Listener(socket, poller, transport, door));
  }

  @Override
  public boolean read() {
    boolean any = false;
    try {
      for (SocketChannel accepted; (accepted = socket.accept()) != null; ) {
        any = true;
        admit(accepted);
      }
    } catch (IOException e) {
      if (socket.isOpen()) {
        SocketTransport.LOG.warn("accepting a connection", e);
      }
    }
    return any;
  }

  private void admit(SocketChannel accepted) throws IOException {
    try {
      accepted.configureBlocking(false);
      if (accepted.getLocalAddress() instanceof InetSocketAddress) {
        Tcp.setUp(accepted);
      }
    } catch (IOException e) {
      accepted.close();
      SocketTransport.LOG.debug("a connection that ended at once", e);
      return;
    }
    IncomingLink link = new IncomingLink(accepted, poller, transport, door);
    if (admit(link)) {
      poller.add(accepted, SelectionKey.OP_READ, link);
    } else {
      accepted.close();
    }
  }

  private synchronized boolean admit(IncomingLink link) {
    strangers.removeIf(IncomingLink::isKnown);
    return strangers.size() < MAX_STRANGERS && strangers.add(link);
  }
}
