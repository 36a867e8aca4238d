package ray.wire.socket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.core.DeadProcesses;
import ray.core.LongMap;
import ray.core.Message;
import ray.wire.Endpoint;
import ray.wire.Polling;
import ray.wire.Transport;
import ray.wire.codec.OpaqueCodec;
import ray.wire.codec.Request;
import ray.wire.codec.Response;

/**
 * Carries messages between the processes of a node, over Unix sockets that lie in one folder, each
 * named by its process; for a guest, over the node's port ({@link FrontDoor}), and past it where
 * that can be ({@link Direct}). Between two processes that live, messages arrive once and in order;
 * a connection that ends is taken for its process's death, and {@link Deaths} is told. Thread-safe.
 */
public final class SocketTransport implements Transport, Polling, AutoCloseable {
  static final Logger LOG = LoggerFactory.getLogger(SocketTransport.class);

  /** How long a thread that waits for an answer reads messages itself. */
  private static final long MAX_POLLING_NS = 100_000;

  /** How long a guest whose connection to the node ended waits to be told why. */
  private static final long FAREWELL_MS = 500;

  private final Config config;
  private final Poller poller;

  /** Where others of the machine connect; null of a guest. */
  private final @Nullable ServerSocketChannel server;

  /** What a guest has instead. */
  private final @Nullable Visit visit;

  private final Direct direct;

  private volatile @Nullable FrontDoor door;

  /** By process: where messages for it go; a copy of those two, which is never changed. */
  private volatile LongMap<Endpoint> routes = new LongMap<>();

  // Guarded by this, as what follows.
  private final Map<Long, Endpoint> locals = new LinkedHashMap<>();
  private final Map<Long, OutgoingLink> outgoing = new HashMap<>();

  private final Map<Long, Set<IncomingLink>> incoming = new HashMap<>();
  private final DeadProcesses gone = new DeadProcesses();
  private final Map<Long, Message.ProcessDied> deathsToTell = new HashMap<>();

  private final OpenQuestions questions = new OpenQuestions();
  private final Answers answers = new Answers(this);
  private volatile boolean closed;

  /** Set when a guest's stay has ended: nobody can be reached any more. */
  private volatile boolean cutOff;

  private final Aside aside = new Aside(this);

  /**
   * What a transport needs to know.
   *
   * @param self this process
   * @param road how other processes are reached
   * @param token what connections have to present
   * @param opaque reads and writes values and functions
   * @param deaths learns of processes that can't be reached
   * @param questions answers other processes
   * @param maxUnreadBytes how much may wait for a process that does not read, before it counts as
   *     dead
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Config(
      long self,
      Road road,
      byte[] token,
      OpaqueCodec opaque,
      Deaths deaths,
      Questions questions,
      long maxUnreadBytes) {

    /** The same with the {@linkplain UnreadBytes#limit usual bound}. */
    public Config(
        long self,
        Road road,
        byte[] token,
        OpaqueCodec opaque,
        Deaths deaths,
        Questions questions) {
      this(self, road, token, opaque, deaths, questions, UnreadBytes.limit());
    }
  }

  /** Learns of processes that are gone for this one. */
  public interface Deaths {
    /** A process can't be reached, or its connection has ended; must not block. */
    void unreachable(long process, String reason);
  }

  /** Answers what other processes ask, each question on a thread of its own. */
  public interface Questions {
    /** Returns the answer; may block, and throws what is told to the asker. */
    byte[] answer(long asker, int kind, byte[] payload) throws Exception;

    /**
     * The same on the thread that reads, for what needs none of its own: must not block. Returns
     * null for other questions.
     */
    default @Nullable CompletableFuture<byte[]> answerAtOnce(long asker, int kind, byte[] payload) {
      return null;
    }

    /**
     * Bytes that another process wants to send or to have, as it says in a question.
     *
     * @throws IOException with what it is told, if it can't be
     */
    default Bulk bulk(long asker, int kind, byte[] payload) throws IOException {
      throw new IOException("this process has no large values of its own");
    }

    /** What a program that finds this process by its port is told, to join. */
    default byte[] session() {
      return new byte[0];
    }
  }

  /** Reads when {@link #start} was called, and listens already if others can connect here. */
  public SocketTransport(Config config, String name) {
    this.config = config;
    this.poller = new Poller(name);
    switch (config.road()) {
      case Road.Sockets sockets -> {
        server = sockets.listen(config.self());
        visit = null;
        direct = new SideDoor(this, poller);
      }
      case Road.Port port -> {
        server = null;
        visit = new Visit(port, this, poller, aside);
        direct = new Shortcut(port, this, poller);
      }
    }
  }

  /** Begins to read. A guest announces itself first, which blocks. */
  public void start() {
    try {
      if (server != null) {
        Listener.open(server, poller, this, this::token);
      }
      poller.start();
      if (visit != null) {
        visit.begin();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e.getMessage(), e);
    }
  }

  /**
   * Listens at a port too, for programs that look for the session, and for guests; returns it.
   *
   * @param others where other processes of the node may listen for those guests
   * @throws java.net.BindException if the port is taken
   */
  public synchronized int listen(InetSocketAddress address, WorkerPorts others) throws IOException {
    if (!(config.road() instanceof Road.Sockets inside)) {
      throw new IllegalStateException("a guest has no port");
    }
    FrontDoor made = door;
    if (made == null) {
      made = new FrontDoor(this, inside, others, "ray-door");
      door = made;
    }
    return made.listen(address);
  }

  long self() {
    return config.self();
  }

  byte[] token() {
    return config.token();
  }

  /** Whether a process came by the port of this one, and is there. */
  public boolean isGuest(long process) {
    FrontDoor front = door;
    return front != null && front.isGuest(process);
  }

  Config config() {
    return config;
  }

  Aside aside() {
    return aside;
  }

  Direct direct() {
    return direct;
  }

  Poller poller() {
    return poller;
  }

  // ---- reading

  @Override
  public boolean poll() {
    return poller.poll();
  }

  @Override
  public void leave() {
    poller.leave();
  }

  /** What the reading thread does after it has read something, while others may read. */
  public void afterReading(Runnable work) {
    poller.afterReading(work);
  }

  // ---- sending

  /** Makes a part of this process reachable. */
  public synchronized void register(long process, Endpoint endpoint) {
    locals.put(process, endpoint);
    publish();
  }

  /** What is for one process goes to the socket of another, as they are in one JVM. */
  public synchronized void sameAs(long process, long other) {
    connect(process, other);
  }

  private OutgoingLink connect(long process, long target) {
    OutgoingLink link = new OutgoingLink(process, target, this);
    outgoing.put(process, link);
    publish();
    return link;
  }

  private void publish() {
    LongMap<Endpoint> copy = new LongMap<>();
    outgoing.forEach(copy::put);
    locals.forEach(copy::put);
    routes = copy;
  }

  @Override
  public void send(long process, Message message) {
    Endpoint endpoint = routes.get(process);
    if (endpoint == null) {
      endpoint = linkTo(process);
    }
    if (endpoint != null) {
      endpoint.deliver(message);
    }
  }

  /** The connection to a process, made if there is none; null if the process is gone. */
  synchronized @Nullable OutgoingLink linkTo(long process) {
    OutgoingLink link = outgoing.get(process);
    return link != null || closed || cutOff || gone.contains(process)
        ? link
        : connect(process, process);
  }

  /**
   * Asks another process.
   *
   * @return the answer; fails with an {@link IOException} if there is none
   */
  public CompletableFuture<byte[]> ask(long process, int kind, byte[] payload) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    ask(process, kind, payload, answer);
    return answer;
  }

  private long ask(long process, int kind, byte[] payload, CompletableFuture<byte[]> answer) {
    long id = questions.add(process, answer);
    OutgoingLink link = linkTo(process);
    if (link == null) {
      questions.fail(id, "process " + Long.toHexString(process) + " is gone");
    } else {
      link.post(new Request(id, kind, payload));
    }
    return id;
  }

  /**
   * Asks another process, and waits for its answer no longer than this.
   *
   * @return the answer; fails with an {@link IOException} if there is none in time
   */
  public CompletableFuture<byte[]> ask(long process, int kind, byte[] payload, Duration timeout) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    long id = ask(process, kind, payload, answer);
    CompletableFuture.delayedExecutor(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> questions.fail(id, "no answer within " + timeout.toMillis() + " ms"));
    return answer;
  }

  /**
   * Asks another process over a connection of its own, and waits for the answer. Any thread may do
   * so, in the middle of reading or writing messages too: as when a class is missing that a value
   * in a message needs. An interrupt does not end it.
   *
   * @throws IOException if there is no answer
   */
  public byte[] askAside(long process, int kind, byte[] payload) throws IOException {
    return aside.ask(process, kind, payload);
  }

  /**
   * Sends bytes to a process, as a {@link Bulk} of that one, and waits until it has them. An
   * interrupt does not end it.
   *
   * @param kind what they are, as in a question
   * @throws IOException if the process does not take them
   */
  public void send(long process, int kind, byte[] payload, MemorySegment source)
      throws IOException {
    aside.send(process, kind, payload, source);
  }

  /**
   * Receives bytes of a process, as a {@link Bulk} of that one. An interrupt does not end it.
   *
   * @param memory makes room for so many bytes
   * @throws IOException if the process does not send them
   */
  public MemorySegment receive(
      long process, int kind, byte[] payload, LongFunction<MemorySegment> memory)
      throws IOException {
    return aside.receive(process, kind, payload, memory);
  }

  /**
   * Waits for an answer: reads messages for a while, then leaves that to others.
   *
   * @throws java.util.concurrent.CompletionException if there is none
   */
  public <T extends @Nullable Object> T await(CompletableFuture<T> answer) {
    awaitBriefly(answer);
    return answer.join();
  }

  /**
   * Reads what comes until an answer is there, but not for long: a thread that then waits in
   * another way has left the reading to others.
   *
   * @return whether it is there
   */
  public boolean awaitBriefly(CompletableFuture<?> answer) {
    long beganNs = System.nanoTime();
    while (!answer.isDone()) {
      if (poller.poll()) {
        continue;
      }
      if (System.nanoTime() - beganNs > MAX_POLLING_NS) {
        poller.leave();
        return answer.isDone();
      }
      Thread.onSpinWait();
    }
    return true;
  }

  /** Tells another process something; there is no answer. */
  public void tell(long process, int kind, byte[] payload) {
    OutgoingLink link = linkTo(process);
    if (link != null) {
      link.post(new Request(0, kind, payload));
    }
  }

  // ---- what comes

  void received(long peer, long to, Message message) {
    if (message instanceof Message.ProcessDied death) {
      died(death);
      return;
    }
    Endpoint local = routes.get(to);
    if (local != null && !(local instanceof OutgoingLink)) {
      local.deliver(message);
    } else {
      LOG.debug("a message of {} for {}, who is not here: {}", peer, to, message);
    }
  }

  void asked(long peer, Request request) {
    answers.asked(peer, request);
  }

  void answered(Response response) {
    questions.answered(response);
  }

  /**
   * A process begins to speak to this one, or goes on with a direct connection.
   *
   * @throws Handshake.RefusedException if it counts as dead
   */
  synchronized void accept(long process, IncomingLink link) throws Handshake.RefusedException {
    if (gone.contains(process)) {
      throw new Handshake.RefusedException("this process was given up and is to end");
    }
    Set<IncomingLink> links = incoming.computeIfAbsent(process, missing -> new HashSet<>());
    if (link.isDirect() && !links.isEmpty()) {
      link.goOnFrom(links.iterator().next());
    }
    links.add(link);
  }

  /** Whether a process speaks to this one. */
  synchronized boolean hears(long process) {
    return incoming.containsKey(process);
  }

  synchronized @Nullable OutgoingLink linkIfAny(long process) {
    return outgoing.get(process);
  }

  synchronized boolean isGone(long process) {
    return gone.contains(process);
  }

  void writeSession(SocketChannel channel) throws IOException {
    byte[] session = config.questions().session();
    ByteBuffer reply = ByteBuffer.allocate(1 + session.length);
    channel.write(reply.put(Handshake.WELCOME).put(session).flip());
  }

  /** An incoming connection has ended, after all that came on it was delivered. */
  void ended(long peer, IncomingLink link, String reason) {
    Message.ProcessDied death = null;
    boolean wasLast;
    synchronized (this) {
      Set<IncomingLink> links = incoming.get(peer);
      wasLast = links != null && links.remove(link) && links.isEmpty();
      if (wasLast) {
        incoming.remove(peer);
        death = deathsToTell.remove(peer);
      }
    }
    if (death != null) {
      tell(death);
    } else if (wasLast && !closed) {
      unreachable(peer, reason);
    }
  }

  /** A guest is gone, and his connections with him. Called by the thread that reads them. */
  void lost(long guest, String reason) {
    List<IncomingLink> links;
    synchronized (this) {
      links = List.copyOf(incoming.getOrDefault(guest, Set.of()));
    }
    links.forEach(link -> link.end(reason));
  }

  /** This process's stay as a guest has ended: nobody can be reached any more. */
  void cutOff(long node, String reason) {
    List<OutgoingLink> links;
    synchronized (this) {
      if (cutOff) {
        return;
      }
      cutOff = true;
      links = List.copyOf(outgoing.values());
      outgoing.clear();
      publish();
    }
    links.forEach(OutgoingLink::abandon);
    questions.failAll("the node is gone: " + reason);
    if (!closed) {
      config.deaths().unreachable(node, reason);
    }
  }

  /** Nothing can be sent to a process any more. */
  void unreachable(long process, String reason) {
    questions.failAllOf(process, reason);
    if (closed || cutOff) {
      return;
    }
    if (config.road() instanceof Road.Port port && port.node() == process) {
      // The node may have said why on another connection, whose end has yet to come.
      CompletableFuture.delayedExecutor(FAREWELL_MS, TimeUnit.MILLISECONDS)
          .execute(() -> cutOff(process, reason));
    } else {
      config.deaths().unreachable(process, reason);
    }
  }

  /**
   * A process is gone. All parts of this one are told, after what it has still said was delivered;
   * nothing is sent to it any more, and no new connection of it taken.
   */
  public void died(Message.ProcessDied death) {
    long process = death.process();
    String reason = death.reason();
    OutgoingLink link;
    synchronized (this) {
      if (gone.contains(death.process())) {
        return;
      }
      gone.add(death.process());
      link = outgoing.remove(death.process());
      publish();
      if (incoming.containsKey(death.process())) {
        deathsToTell.put(death.process(), death);
        death = null;
      }
    }
    if (link != null) {
      link.abandon();
      questions.failAllOf(link.peer(), "it has ended");
    }
    direct.gone(process);
    FrontDoor front = door;
    if (front != null) {
      front.dismiss(process, reason);
    }
    if (death != null) {
      tell(death);
    }
  }

  private void tell(Message.ProcessDied death) {
    List<Endpoint> parts;
    synchronized (this) {
      parts = List.copyOf(locals.values());
    }
    parts.forEach(part -> part.deliver(death));
  }

  @Override
  public void close() {
    closed = true;
    List<OutgoingLink> links;
    synchronized (this) {
      links = List.copyOf(outgoing.values());
    }
    links.forEach(OutgoingLink::close);
    if (visit != null) {
      visit.close();
    }
    direct.close();
    poller.close();
    aside.close();
    try {
      FrontDoor front = door;
      if (front != null) {
        front.close();
      }
      if (server != null && config.road() instanceof Road.Sockets sockets) {
        server.close();
        Files.deleteIfExists(sockets.of(config.self()));
      }
    } catch (IOException e) {
      LOG.debug("closing", e);
    }
    poller.closeChannels();
  }
}
