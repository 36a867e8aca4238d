package ray.wire.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.wire.codec.OpaqueCodec;

class SocketTransportTest {
  private static final byte[] TOKEN = "secret".getBytes(StandardCharsets.UTF_8);
  private static final long PATIENCE_S = 20;
  private static final FunctionKey KEY =
      new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());

  private final List<SocketTransport> open = new ArrayList<>();
  private Path folder = Path.of("");
  private LocalProcess a = new LocalProcess(0);
  private LocalProcess b = new LocalProcess(0);

  @BeforeEach
  void makeFolder() throws IOException {
    folder = Files.createTempDirectory("ray-wire-");
    a = new LocalProcess(1);
    b = new LocalProcess(2);
  }

  @AfterEach
  void close() throws IOException {
    open.forEach(SocketTransport::close);
    try (var left = Files.list(folder)) {
      assertThat(left).as("sockets").isEmpty();
    }
    Files.delete(folder);
  }

  /** A transport that listens, and does not read before it is started. */
  private SocketTransport make(LocalProcess process, byte[] token, long maxUnreadBytes) {
    SocketTransport transport =
        new SocketTransport(
            new SocketTransport.Config(
                process.id,
                new Road.Sockets(folder),
                token,
                OpaqueCodec.PASSING_ON,
                process,
                process,
                maxUnreadBytes),
            "reader-" + process.id);
    open.add(transport);
    transport.register(process.id, process.received::add);
    return transport;
  }

  private SocketTransport make(LocalProcess process) {
    return make(process, TOKEN, UnreadBytes.limit());
  }

  private SocketTransport start(LocalProcess process, byte[] token) {
    SocketTransport transport = make(process, token, UnreadBytes.limit());
    transport.start();
    return transport;
  }

  private SocketTransport start(LocalProcess process) {
    return start(process, TOKEN);
  }

  @Test
  void messagesArriveOnceAndInOrder() throws InterruptedException {
    SocketTransport from = start(a);
    start(b);
    int count = 100_000;
    for (int i = 0; i < count; i++) {
      from.send(b.id, new Message.SuspendLease(i));
    }
    for (int i = 0; i < count; i++) {
      assertThat(b.take()).isEqualTo(new Message.SuspendLease(i));
    }
    assertThat(b.received).isEmpty();
  }

  @Test
  void messagesToAPartOfThisProcessNeedNoSocket() {
    SocketTransport transport = start(a);
    transport.send(a.id, new Message.JobEnded(3));
    assertThat(a.received).containsExactly(new Message.JobEnded(3));
  }

  @Test
  void threadsThatSendAtTheSameTimeLoseNothing() throws InterruptedException {
    SocketTransport from = start(a);
    start(b);
    int threads = 4;
    int each = 5_000;
    List<Thread> running = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      running.add(
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < each; i++) {
                  from.send(b.id, new Message.ReturnLease((long) i * threads + thread));
                }
              }));
    }
    for (Thread thread : running) {
      thread.join();
    }
    long[] next = new long[threads];
    for (int i = 0; i < threads * each; i++) {
      Message.ReturnLease message = (Message.ReturnLease) b.take();
      int thread = (int) (message.lease() % threads);
      assertThat(message.lease() / threads).isEqualTo(next[thread]++);
    }
  }

  @Test
  void whoWaitsReadsHimself() {
    SocketTransport from = start(a);
    start(b);
    for (int i = 0; i < 1_000; i++) {
      assertThat(from.await(from.ask(b.id, 7, new byte[] {(byte) i})))
          .containsExactly(1, 7, (byte) i);
    }
  }

  @Test
  void aQuestionThatFailsSaysWhy() {
    SocketTransport from = start(a);
    start(b);
    assertThatThrownBy(() -> from.await(from.ask(b.id, 13, new byte[1])))
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("not that one");
  }

  @Test
  void questionsAsideAreAnsweredInTheMiddleOfReading() throws Exception {
    SocketTransport from = start(a);
    start(b);
    BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
    from.register(
        3,
        message -> {
          try {
            answers.add(from.askAside(b.id, 7, new byte[] {5}));
          } catch (IOException e) {
            answers.add(e);
          }
        });
    SocketTransport other = open.getLast();
    other.sameAs(3, a.id);
    other.send(3, new Message.SuspendLease(1));
    assertThat(answers.poll(PATIENCE_S, TimeUnit.SECONDS)).isEqualTo(new byte[] {1, 7, 5});
    for (int i = 0; i < 200; i++) {
      assertThat(from.askAside(b.id, 7, new byte[] {(byte) i})).containsExactly(1, 7, (byte) i);
    }
    assertThat(a.unreachable).as("the end of such a connection is nobody's").isEmpty();
    assertThat(b.unreachable).isEmpty();
  }

  @Test
  void aQuestionAsideThatFailsSaysWhy() {
    SocketTransport from = start(a);
    start(b);
    assertThatThrownBy(() -> from.askAside(b.id, 13, new byte[1]))
        .isInstanceOf(IOException.class)
        .hasMessage("not that one");
    assertThatThrownBy(() -> from.askAside(b.id, 1, new byte[1 << 20]))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> from.askAside(99, 1, new byte[1])).isInstanceOf(IOException.class);
  }

  @Test
  void anInterruptDoesNotEndAQuestionAside() throws IOException {
    SocketTransport from = start(a);
    start(b);
    Thread.currentThread().interrupt();
    assertThat(from.askAside(b.id, 7, new byte[] {5})).containsExactly(1, 7, 5);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aProcessThatIsNotThereIsReported() throws InterruptedException {
    SocketTransport from = start(a);
    var answer = from.ask(99, 1, new byte[1]);
    assertThat(a.unreachable.poll(PATIENCE_S, TimeUnit.SECONDS)).startsWith("99: ");
    assertThatThrownBy(answer::join).hasMessageContaining("gone");
  }

  @Test
  void anEndIsReportedAfterAllThatWasSaidBefore() throws InterruptedException {
    SocketTransport from = start(a);
    start(b);
    int count = 10_000;
    for (int i = 0; i < count; i++) {
      from.send(b.id, new Message.SuspendLease(i));
    }
    from.close();
    assertThat(b.unreachable.poll(PATIENCE_S, TimeUnit.SECONDS)).startsWith("1: ");
    assertThat(b.received).hasSize(count);
  }

  @Test
  void aDeathIsToldAfterTheLastMessageOfTheDead() throws InterruptedException {
    SocketTransport from = start(a);
    SocketTransport to = start(b);
    from.send(b.id, new Message.JobEnded(1));
    b.take();
    to.died(new Message.ProcessDied(a.id, "killed"));
    from.send(b.id, new Message.JobEnded(2));
    from.close();
    assertThat(b.take()).isEqualTo(new Message.JobEnded(2));
    assertThat(b.take()).isEqualTo(new Message.ProcessDied(a.id, "killed"));

    // nothing comes from a process that counts as dead
    SocketTransport again = start(a);
    again.send(b.id, new Message.JobEnded(3));
    assertThat(a.unreachable.poll(PATIENCE_S, TimeUnit.SECONDS)).startsWith("2: ");
    assertThat(b.received).isEmpty();
  }

  @Test
  void aWrongTokenIsRefusedAndNobodyElseIsDisturbed() throws InterruptedException {
    SocketTransport from = start(a, "guess".getBytes(StandardCharsets.UTF_8));
    start(b);
    from.send(b.id, new Message.JobEnded(1));
    assertThat(a.unreachable.poll(PATIENCE_S, TimeUnit.SECONDS))
        .contains("token")
        .contains("RAY_TOKEN");
    assertThat(b.received).isEmpty();
    LocalProcess c = new LocalProcess(3);
    start(c).send(b.id, new Message.JobEnded(2));
    assertThat(b.take()).isEqualTo(new Message.JobEnded(2));
  }

  private static byte[] talk(int port, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_S));
      socket.getOutputStream().write(bytes);
      return socket.getInputStream().readAllBytes();
    }
  }

  private static byte[] hello(byte[] token) {
    ByteBuffer hello = Greeting.forSession(token);
    byte[] bytes = new byte[hello.remaining()];
    hello.get(bytes);
    return bytes;
  }

  @Test
  void aPortTellsWhoHasTheTokenOfTheSession() throws IOException {
    int port =
        start(a)
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), WorkerPorts.ANY);

    assertThat(Greeting.answer(talk(port, hello(TOKEN)))).asString().isEqualTo("session");

    assertThatThrownBy(() -> Greeting.answer(talk(port, hello(new byte[] {1}))))
        .hasMessageContaining("token");
    byte[] newer = hello(TOKEN);
    newer[4]++;
    assertThatThrownBy(() -> Greeting.answer(talk(port, newer)))
        .hasMessageContaining("version " + (Handshake.VERSION + 1))
        .hasMessageContaining("version " + Handshake.VERSION);
    byte[] garbage = "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> Greeting.answer(talk(port, garbage)))
        .hasMessageContaining("Ray for Java");
    assertThatThrownBy(() -> Greeting.answer("HTTP/1.1 400".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void whoDoesNotReadIsGivenUpAtTheBoundAndNobodyElseIsDisturbed() throws Exception {
    int bound = 4 << 20;
    SocketTransport from = make(a, TOKEN, bound);
    from.start();
    LocalProcess c = new LocalProcess(3);
    start(c);
    try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path path = folder.resolve("63");
      socket.bind(UnixDomainSocketAddress.of(path));
      String reason = "x".repeat(100_000);
      from.send(99, new Message.LeasesRefused(KEY, reason));
      try (SocketChannel silent = socket.accept()) {
        assertThat(silent.isConnected()).isTrue();
        int sent = 1;
        for (; a.unreachable.isEmpty() && sent < 10_000; sent++) {
          from.send(99, new Message.LeasesRefused(KEY, reason));
          from.send(c.id, new Message.SuspendLease(sent));
        }
        assertThat(a.unreachable.poll(PATIENCE_S, TimeUnit.SECONDS))
            .startsWith("99: it has not read ")
            .contains("no more than " + bound);
        for (int i = 1; i < sent; i++) {
          assertThat(c.take()).isEqualTo(new Message.SuspendLease(i));
        }
      }
      Files.delete(path);
    }
  }

  @Test
  void aConnectionToThePortThatSaysNothingIsDroppedToo() throws IOException {
    int port =
        start(a)
            .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), WorkerPorts.ANY);
    assertThatThrownBy(() -> Greeting.answer(talk(port, new byte[] {'R', 'A'})))
        .hasMessageContaining("did not say who it is");
    assertThat(Greeting.answer(talk(port, hello(TOKEN)))).asString().isEqualTo("session");
  }

  @Test
  void theTokenIsComparedInConstantTime() throws IOException {
    ClassModel handshake;
    try (InputStream bytes = Handshake.class.getResourceAsStream("Handshake.class")) {
      handshake = ClassFile.of().parse(Objects.requireNonNull(bytes).readAllBytes());
    }
    List<String> calls =
        handshake.methods().stream()
            .filter(method -> method.methodName().equalsString("read"))
            .flatMap(method -> method.code().orElseThrow().elementStream())
            .filter(InvokeInstruction.class::isInstance)
            .map(InvokeInstruction.class::cast)
            .map(call -> call.owner().name().stringValue() + "." + call.name().stringValue())
            .toList();
    assertThat(calls).containsOnlyOnce("java/security/MessageDigest.isEqual");
    // The one comparison that may take its time is that of the magic number, which comes first.
    assertThat(calls)
        .filteredOn(call -> call.toLowerCase(Locale.ROOT).contains("equals"))
        .containsExactly("java/util/Arrays.equals");
    assertThat(calls.indexOf("java/util/Arrays.equals"))
        .isLessThan(calls.indexOf("java/security/MessageDigest.isEqual"));
  }

  @Test
  void whoDoesNotSayWhoHeIsIsDropped() throws IOException {
    start(a);
    try (SocketChannel silent = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      silent.connect(UnixDomainSocketAddress.of(folder.resolve(Long.toHexString(a.id))));
      silent.write(ByteBuffer.wrap(new byte[] {'R', 'A'}));
      ByteBuffer answer = ByteBuffer.allocate(1_000);
      silent.read(answer);
      assertThat(new String(answer.array(), 3, answer.position() - 3, StandardCharsets.UTF_8))
          .contains("did not say who it is");
    }
  }

  @Test
  void whoIsClosedClosesWhatOthersHaveConnectedToIt() throws Exception {
    SocketTransport closed = start(a);
    try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.connect(UnixDomainSocketAddress.of(folder.resolve(Long.toHexString(a.id))));
      peer.write(Handshake.hello(TOKEN, Handshake.MESSAGES, 77, 0));
      ByteBuffer answer = ByteBuffer.allocate(100);
      peer.read(answer);
      assertThat(answer.get(0)).isEqualTo(Handshake.WELCOME);

      closed.close();

      var end = new FutureTask<>(() -> peer.read(answer));
      Thread.ofVirtual().start(end);
      assertThat(end.get(PATIENCE_S, TimeUnit.SECONDS)).isEqualTo(-1);
    }
  }

  @Test
  void garbageAfterTheGreetingEndsThatConnectionOnly() throws IOException, InterruptedException {
    SocketTransport from = start(a);
    start(b);
    try (SocketChannel liar = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      liar.connect(UnixDomainSocketAddress.of(folder.resolve(Long.toHexString(b.id))));
      liar.write(Handshake.hello(TOKEN, Handshake.MESSAGES, 77, 0));
      liar.write(ByteBuffer.wrap(new byte[] {5, 0, 0, 0, 1, 2, 3, 4, 5}));
      assertThat(b.unreachable.poll(PATIENCE_S, TimeUnit.SECONDS)).startsWith("77: ");
    }
    from.send(b.id, new Message.JobEnded(2));
    assertThat(b.take()).isEqualTo(new Message.JobEnded(2));
  }

  @Test
  void aLargeMessageArrives() throws InterruptedException {
    SocketTransport from = start(a);
    start(b);
    String reason = "x".repeat(30 << 20);
    from.send(b.id, new Message.LeasesRefused(KEY, reason));
    from.send(b.id, new Message.JobEnded(1));
    assertThat(((Message.LeasesRefused) b.take()).reason()).hasSameSizeAs(reason);
    assertThat(b.take()).isEqualTo(new Message.JobEnded(1));
  }

  @Test
  void theEndOfWhatWaitedForAReaderArrivesThough() throws InterruptedException, IOException {
    // Of one of these the socket's buffer takes all but a part of the last piece.
    int step = 32 << 10;
    for (int size = step; size <= 4 << 20; size += step) {
      SocketTransport from = start(a);
      SocketTransport late = make(b);
      String reason = "x".repeat(size);
      from.send(b.id, new Message.LeasesRefused(KEY, reason));
      late.start();
      assertThat(((Message.LeasesRefused) b.take()).reason()).hasSameSizeAs(reason);
      open.forEach(SocketTransport::close);
      open.clear();
    }
  }

  @Test
  void whoHasNothingToAskKeepsNoThreadForIt() throws Exception {
    Set<Thread> others = asides();
    SocketTransport from = start(a);
    start(b);

    assertThat(from.askAside(b.id, 7, new byte[1])).isNotEmpty();

    Set<Thread> own = asides();
    own.removeAll(others);
    assertThat(own).isNotEmpty();
    for (Thread each : own) {
      assertThat(each.join(Duration.ofSeconds(30))).as("the end of " + each).isTrue();
    }
  }

  private static Set<Thread> asides() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("ray-aside-"));
    return threads;
  }

  @Test
  void whoDoesNotAnswerInTimeHasNotAnswered() {
    SocketTransport asks = start(a);
    make(b);

    assertThatThrownBy(() -> asks.ask(b.id, 1, new byte[] {5}, Duration.ofMillis(10)).join())
        .isInstanceOf(CompletionException.class)
        .hasRootCauseInstanceOf(IOException.class)
        .hasMessageContaining("no answer within 10 ms");
  }
}
