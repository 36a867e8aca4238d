package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import ray.core.Message;

/** What guests and others say to each other, and how they end. */
class GuestTest extends WithGuests {
  @Test
  void messagesGoBothWaysBetweenAGuestAndEverybody() throws InterruptedException {
    SocketTransport visitor = visit(guest);
    SocketTransport beside = startWorker();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      visitor.send(NODE, new Message.SuspendLease(i));
      visitor.send(WORKER, new Message.SuspendLease(i));
      beside.send(GUEST, new Message.ReturnLease(i));
    }
    nodeTransport().send(GUEST, new Message.JobEnded(7));
    boolean ended = false;
    for (int i = 0; i < count; i++) {
      assertThat(node.take()).isEqualTo(new Message.SuspendLease(i));
      assertThat(worker.take()).isEqualTo(new Message.SuspendLease(i));
      Message next = guest.take();
      if (next.equals(new Message.JobEnded(7))) {
        ended = true;
        next = guest.take();
      }
      assertThat(next).isEqualTo(new Message.ReturnLease(i));
    }
    assertThat(ended || guest.take().equals(new Message.JobEnded(7))).isTrue();
  }

  @Test
  void twoGuestsReachEachOther() throws InterruptedException {
    LocalProcess other = new LocalProcess(OTHER_GUEST);
    SocketTransport first = visit(guest);
    SocketTransport second = visit(other);
    first.send(OTHER_GUEST, new Message.JobEnded(1));
    second.send(GUEST, new Message.JobEnded(2));
    assertThat(other.take()).isEqualTo(new Message.JobEnded(1));
    assertThat(guest.take()).isEqualTo(new Message.JobEnded(2));
  }

  @Test
  void questionsGoBothWays() throws IOException {
    SocketTransport visitor = visit(guest);
    SocketTransport beside = startWorker();
    for (int i = 0; i < 100; i++) {
      assertThat(visitor.await(visitor.ask(WORKER, 7, new byte[] {(byte) i})))
          .containsExactly(GUEST, 7, (byte) i);
      assertThat(beside.askAside(GUEST, 7, new byte[] {(byte) i}))
          .containsExactly(WORKER, 7, (byte) i);
      assertThat(visitor.askAside(WORKER, 7, new byte[] {(byte) i}))
          .containsExactly(GUEST, 7, (byte) i);
    }
    assertThatThrownBy(() -> beside.askAside(GUEST, LocalProcess.REFUSED_KIND, new byte[1]))
        .hasMessage("not that one");
    assertThat(guest.unreachable).isEmpty();
    assertThat(worker.unreachable).isEmpty();
    assertThat(node.unreachable).isEmpty();
  }

  @Test
  void aGuestWhoLeavesIsDeadAfterAllThatHeSaid() throws InterruptedException {
    SocketTransport visitor = visit(guest);
    startWorker();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      visitor.send(NODE, new Message.SuspendLease(i));
      visitor.send(WORKER, new Message.SuspendLease(i));
    }
    visitor.close();
    assertThat(node.takeUnreachable()).startsWith("3: ");
    assertThat(node.received).hasSize(count);
    assertThat(worker.takeUnreachable()).startsWith("3: ");
    assertThat(worker.received).hasSize(count);
    awaitSocketOfGuestGone();
  }

  private void awaitSocketOfGuestGone() {
    Path socket = folder.resolve("3");
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (Files.exists(socket)) {
      assertThat(System.nanoTime() - deadlineNs).as("the guest's socket stays").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void aGuestWhoCountsAsDeadIsToldWhyAndLetInNoMore() throws InterruptedException {
    SocketTransport visitor = visit(guest);
    visitor.send(NODE, new Message.JobEnded(1));
    node.take();
    nodeTransport().died(new Message.ProcessDied(GUEST, "it was too slow"));
    assertThat(guest.takeUnreachable()).isEqualTo("1: it was too slow");
    assertThatThrownBy(() -> visitor.await(visitor.ask(NODE, 1, new byte[1])))
        .hasMessageContaining("gone");
    assertThatThrownBy(() -> visit(new LocalProcess(GUEST)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("given up");
  }

  @Test
  void theEndOfAWorkerIsSeenByAGuestAfterAllThatItSaid() throws InterruptedException {
    visit(guest);
    SocketTransport beside = startWorker();
    int count = 20_000;
    for (int i = 0; i < count; i++) {
      beside.send(GUEST, new Message.SuspendLease(i));
    }
    beside.close();
    assertThat(guest.takeUnreachable()).startsWith("2: ");
    assertThat(guest.received).hasSize(count);
  }

  @Test
  void theEndOfTheNodeIsSeenByAGuest() throws InterruptedException {
    SocketTransport visitor = visit(guest);
    nodeTransport().close();
    assertThat(guest.takeUnreachable()).isEqualTo("1: the node is stopped");
    assertThatThrownBy(() -> visitor.await(visitor.ask(NODE, 1, new byte[1])))
        .hasMessageContaining("gone");
  }

  @Test
  void whoIsNotThereCantBeReached() throws InterruptedException {
    SocketTransport visitor = visit(guest);
    visitor.send(99, new Message.JobEnded(1));
    assertThat(guest.takeUnreachable()).startsWith("99: ").contains("can't be reached");
  }

  @Test
  void largeValuesStreamBothWays() throws IOException {
    SocketTransport visitor = visit(guest);
    MemorySegment values = Arena.ofAuto().allocate(node.memory().byteSize());
    for (long at = 0; at < values.byteSize(); at += Long.BYTES) {
      values.set(ValueLayout.JAVA_LONG, at, at * 31);
    }
    visitor.send(NODE, 1, new byte[0], values);
    assertThat(node.memory().mismatch(values)).isEqualTo(-1);
    MemorySegment back =
        visitor.receive(NODE, 2, new byte[0], size -> Arena.ofAuto().allocate(size));
    assertThat(back.mismatch(values)).isEqualTo(-1);
    assertThatThrownBy(() -> visitor.send(NODE, 1, new byte[0], values.asSlice(1)))
        .hasMessageContaining("bytes are wanted");
    assertThatThrownBy(() -> visitor.send(NODE, LocalProcess.REFUSED_KIND, new byte[0], values))
        .hasMessage("no such bytes");
  }

  @Test
  void whoDoesNotHaveTheTokenIsNoGuest() {
    assertThatThrownBy(() -> start(guest, new Road.Port(port, NODE), new byte[] {1}))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("token");
    assertThat(folder.resolve("3")).doesNotExist();
  }

  private SocketChannel dial(byte purpose) throws IOException {
    SocketChannel channel = SocketChannel.open(port);
    channel.write(Handshake.hello(TOKEN, purpose, GUEST, 0));
    assertThat(SideQuestion.read(channel, 1).get()).isEqualTo(Handshake.WELCOME);
    return channel;
  }

  @Test
  void aGuestWhoDoesNotReadIsGivenUpAtTheBoundAndNobodyElseIsDisturbed() throws Exception {
    SocketTransport beside = startWorker();
    LocalProcess other = new LocalProcess(OTHER_GUEST);
    visit(other);
    Message large = new Message.LeasesRefused(KEY, "x".repeat(100_000));
    try (SocketChannel presence = dial(Handshake.PRESENCE);
        SocketChannel silent = dial(Handshake.WAITING)) {
      assertThat(presence.isConnected() && silent.isConnected()).isTrue();
      int sent = 0;
      for (; worker.unreachable.isEmpty() && sent < 10_000; sent++) {
        beside.send(GUEST, large);
        beside.send(OTHER_GUEST, new Message.SuspendLease(sent));
      }
      assertThat(worker.takeUnreachable()).startsWith("3: it has not read ");
      for (int i = 0; i < sent; i++) {
        assertThat(other.take()).isEqualTo(new Message.SuspendLease(i));
      }
    }
  }

  @Test
  void onlyGuestsArePassedOn() throws IOException {
    startWorker();
    try (SocketChannel stranger = SocketChannel.open(port)) {
      stranger.write(Handshake.hello(TOKEN, Handshake.MESSAGES, 55, WORKER));
      ByteBuffer answer = ByteBuffer.allocate(1_000);
      while (stranger.read(answer) >= 0) {}
      assertThat(new String(answer.array(), 3, answer.position() - 3, StandardCharsets.UTF_8))
          .contains("no guest");
    }
    assertThat(worker.unreachable).isEmpty();
  }
}
