package ray.wire.socket;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A process that can be connected to only by way of connections which it made itself and which wait
 * here. It has a socket in the session's folder, so that other processes find it as they find any;
 * each connection to that is joined with one that waits, after which the guest makes another.
 *
 * <p>It is there while its first connection is, which carries nothing. When that ends in order the
 * others will too, each after what was said on it; when it breaks, they are ended. Used by one
 * thread, the one that reads.
 */
final class Guest {
  /** Connections to a guest that have come and for which none waits yet. */
  private static final int MAX_CALLERS = 64;

  /** How long a guest's other connections may last after the first has ended. */
  private static final long LINGER_NS = 5_000_000_000L;

  private final long process;
  private final SocketChannel presence;
  private final FrontDoor door;
  private final Path path;
  private final ServerSocketChannel socket;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final ArrayDeque<SocketChannel> callers = new ArrayDeque<>();
  private final Set<Relay> relays = new HashSet<>();
  private boolean closed;
  private long leftNs;

  /** The connection by which its presence is known. */
  private final class Presence implements Poller.Channel {
    private final ByteBuffer nothing = ByteBuffer.allocate(1);

    @Override
    public boolean read() {
      if (closed || leftNs != 0) {
        return false;
      }
      try {
        int count = presence.read(nothing.clear());
        if (count < 0) {
          leftNs = System.nanoTime();
          door.poller().wantsToRead(presence, false);
          stopListening();
        } else if (count > 0) {
          end("it said something where there is nothing to say");
        }
        return count != 0;
      } catch (IOException e) {
        end("its connection broke: " + e.getMessage());
        return true;
      }
    }

    @Override
    public void tick(long nowNs) {
      if (leftNs != 0 && nowNs - leftNs > LINGER_NS) {
        end("its connection ended");
      }
    }
  }

  /** A connection that the guest has made to be connected by. */
  private final class Waiting implements Poller.Channel {
    private final SocketChannel channel;
    private final ByteBuffer nothing = ByteBuffer.allocate(1);

    Waiting(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public boolean read() {
      try {
        if (!channel.isOpen() || channel.read(nothing.clear()) == 0) {
          return false;
        }
      } catch (IOException e) {
        SocketTransport.LOG.debug("a connection that waited broke", e);
      }
      waiting.remove(this);
      door.poller().remove(this);
      close(channel);
      return true;
    }
  }

  /** Who accepts connections to it. */
  private final class Callers implements Poller.Channel {
    @Override
    public boolean read() {
      boolean any = false;
      try {
        for (SocketChannel caller; socket.isOpen() && (caller = socket.accept()) != null; ) {
          any = true;
          if (callers.size() >= MAX_CALLERS) {
            caller.close();
          } else {
            caller.configureBlocking(false);
            callers.add(caller);
          }
        }
      } catch (IOException e) {
        SocketTransport.LOG.warn("accepting a connection to a guest", e);
      }
      join();
      return any;
    }
  }

  private final Callers acceptor = new Callers();

  Guest(long process, SocketChannel presence, IncomingLink before, FrontDoor door)
      throws IOException {
    this.process = process;
    this.presence = presence;
    this.door = door;
    this.path = door.inside().of(process);
    this.socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      socket.bind(UnixDomainSocketAddress.of(path), 1024);
      socket.configureBlocking(false);
      presence.write(Handshake.welcome());
    } catch (IOException e) {
      socket.close();
      throw new Handshake.RefusedException("no socket can be made for it: " + e.getMessage());
    }
    door.poller().add(socket, SelectionKey.OP_ACCEPT, acceptor);
    door.poller().handOver(presence, before, new Presence());
  }

  long process() {
    return process;
  }

  /** It has made another connection by which it can be connected to. */
  void waits(SocketChannel channel, IncomingLink before) throws IOException {
    if (waiting.size() >= MAX_CALLERS) {
      throw new Handshake.RefusedException("too many connections of it wait");
    }
    channel.write(Handshake.welcome());
    Waiting another = new Waiting(channel);
    door.poller().handOver(channel, before, another);
    waiting.add(another);
    join();
  }

  private void join() {
    while (!callers.isEmpty() && !waiting.isEmpty()) {
      Waiting next = waiting.remove();
      relay(next.channel, next, callers.remove(), ByteBuffer.allocate(0));
    }
  }

  /** It connects to another process. */
  void pass(SocketChannel channel, Poller.Channel before, SocketChannel target, ByteBuffer begin) {
    relay(channel, before, target, begin);
  }

  private void relay(
      SocketChannel channel, Poller.Channel before, SocketChannel other, ByteBuffer begin) {
    Relay relay = new Relay(door.poller(), channel, other, begin, relays::remove);
    relays.add(relay);
    relay.begin(before);
  }

  /** It is told why it has to go. */
  void dismiss(String reason) {
    try {
      presence.write(Handshake.refusal(reason));
    } catch (IOException e) {
      SocketTransport.LOG.debug("dismissing a guest", e);
    }
    end(reason);
  }

  private void end(String reason) {
    if (!closed) {
      closed = true;
      stopListening();
      List.copyOf(relays).forEach(Relay::close);
      waiting.forEach(each -> close(each.channel));
      close(presence);
      door.left(this, reason);
    }
  }

  private void stopListening() {
    close(socket);
    callers.forEach(Guest::close);
    callers.clear();
    door.poller().remove(acceptor);
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      SocketTransport.LOG.warn("removing a guest's socket", e);
    }
  }

  private static void close(java.nio.channels.Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      SocketTransport.LOG.debug("closing a connection", e);
    }
  }
}
