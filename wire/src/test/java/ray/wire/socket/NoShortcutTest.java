package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  private static void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
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
  void whoeverElseListensAtTheWorkersPortLearnsNothing() throws Exception {
    taken.close();
    SocketTransport beside = startWorker();
    SocketTransport visitor = visitTranslated();
    visitor.send(WORKER, numbered(-1));
    worker.take();
    try (Socket came = impostor.accept()) {
      byte[] said = came.getInputStream().readNBytes(Handshake.FIXED_BYTES + 32);
      assertThat(new String(said, StandardCharsets.ISO_8859_1))
          .startsWith("RAYJ")
          .doesNotContain(new String(TOKEN, StandardCharsets.ISO_8859_1));
      // He says that he is the one, but does not know the countersign.
      came.getOutputStream().write(new byte[33]);
      came.getInputStream().skip(17);
      assertThat(came.getInputStream().read()).isEqualTo(-1);
    }
    talk(visitor, beside);
  }

  @Test
  void aFirewallThatSwallowsWhatIsSentDelaysNobody() throws Exception {
    taken.close();
    List<SocketChannel> queue = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      SocketChannel filler = SocketChannel.open();
      filler.configureBlocking(false);
      filler.connect(impostor.getLocalSocketAddress());
      queue.add(filler);
    }
    SocketTransport beside = startWorker();
    SocketTransport visitor = visitTranslated();
    talk(visitor, beside);
    Process other = new Process(77);
    SocketTransport another = start(other, new Road.Sockets(folder), TOKEN);
    visitor.send(77, numbered(1));
    assertThat(number(other.take())).isEqualTo(1);
    another.send(GUEST, numbered(2));
    assertThat(number(guest.take())).isEqualTo(2);
    for (SocketChannel each : queue) {
      each.close();
    }
  }
}
