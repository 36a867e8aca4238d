package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;
import ray.wire.codec.MessageEncoder;
import ray.wire.codec.OpaqueCodec;
import ray.wire.codec.ProtoWriter;

/** A node, a worker beside it, and guests who have nothing but the node's port. */
abstract class WithGuests {
  static final byte[] TOKEN = "secret".getBytes(StandardCharsets.UTF_8);
  static final long PATIENCE_S = 30;
  static final int NODE = 1;
  static final int WORKER = 2;
  static final int GUEST = 3;
  static final int OTHER_GUEST = 4;
  static final int MAX_UNREAD = 8 << 20;

  static final FunctionKey KEY =
      new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());

  private static final CallSpec CALL =
      new CallSpec(
          5,
          KEY,
          "f",
          new OpaqueCodec.PassedOn(new byte[] {1}),
          1,
          new TaskPolicy(3, List.of(), 0, 1, "", Map.of()));

  final List<SocketTransport> open = new ArrayList<>();
  Path folder = Path.of("");
  InetSocketAddress port = new InetSocketAddress(0);

  /** Where the worker may listen. */
  WorkerPorts workerPorts = WorkerPorts.ANY;

  final LocalProcess node = new LocalProcess(NODE);
  final LocalProcess worker = new LocalProcess(WORKER);
  final LocalProcess guest = new LocalProcess(GUEST);

  @BeforeEach
  void startNode() throws IOException {
    folder = Files.createTempDirectory("ray-wire-");
    SocketTransport transport = start(node, new Road.Sockets(folder), TOKEN);
    InetAddress loopback = InetAddress.getLoopbackAddress();
    port =
        new InetSocketAddress(
            loopback, transport.listen(new InetSocketAddress(loopback, 0), workerPorts));
  }

  @AfterEach
  void close() throws IOException {
    open.reversed().forEach(SocketTransport::close);
    try (var left = Files.list(folder)) {
      assertThat(left).as("sockets").isEmpty();
    }
    Files.delete(folder);
  }

  SocketTransport start(LocalProcess process, Road road, byte[] token) {
    SocketTransport transport =
        new SocketTransport(
            new SocketTransport.Config(
                process.id, road, token, OpaqueCodec.PASSING_ON, process, process, MAX_UNREAD),
            "reader-" + process.id);
    open.add(transport);
    transport.register(process.id, process.received::add);
    transport.start();
    return transport;
  }

  SocketTransport startWorker() {
    return start(worker, new Road.Sockets(folder), TOKEN);
  }

  SocketTransport visit(LocalProcess process) {
    return start(process, new Road.Port(port, NODE), TOKEN);
  }

  SocketTransport nodeTransport() {
    return open.getFirst();
  }

  static boolean isDirect(SocketTransport from, long to) {
    OutgoingLink link = from.linkIfAny(to);
    return link != null && link.isDirect();
  }

  /** Makes them talk, until they do so past the node; nothing is left to be read. */
  static void makeDirect(SocketTransport visitor, SocketTransport beside)
      throws InterruptedException {
    visitor.await(visitor.ask(beside.self(), 7, new byte[1]));
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
    while (!isDirect(visitor, beside.self()) || !isDirect(beside, visitor.self())) {
      assertThat(System.nanoTime() - deadlineNs).as("it stays with the node").isNegative();
      LockSupport.parkNanos(100_000);
    }
  }

  Invitation invite(long asker) throws IOException {
    return invite(asker, WORKER);
  }

  /** Asks for an invitation as a guest does. */
  Invitation invite(long asker, long target) throws IOException {
    try (SocketChannel channel = SocketChannel.open(port)) {
      channel.write(Handshake.hello(TOKEN, Handshake.DOOR, asker, target));
      SideQuestion.awaitWelcome(channel);
      return Invitation.readAnswer(channel.socket().getInputStream());
    }
  }

  /** What it would send to a guest. */
  Invitation invitationOf(SocketTransport process, long asker) throws IOException {
    ByteBuffer request = workerPorts.request(port.getAddress());
    byte[] bytes = new byte[request.remaining()];
    request.get(bytes);
    return process.direct().invite(asker, bytes);
  }

  /** A message with a number, of which a connection carries the most part once only. */
  static Message numbered(long number) {
    TaskSpec spec =
        new TaskSpec(new ObjectId(7, number), null, CALL, new Object[0], List.of(), null);
    return new Message.PushTasks(7, List.of(new Message.Push(spec, 0, null)));
  }

  static long number(Message message) {
    return ((Message.PushTasks) message).tasks().getFirst().spec().id().number();
  }

  /** As a connection carries it. */
  static byte[] frame(long to, Message message) {
    ProtoWriter out = new ProtoWriter();
    new MessageEncoder(OpaqueCodec.PASSING_ON, out).frame(to, 0, message);
    return Arrays.copyOf(out.array(), out.size());
  }
}
