package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import ray.core.Message;

/** What is said between a guest and a worker goes on past the node. */
class ShortcutTest extends WithGuests {
  private static final int COUNT = 20_000;

  @Test
  void whatIsSaidGoesOnInOrderWhicheverSideSpokeFirst() throws Exception {
    SocketTransport beside = startWorker();
    for (int round = 0; round < 20; round++) {
      LocalProcess other = new LocalProcess(100 + round);
      SocketTransport visitor = visit(other);
      boolean workerFirst = round % 2 == 1;
      if (workerFirst) {
        beside.send(other.id, numbered(0));
        assertThat(number(other.take())).isZero();
        assertThat(isDirect(beside, other.id)).isFalse();
      }
      Thread speaker =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i == 0 || !isDirect(visitor, WORKER); i++) {
                  visitor.send(WORKER, numbered(i));
                }
                visitor.send(WORKER, numbered(-1));
              });
      if (!workerFirst) {
        beside.send(other.id, numbered(0));
        assertThat(number(other.take())).isZero();
      }
      int said = 1;
      for (; !isDirect(beside, other.id); said++) {
        beside.send(other.id, numbered(said));
      }
      beside.send(other.id, numbered(said));
      for (int i = 1; i <= said; i++) {
        assertThat(number(other.take())).isEqualTo(i);
      }
      speaker.join();
      long heard = 0;
      for (long next; (next = number(worker.take())) >= 0; heard++) {
        assertThat(next).isEqualTo(heard);
      }
      assertThat(heard).isPositive();
      assertThat(worker.unreachable).isEmpty();
      assertThat(other.unreachable).isEmpty();
    }
    assertThat(node.unreachable).isEmpty();
  }

  @Test
  void whoLeavesIsDeadAfterAllThatHeSaidDirectly() throws InterruptedException {
    SocketTransport beside = startWorker();
    SocketTransport visitor = visit(guest);
    makeDirect(visitor, beside);
    for (int i = 0; i < COUNT; i++) {
      visitor.send(WORKER, numbered(i));
      beside.send(GUEST, numbered(i));
    }
    visitor.close();
    assertToldAfterAll(worker, beside, GUEST);
  }

  /** The node makes of what one says of another a death, of which the one is told at the end. */
  private static void assertToldAfterAll(LocalProcess told, SocketTransport transport, long ended)
      throws InterruptedException {
    assertThat(told.takeUnreachable()).startsWith(ended + ": ");
    Message.ProcessDied death = new Message.ProcessDied(ended, "it has ended");
    transport.died(death);
    for (int i = 0; i < COUNT; i++) {
      assertThat(number(told.take())).isEqualTo(i);
    }
    assertThat(told.take()).isEqualTo(death);
  }

  @Test
  void theEndOfAWorkerIsSeenAfterAllThatItSaidDirectlyAndItsPortIsClosed() throws Exception {
    SocketTransport beside = startWorker();
    SocketTransport visitor = visit(guest);
    makeDirect(visitor, beside);
    InetSocketAddress itsPort = new InetSocketAddress(port.getAddress(), invite(GUEST).port());
    for (int i = 0; i < COUNT; i++) {
      beside.send(GUEST, numbered(i));
    }
    beside.close();
    assertToldAfterAll(guest, visitor, WORKER);
    assertThatThrownBy(() -> SocketChannel.open(itsPort)).isInstanceOf(ConnectException.class);
  }

  @Test
  void aWorkerKeepsNoConnectionOfGuestsWhoHaveLeft() throws Exception {
    SocketTransport beside = startWorker();
    List<SocketTransport> visitors = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      SocketTransport visitor = visit(new LocalProcess(100 + i));
      visitors.add(visitor);
      if (i % 2 == 0) {
        makeDirect(visitor, beside);
      } else {
        visitor.await(visitor.ask(NODE, 7, new byte[1]));
        visitor.send(WORKER, numbered(i)); // and perhaps leaves before it is direct
      }
    }
    int itsPort = invitationOf(beside, 100).port();
    assertThat(connectionsAt(itsPort)).isGreaterThanOrEqualTo(10);
    for (SocketTransport visitor : visitors) {
      visitor.close();
      Message.ProcessDied death = new Message.ProcessDied(visitor.self(), "it left");
      nodeTransport().died(death);
      beside.died(death);
    }
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (connectionsAt(itsPort) > 0) {
      assertThat(System.nanoTime() - deadlineNs).as("connections stay").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** How many the system has that somebody holds. */
  private static int connectionsAt(int port) throws IOException {
    int count = 0;
    for (String table : List.of("tcp", "tcp6")) {
      for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
        String[] fields = line.strip().split(" +");
        boolean here = fields[1].endsWith(String.format(Locale.ROOT, ":%04X", port));
        boolean listens = fields[3].equals("0A");
        count += here && !listens && !fields[9].equals("0") ? 1 : 0;
      }
    }
    return count;
  }

  /** One whose every connection the test holds. */
  private final class HandmadeGuest implements AutoCloseable {
    private final List<SocketChannel> all = new ArrayList<>();
    final SocketChannel begun;
    final SocketChannel waiting;
    final SocketChannel direct;
    final Invitation invitation;

    HandmadeGuest() throws IOException {
      dial(port, TOKEN, Handshake.PRESENCE, 0);
      begun = dial(port, TOKEN, Handshake.MESSAGES, WORKER);
      invitation = invite(GUEST);
      InetSocketAddress there = new InetSocketAddress(port.getAddress(), invitation.port());
      waiting = dial(there, invitation.key(), Handshake.WAITING, WORKER);
      direct = dial(there, invitation.key(), Handshake.MESSAGES, WORKER);
      for (SocketChannel each : List.of(waiting, direct)) {
        assertThat(SideQuestion.read(each, invitation.countersign().length).array())
            .isEqualTo(invitation.countersign());
      }
    }

    private SocketChannel dial(InetSocketAddress where, byte[] key, byte purpose, long target)
        throws IOException {
      SocketChannel channel = SocketChannel.open(where);
      all.add(channel);
      channel.write(Handshake.hello(key, purpose, GUEST, target));
      assertThat(SideQuestion.read(channel, 1).get()).isEqualTo(Handshake.WELCOME);
      return channel;
    }

    @Override
    public void close() throws IOException {
      for (SocketChannel each : all) {
        each.close();
      }
    }
  }

  private static void say(SocketChannel channel, Message message) throws IOException {
    channel.write(ByteBuffer.wrap(frame(WORKER, message)));
  }

  private static void sayThatItGoesOn(SocketChannel channel) throws IOException {
    channel.write(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1}));
  }

  @Test
  void whatComesDirectlyWaitsForWhatWasSaidBefore() throws Exception {
    startWorker();
    try (HandmadeGuest handmade = new HandmadeGuest()) {
      say(handmade.direct, new Message.SuspendLease(2));
      say(handmade.begun, new Message.SuspendLease(1));
      assertThat(worker.take()).isEqualTo(new Message.SuspendLease(1));
      assertThat(worker.received).isEmpty();
      sayThatItGoesOn(handmade.begun);
      assertThat(worker.take()).isEqualTo(new Message.SuspendLease(2));
      assertThat(handmade.begun.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void nothingIsHeardAfterAGap() throws Exception {
    startWorker();
    try (HandmadeGuest handmade = new HandmadeGuest()) {
      say(handmade.direct, new Message.SuspendLease(2));
      handmade.begun.close();
      assertThat(worker.takeUnreachable()).startsWith("3: ");
      assertThat(handmade.direct.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(worker.received).isEmpty();
    }
  }

  @Test
  void aGuestWhoLosesADirectConnectionIsReported() throws Exception {
    startWorker();
    try (HandmadeGuest handmade = new HandmadeGuest()) {
      sayThatItGoesOn(handmade.begun);
      say(handmade.direct, new Message.SuspendLease(1));
      worker.take();
      handmade.direct.close();
      assertThat(worker.takeUnreachable()).startsWith("3: ");
    }
  }

  @Test
  void aGuestWhoLosesTheConnectionToHimIsReported() throws Exception {
    SocketTransport beside = startWorker();
    try (HandmadeGuest handmade = new HandmadeGuest()) {
      beside.send(GUEST, new Message.JobEnded(1));
      assertThat(SideQuestion.read(handmade.waiting, 4).array())
          .isEqualTo("RAYJ".getBytes(StandardCharsets.US_ASCII));
      assertThat(isDirect(beside, GUEST)).isTrue();
      handmade.waiting.close();
      assertThat(worker.takeUnreachable()).startsWith("3: ");
    }
  }

  @Test
  void aConnectionThatNobodyNeedsMayEnd() throws Exception {
    SocketTransport beside = startWorker();
    LocalProcess other = new LocalProcess(OTHER_GUEST);
    makeDirect(visit(other), beside);
    try (HandmadeGuest handmade = new HandmadeGuest()) {
      handmade.waiting.close();
      handmade.direct.close();
      say(handmade.begun, new Message.SuspendLease(1));
      assertThat(number(roundTrip(beside, other, 7))).isEqualTo(7);
      assertThat(worker.take()).isEqualTo(new Message.SuspendLease(1));
      assertThat(worker.unreachable).isEmpty();
    }
  }

  private static Message roundTrip(SocketTransport from, LocalProcess to, int number)
      throws InterruptedException {
    from.send(to.id, numbered(number));
    return to.take();
  }

  @Test
  void aGuestWhoIsDeadIsNotHeardThoughHeGoesOnTalking() throws Exception {
    SocketTransport beside = startWorker();
    try (HandmadeGuest handmade = new HandmadeGuest()) {
      sayThatItGoesOn(handmade.begun);
      say(handmade.direct, new Message.SuspendLease(1));
      assertThat(worker.take()).isEqualTo(new Message.SuspendLease(1));
      Message.ProcessDied death = new Message.ProcessDied(GUEST, "it was too slow");
      nodeTransport().died(death);
      beside.died(death);
      // What he said before is still on its way, as far as anybody knows.
      say(handmade.direct, new Message.SuspendLease(2));
      assertThat(worker.take()).isEqualTo(new Message.SuspendLease(2));
      assertThat(worker.take()).isEqualTo(death);
      assertThat(handmade.direct.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      assertThat(handmade.waiting.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      Invitation invitation = handmade.invitation;
      assertThat(refusal(invitation.port(), hello(invitation.key(), Handshake.MESSAGES, WORKER)))
          .contains("goes on");
      assertThatThrownBy(() -> invitationOf(beside, GUEST)).hasMessageContaining("was begun");
    }
  }

  @Test
  void aGuestWhoDoesNotReadIsGivenUpAtTheBound() throws Exception {
    SocketTransport beside = startWorker();
    Message large = new Message.LeasesRefused(KEY, "x".repeat(100_000));
    try (HandmadeGuest handmade = new HandmadeGuest()) {
      assertThat(handmade.waiting.isConnected()).isTrue();
      for (int sent = 0; worker.unreachable.isEmpty() && sent < 10_000; sent++) {
        beside.send(GUEST, large);
      }
      assertThat(worker.takeUnreachable()).startsWith("3: it has not read ");
    }
  }

  private byte[] hello(byte[] key, byte purpose, long target) {
    return Handshake.hello(key, purpose, GUEST, target).array();
  }

  private String refusal(int at, byte[] said) throws IOException {
    try (SocketChannel stranger =
        SocketChannel.open(new InetSocketAddress(port.getAddress(), at))) {
      stranger.write(ByteBuffer.wrap(said));
      ByteBuffer answer = ByteBuffer.allocate(1_000);
      while (stranger.read(answer) >= 0) {}
      assertThat(answer.get(0)).isEqualTo(Handshake.REFUSED);
      return new String(answer.array(), 3, answer.position() - 3, StandardCharsets.UTF_8);
    }
  }

  @Test
  void aWorkersPortLetsNobodyInWhomTheNodeHasNotLetInAndNobodyIsDisturbed() throws Exception {
    SocketTransport beside = startWorker();
    LocalProcess other = new LocalProcess(OTHER_GUEST);
    SocketTransport visitor = visit(other);
    makeDirect(visitor, beside);
    Invitation invitation = invitationOf(beside, OTHER_GUEST);
    int at = invitation.port();
    byte[] key = invitation.key();
    assertThat(refusal(at, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .contains("protocol only");
    assertThat(refusal(at, hello(TOKEN, Handshake.MESSAGES, WORKER))).contains("token");
    assertThat(refusal(at, hello(new byte[32], Handshake.WAITING, WORKER))).contains("token");
    byte[] another = hello(key, Handshake.MESSAGES, WORKER);
    another[4]++;
    assertThat(refusal(at, another)).contains("version");
    for (byte purpose = -1; purpose <= Handshake.LAST_PURPOSE + 1; purpose++) {
      assertThat(refusal(at, hello(key, purpose, WORKER))).isNotEmpty();
      assertThat(refusal(at, hello(key, purpose, NODE))).isNotEmpty();
    }
    List<SocketChannel> silent = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      silent.add(SocketChannel.open(new InetSocketAddress(port.getAddress(), at)));
    }
    int dropped = 0;
    for (SocketChannel each : silent.subList(64, 100)) {
      dropped += each.read(ByteBuffer.allocate(1)) < 0 ? 1 : 0;
    }
    assertThat(dropped).isEqualTo(36);
    assertThat(number(roundTrip(beside, other, 5))).isEqualTo(5);
    assertThat(number(roundTrip(visitor, worker, 6))).isEqualTo(6);
    for (SocketChannel each : silent) {
      each.close();
    }
    assertThat(worker.unreachable).isEmpty();
    assertThat(other.unreachable).isEmpty();
  }

  @Test
  void onlyGuestsAreInvitedAndOnlyToOthers() throws Exception {
    startWorker();
    assertThatThrownBy(() -> invite(55)).hasMessageContaining("no guest");
    SocketTransport visitor = visit(guest);
    visit(new LocalProcess(OTHER_GUEST));
    assertThatThrownBy(() -> invite(OTHER_GUEST)).hasMessageContaining("what was begun");
    visitor.send(WORKER, numbered(1));
    worker.take();
    assertThat(invite(GUEST).port()).isPositive();
    assertThatThrownBy(() -> invite(GUEST, OTHER_GUEST)).hasMessageContaining("to a guest");
    assertThatThrownBy(() -> invite(GUEST, NODE)).hasMessageContaining("the node's own port");
    assertThatThrownBy(() -> invite(GUEST, 99)).hasMessageContaining("can't be reached");
  }
}
