package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is said between a guest and a worker stays with the node where it can't go past it. */
class NoShortcutTest extends WithGuests {
  /** By this address the machine is another one, to which nothing but the node's port leads. */
  private final InetAddress translated = InetAddress.ofLiteral("127.0.0.2");

  private final ServerSocket front;

  /** What has the worker's port there. */
  private final ServerSocket impostor;

  /** The same port of the machine itself. */
  private final ServerSocket taken;

  private final ConcurrentLinkedQueue<Socket> sockets = new ConcurrentLinkedQueue<>();

  /** How many directions of connections have ended in order. */
  private final AtomicInteger ended = new AtomicInteger();

  private record Pair(ServerSocket there, ServerSocket here) {}

  NoShortcutTest() throws IOException {
    front = new ServerSocket(0, 50, translated);
    Pair samePort = samePort();
    impostor = samePort.there();
    taken = samePort.here();
    workerPorts = new WorkerPorts(taken.getLocalPort(), taken.getLocalPort());
  }

  private Pair samePort() throws IOException {
    while (true) {
      ServerSocket there = new ServerSocket(0, 1, translated);
      try {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        return new Pair(there, new ServerSocket(there.getLocalPort(), 1, loopback));
      } catch (BindException anothers) {
        there.close();
      }
    }
  }

  @AfterEach
  void closeSockets() throws IOException {
    front.close();
    impostor.close();
    taken.close();
    for (Socket each : sockets) {
      each.close();
    }
  }

  private void translate() {
    Thread.ofVirtual()
        .start(() -> {
          try {
            while (true) {
              Socket from = front.accept();
              Socket to = new Socket(port.getAddress(), port.getPort());
              sockets.addAll(List.of(from, to));
              Thread.ofVirtual().start(() -> pump(from, to));
              Thread.ofVirtual().start(() -> pump(to, from));
            }
          } catch (IOException closed) {
            // The test has ended.
          }
        });
  }

  private void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
      ended.incrementAndGet();
    } catch (IOException closed) {
      // One side has ended.
    }
  }

  private SocketTransport visitTranslated() {
    translate();
    Road road = new Road.Port(new InetSocketAddress(translated, front.getLocalPort()), NODE);
    return start(guest, road, TOKEN);
  }

  private void talk(SocketTransport visitor, SocketTransport beside) throws InterruptedException {
    for (int i = 0; i < 1_000; i++) {
      visitor.send(WORKER, numbered(i));
      beside.send(GUEST, numbered(i));
    }
    for (int i = 0; i < 1_000; i++) {
      assertThat(number(worker.take())).isEqualTo(i);
      assertThat(number(guest.take())).isEqualTo(i);
    }
    assertThat(isDirect(visitor, WORKER)).isFalse();
    assertThat(isDirect(beside, GUEST)).isFalse();
    assertThat(worker.unreachable).isEmpty();
    assertThat(guest.unreachable).isEmpty();
  }

  @Test
  void aProcessThatMayListenNowhereIsTalkedToByWayOfTheNode() throws Exception {
    SocketTransport beside = startWorker();
    SocketTransport visitor = visit(guest);
    talk(visitor, beside);
    assertThatThrownBy(() -> invite(GUEST)).hasMessageContaining("is free");
    talk(visitor, beside);
  }

  @Test
  void whoeverElseHasTheWorkersPortBehindATranslationIsNotDialled() throws Exception {
    taken.close();
    SocketTransport beside = startWorker();
    SocketTransport visitor = visitTranslated();
    visitor.send(WORKER, numbered(-1));
    worker.take();
    talk(visitor, beside);
    await("the question for an invitation is over", () -> ended.get() > 0);
    impostor.setSoTimeout(300);
    assertThatThrownBy(impostor::accept).isInstanceOf(SocketTimeoutException.class);
    talk(visitor, beside);
  }

  /** A worker that invites to a port where nobody answers. */
  private final class FarWorker implements AutoCloseable {
    private final int at;
    private final ServerSocketChannel socket;
    final AtomicInteger invited = new AtomicInteger();
    final AtomicLong heard = new AtomicLong();

    FarWorker(int at) throws IOException {
      this.at = at;
      this.socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      socket.bind(UnixDomainSocketAddress.of(new Road.Sockets(folder).of(WORKER)));
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              while (true) {
                SocketChannel channel = socket.accept();
                Thread.ofPlatform().daemon().start(() -> serve(channel));
              }
            } catch (IOException closed) {
              // The test has ended.
            }
          });
    }

    private void serve(SocketChannel open) {
      try (SocketChannel channel = open) {
        ByteBuffer said = ByteBuffer.allocate(1 << 16);
        Handshake.Hello hello = null;
        while (hello == null && channel.read(said) >= 0) {
          hello = Handshake.read(said.array(), said.position(), TOKEN);
        }
        if (hello != null && hello.purpose() == Handshake.DOOR) {
          Invitation invitation = new Invitation(port.getAddress(), at, new byte[32], new byte[32]);
          invited.incrementAndGet();
          SideQuestion.answer(channel, invitation.bytes());
          return;
        }
        channel.write(Handshake.welcome());
        for (int count; (count = channel.read(said.clear())) >= 0; ) {
          heard.addAndGet(count);
        }
      } catch (IOException closed) {
        // The other side has ended.
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
      Files.delete(new Road.Sockets(folder).of(WORKER));
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(what).isNegative();
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void aFirewallThatSwallowsWhatIsSentDelaysNobody() throws Exception {
    List<SocketChannel> queue = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SocketChannel filler = SocketChannel.open();
      filler.configureBlocking(false);
      filler.connect(taken.getLocalSocketAddress());
      queue.add(filler);
    }
    try (FarWorker far = new FarWorker(taken.getLocalPort())) {
      SocketTransport visitor = visit(guest);
      visitor.send(WORKER, numbered(1));
      await("an invitation is asked for", () -> far.invited.get() == 1);
      long before = far.heard.get();
      visitor.send(WORKER, numbered(2));
      await("more is heard", () -> far.heard.get() > before);
      LocalProcess other = new LocalProcess(77);
      SocketTransport another = start(other, new Road.Sockets(folder), TOKEN);
      visitor.send(77, numbered(1));
      assertThat(number(other.take())).isEqualTo(1);
      another.send(GUEST, numbered(2));
      assertThat(number(guest.take())).isEqualTo(2);
    }
    for (SocketChannel each : queue) {
      each.close();
    }
  }
}
