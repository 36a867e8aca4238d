package ray.wire.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The port of a node, for programs that look for it, and for guests: processes that can't reach its
 * Unix sockets, as they are on another machine. A guest connects to any process of the node by this
 * port, which passes on to that one's socket; and whoever wants to connect to a guest finds a
 * socket of his among the others, of which this process passes on to a connection that the guest
 * has made ({@link Guest}). So nobody needs to reach a guest, and to all others he is a process
 * like any. But for listening, all of it happens on the thread that reads.
 */
final class FrontDoor implements Doorkeeper, AutoCloseable {
  private final SocketTransport transport;
  private final Road.Sockets inside;
  private final Poller poller;
  private final WorkerPorts workerPorts;

  /** Changed by the thread that reads. */
  private final Map<Long, Guest> guests = new ConcurrentHashMap<>();

  /** Guarded by this. */
  private final List<ServerSocketChannel> ports = new ArrayList<>();

  FrontDoor(SocketTransport transport, Road.Sockets inside, WorkerPorts workerPorts, String name) {
    this.transport = transport;
    this.inside = inside;
    this.workerPorts = workerPorts;
    this.poller = new Poller(name);
    poller.start();
  }

  /** Listens at a port; returns which it is. */
  synchronized int listen(InetSocketAddress address) throws IOException {
    ServerSocketChannel port = ServerSocketChannel.open();
    try {
      port.bind(address);
      Listener.open(port, poller, transport, this);
      ports.add(port);
    } catch (IOException e) {
      port.close();
      throw e;
    }
    return ((InetSocketAddress) port.getLocalAddress()).getPort();
  }

  boolean isGuest(long process) {
    return guests.containsKey(process);
  }

  Poller poller() {
    return poller;
  }

  SocketTransport transport() {
    return transport;
  }

  Road.Sockets inside() {
    return inside;
  }

  @Override
  public byte[] key() {
    return transport.token();
  }

  @Override
  public void admit(Handshake.Hello hello) throws Handshake.RefusedException {
    if (hello.purpose() == Handshake.DOOR) {
      throw new Handshake.RefusedException("this is the node's own port");
    }
  }

  @Override
  public void received(
      Handshake.Hello hello, SocketChannel channel, IncomingLink before, ByteBuffer rest)
      throws IOException {
    switch (hello.purpose()) {
      case Handshake.PRESENCE -> {
        if (guests.containsKey(hello.process())) {
          throw new Handshake.RefusedException("this process is here already");
        }
        guests.put(hello.process(), new Guest(hello.process(), channel, before, this));
      }
      case Handshake.WAITING -> {
        Guest guest = guests.get(hello.process());
        if (guest == null) {
          throw new Handshake.RefusedException("this process is no guest of this node");
        }
        guest.waits(channel, before);
      }
      default -> passOn(hello, channel, before, rest);
    }
  }

  private void passOn(
      Handshake.Hello hello, SocketChannel channel, IncomingLink before, ByteBuffer rest)
      throws IOException {
    Guest guest = guests.get(hello.process());
    if (guest == null) {
      throw new Handshake.RefusedException("this process is no guest of this node");
    }
    ByteBuffer greeting =
        Handshake.hello(transport.token(), hello.purpose(), hello.process(), hello.target());
    ByteBuffer begin;
    if (hello.purpose() == Handshake.DOOR) {
      if (guests.containsKey(hello.target())) {
        throw new Handshake.RefusedException("nobody can connect to a guest");
      }
      InetSocketAddress here = (InetSocketAddress) channel.getLocalAddress();
      begin = SideQuestion.question(greeting, 0, workerPorts.request(here.getAddress()));
    } else {
      begin = ByteBuffer.allocate(greeting.remaining() + rest.remaining());
      begin.put(greeting).put(rest).flip();
    }
    SocketChannel target;
    try {
      target = inside.dial(hello.target());
      target.configureBlocking(false);
    } catch (IOException e) {
      throw new Handshake.RefusedException(
          "process " + Long.toHexString(hello.target()) + " can't be reached: " + e.getMessage());
    }
    guest.pass(channel, before, target, begin);
  }

  /** A guest is gone: so are its connections to this process. */
  void left(Guest guest, String reason) {
    guests.remove(guest.process(), guest);
    transport.lost(guest.process(), reason);
  }

  /** A process counts as dead: if it is a guest, it is told why, and let in no more. */
  void dismiss(long process, String reason) {
    poller.execute(() -> {
      Guest guest = guests.get(process);
      if (guest != null) {
        guest.dismiss(reason);
      }
    });
  }

  @Override
  public void close() throws IOException {
    List<ServerSocketChannel> open;
    synchronized (this) {
      open = List.copyOf(ports);
    }
    for (ServerSocketChannel port : open) {
      port.close();
    }
    poller.close();
    // Its thread has ended: nobody else is at them.
    List.copyOf(guests.values()).forEach(guest -> guest.dismiss("the node is stopped"));
    poller.closeChannels();
  }
}
