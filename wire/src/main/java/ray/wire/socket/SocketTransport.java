package ray.wire.socket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
 * Carries messages between the processes of a machine over Unix sockets that lie in one folder,
 * each named by its process. Between two processes that live, messages arrive once and in order; a
 * connection that ends is taken for its process's death, and {@link Deaths} is told. Thread-safe.
 */
public final class SocketTransport implements Transport, Polling, AutoCloseable {
  static final Logger LOG = LoggerFactory.getLogger(SocketTransport.class);

  /** Connections that may be open and have not said who they are. */
  private static final int MAX_STRANGERS = 64;

  /** How long a thread that waits for an answer reads messages itself. */
  private static final long MAX_POLLING_NS = 100_000;

  private final Config config;
  private final Poller poller;
  private final ServerSocketChannel server;
  private final Path ownSocket;
  private final List<ServerSocketChannel> ports = new ArrayList<>();

  /** By process: where messages for it go; a copy of those two, which is never changed. */
  private volatile LongMap<Endpoint> routes = new LongMap<>();

  // Guarded by this, as what follows.
  private final Map<Long, Endpoint> locals = new LinkedHashMap<>();
  private final Map<Long, OutgoingLink> outgoing = new HashMap<>();

  private final Map<Long, Set<IncomingLink>> incoming = new HashMap<>();
  private final Set<IncomingLink> strangers = new HashSet<>();
  private final DeadProcesses gone = new DeadProcesses();
  private final Map<Long, Message.ProcessDied> deathsToTell = new HashMap<>();

  private final Map<Long, CompletableFuture<byte[]>> questions = new ConcurrentHashMap<>();
  private final Map<Long, Long> asked = new ConcurrentHashMap<>();
  private final AtomicLong nextQuestion = new AtomicLong(1);
  private volatile boolean closed;

  /**
   * Threads for questions aside. They are not virtual: who asks may hold the carriers of those, as
   * a class that is being loaded does.
   */
  private final ExecutorService aside =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("ray-aside-", 0).factory());

  /**
   * What a transport needs to know.
   *
   * @param self this process
   * @param folder where sockets lie
   * @param token what connections have to present
   * @param opaque reads and writes values and functions
   * @param deaths learns of processes that can't be reached
   * @param questions answers other processes
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Config(
      long self,
      Path folder,
      byte[] token,
      OpaqueCodec opaque,
      Deaths deaths,
      Questions questions) {}

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

    /** What a program that finds this process by its port is told, to join. */
    default byte[] session() {
      return new byte[0];
    }
  }

  /** Listens, and reads when {@link #start} was called. */
  public SocketTransport(Config config, String name) {
    this.config = config;
    this.poller = new Poller(name);
    this.ownSocket = socket(config.self());
    try {
      Files.createDirectories(config.folder());
      this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(ownSocket), 1024);
    } catch (IOException e) {
      throw new UncheckedIOException("can't listen at " + ownSocket, e);
    }
  }

  private Path socket(long process) {
    return config.folder().resolve(Long.toHexString(process));
  }

  /** Begins to read. */
  public void start() {
    listen(server);
    poller.start();
  }

  /**
   * Listens at a port too, for programs that look for the session.
   *
   * @throws java.net.BindException if the port is taken
   */
  public int listen(InetSocketAddress address) throws IOException {
    ServerSocketChannel port = ServerSocketChannel.open();
    try {
      port.bind(address);
    } catch (IOException e) {
      port.close();
      throw e;
    }
    ports.add(port);
    listen(port);
    return ((InetSocketAddress) port.getLocalAddress()).getPort();
  }

  private void listen(ServerSocketChannel listening) {
    try {
      listening.configureBlocking(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    poller.add(listening, SelectionKey.OP_ACCEPT, () -> accept(listening));
  }

  private boolean accept(ServerSocketChannel listening) {
    boolean any = false;
    try {
      for (SocketChannel accepted; (accepted = listening.accept()) != null; ) {
        any = true;
        accepted.configureBlocking(false);
        IncomingLink link = new IncomingLink(accepted, config.opaque(), this);
        synchronized (this) {
          strangers.removeIf(IncomingLink::isGreeted);
          if (strangers.size() >= MAX_STRANGERS) {
            accepted.close();
            continue;
          }
          strangers.add(link);
        }
        poller.add(accepted, SelectionKey.OP_READ, link);
      }
    } catch (IOException e) {
      if (!closed) {
        LOG.warn("accepting a connection", e);
      }
    }
    return any;
  }

  long self() {
    return config.self();
  }

  byte[] token() {
    return config.token();
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
    connect(process, socket(other));
  }

  private OutgoingLink connect(long process, Path socket) {
    OutgoingLink link = new OutgoingLink(process, socket, config.opaque(), this);
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
  private synchronized @Nullable OutgoingLink linkTo(long process) {
    OutgoingLink link = outgoing.get(process);
    return link != null || closed || gone.contains(process)
        ? link
        : connect(process, socket(process));
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
    long id = nextQuestion.getAndIncrement();
    questions.put(id, answer);
    asked.put(id, process);
    OutgoingLink link = linkTo(process);
    if (link == null) {
      fail(id, "process " + Long.toHexString(process) + " is gone");
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
        .execute(() -> fail(id, "no answer within " + timeout.toMillis() + " ms"));
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
    ByteBuffer hello = Handshake.hello(token(), Handshake.QUESTION, self());
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    try {
      aside.execute(() -> {
        try {
          answer.complete(SideQuestion.ask(socket(process), hello, kind, payload));
        } catch (IOException | RuntimeException e) {
          answer.completeExceptionally(e);
        }
      });
      return answer.join();
    } catch (RejectedExecutionException e) {
      throw new IOException("this process has left", e);
    } catch (CompletionException e) {
      throw new IOException(reason(e.getCause() == null ? e : e.getCause()), e);
    }
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

  private void fail(long question, String reason) {
    CompletableFuture<byte[]> waiting = questions.remove(question);
    asked.remove(question);
    if (waiting != null) {
      waiting.completeExceptionally(new IOException(reason));
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
    CompletableFuture<byte[]> known =
        config.questions().answerAtOnce(peer, request.kind(), request.payload());
    if (known != null) {
      known.whenComplete((answer, failure) -> reply(peer, request, answer, failure));
      return;
    }
    Thread.startVirtualThread(() -> {
      try {
        reply(
            peer,
            request,
            config.questions().answer(peer, request.kind(), request.payload()),
            null);
      } catch (Exception | LinkageError e) {
        reply(peer, request, null, e);
      }
    });
  }

  /** A question that has a connection of its own, which ends with the answer. */
  void asked(long peer, int kind, byte[] payload, SocketChannel channel) {
    aside.execute(() -> {
      try {
        SideQuestion.answer(channel, config.questions().answer(peer, kind, payload));
      } catch (Exception | LinkageError e) {
        SideQuestion.refuse(channel, reason(e));
      }
    });
  }

  private static String reason(Throwable failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private void reply(
      long peer, Request request, byte @Nullable [] answer, @Nullable Throwable failure) {
    OutgoingLink link = request.id() == 0 ? null : linkTo(peer);
    if (link == null) {
      return;
    }
    String reason = failure == null ? null : reason(failure);
    link.post(new Response(request.id(), reason, answer == null ? new byte[0] : answer));
  }

  void answered(Response response) {
    CompletableFuture<byte[]> waiting = questions.remove(response.id());
    asked.remove(response.id());
    if (waiting != null) {
      String failure = response.failure();
      if (failure == null) {
        waiting.complete(response.payload());
      } else {
        waiting.completeExceptionally(new IOException(failure));
      }
    }
  }

  /** Returns whether a process may speak to this one: not if it counts as dead. */
  synchronized boolean accepts(long process, IncomingLink link) {
    strangers.remove(link);
    if (gone.contains(process)) {
      return false;
    }
    incoming.computeIfAbsent(process, missing -> new HashSet<>()).add(link);
    return true;
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

  /** Nothing can be sent to a process any more. */
  void unreachable(long process, String reason) {
    failQuestions(process, reason);
    if (!closed) {
      config.deaths().unreachable(process, reason);
    }
  }

  private void failQuestions(long process, String reason) {
    asked.forEach((question, of) -> {
      if (of == process) {
        fail(question, "process " + Long.toHexString(process) + " is gone: " + reason);
      }
    });
  }

  /**
   * A process is gone. All parts of this one are told, after what it has still said was delivered;
   * nothing is sent to it any more, and no new connection of it taken.
   */
  public void died(Message.ProcessDied death) {
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
      failQuestions(link.peer(), "it has ended");
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
    poller.close();
    aside.shutdown();
    try {
      server.close();
      for (ServerSocketChannel port : ports) {
        port.close();
      }
      Files.deleteIfExists(ownSocket);
    } catch (IOException e) {
      LOG.debug("closing", e);
    }
  }
}
