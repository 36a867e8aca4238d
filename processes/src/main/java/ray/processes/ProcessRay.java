package ray.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ActorInfo;
import ray.ActorRef;
import ray.EndedWorkers;
import ray.NodeInfo;
import ray.ObjectInfo;
import ray.RayOptions;
import ray.RayStateException;
import ray.Resources;
import ray.RuntimeContext;
import ray.RuntimeEnv;
import ray.SchedulerInfo;
import ray.TaskInfo;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.node.MemoryMonitor;
import ray.runtime.ExecutorShell;
import ray.runtime.ExecutorThreads;
import ray.runtime.FailureReporter;
import ray.runtime.JobCodec;
import ray.runtime.Looking;
import ray.runtime.OwnerShell;
import ray.runtime.RefCollector;
import ray.runtime.RuntimeBackend;
import ray.runtime.Submitter;
import ray.runtime.serialization.ValueSerializers;
import ray.store.GuestStore;
import ray.store.SharedBanks;
import ray.store.Store;
import ray.store.StoreClient;
import ray.wire.codec.MessageBytes;
import ray.wire.codec.OpaqueCodec;
import ray.wire.socket.Road;
import ray.wire.socket.SocketTransport;

/**
 * What a driver and a worker have in common: an owner, and an executor, which a driver has for its
 * clock only, connected to a node.
 */
abstract class ProcessRay extends RuntimeBackend {
  /** How the process and its session are called, and how it reaches the others. */
  record Identity(Payload.Session session, long self, byte[] token, Road road) {
    /** On the node's machine. */
    Identity(Payload.Session session, long self, byte[] token) {
      this(session, self, token, new Road.Sockets(session.sockets()));
    }
  }

  /**
   * How long an idle lease is kept for the next task: to ask for another takes about a millisecond
   * where nothing has run for a while. Others who wait get it back at once.
   */
  private static final long IDLE_LEASE_NS = 1_000_000_000;

  /** Longer than any value takes to be written, once it has room. */
  private static final Duration WRITE_PATIENCE = Duration.ofSeconds(10);

  private final Identity identity;
  private final Transports transports;
  private final OwnerShell owner;
  private final ExecutorShell executor;
  private final ExecutorThreads threads;
  private final RefCollector collector;
  private final GarbageWatch garbage;
  private final FailureReporter failures;
  private final Submitter submitter;
  private final Looking looking;
  private final AtomicLong keys = new AtomicLong();
  private volatile @Nullable Store store;

  /** Whose tasks it runs or submits; 0 before it has joined. */
  private volatile long job;

  /** The transport, which is made before the backend that waits on it. */
  static final class Transports
      implements SocketTransport.Deaths, SocketTransport.Questions, ray.wire.Polling {
    private final Identity identity;
    private final SocketTransport sockets;
    private volatile SocketTransport.Questions questions =
        (asker, kind, payload) -> {
          throw new IOException("this process answers no question of kind " + kind);
        };
    private volatile Runnable roomIsWanted = () -> {};
    private volatile Consumer<byte[]> chunkIsWanted = chunk -> {};
    private volatile Consumer<String> headGone = reason -> {};
    private volatile Consumer<byte[]> printed = line -> {};
    private volatile Consumer<byte[]> codeIsHere = manifest -> {};

    Transports(Identity identity, ValueSerializers serializers, String name) {
      this.identity = identity;
      this.sockets =
          new SocketTransport(
              new SocketTransport.Config(
                  identity.self(),
                  identity.road(),
                  identity.token(),
                  new JobCodec(serializers),
                  this,
                  this),
              name);
      sockets.sameAs(identity.session().control(), identity.session().node());
    }

    /** What is done with lines that workers print; must not block. */
    void onPrinted(Consumer<byte[]> action) {
      printed = action;
    }

    /** What is done when code of the job is on the node; must not block. */
    void onCode(Consumer<byte[]> action) {
      codeIsHere = action;
    }

    SocketTransport sockets() {
      return sockets;
    }

    @Override
    public void unreachable(long process, String reason) {
      if (process == identity.session().node() || process == identity.session().control()) {
        headGone.accept(reason);
      } else {
        var report = new Payload.Unreachable(process, reason);
        sockets.ask(identity.session().node(), Question.UNREACHABLE, report.bytes());
      }
    }

    @Override
    public byte[] answer(long asker, int kind, byte[] payload) throws Exception {
      return questions.answer(asker, kind, payload);
    }

    @Override
    public @Nullable CompletableFuture<byte[]> answerAtOnce(long asker, int kind, byte[] payload) {
      switch (kind) {
        case Question.MAKE_ROOM -> roomIsWanted.run();
        case Question.RETURN_CHUNK -> chunkIsWanted.accept(payload);
        case Question.OUTPUT -> printed.accept(payload);
        case Question.CODE_IS_HERE -> codeIsHere.accept(payload);
        default -> {
          return null;
        }
      }
      return CompletableFuture.completedFuture(new byte[0]);
    }

    @Override
    public boolean poll() {
      return sockets.poll();
    }

    @Override
    public void leave() {
      sockets.leave();
    }
  }

  ProcessRay(
      RayOptions options,
      Identity identity,
      Transports transports,
      ValueSerializers serializers,
      boolean isWorker,
      String name) {
    super(options, transports);
    this.identity = identity;
    this.transports = transports;
    this.failures = new FailureReporter(options.quietFailures(), () -> System.err);
    this.collector = new RefCollector(failures, name);
    var peers =
        new OwnerShell.Peers(
            transports.sockets(),
            identity.session().node(),
            identity.session().control(),
            IDLE_LEASE_NS);
    this.owner =
        new OwnerShell(
            identity.self(),
            peers,
            this::store,
            serializers,
            keys::getAndIncrement,
            collector,
            failures,
            waiting());
    this.executor = new ExecutorShell(owner, peers, options.serialMode());
    this.threads =
        new ExecutorThreads(executor, owner::tick, options.serialMode(), transports, name);
    this.submitter =
        new Submitter(
            this,
            () -> job,
            options.namespace(),
            owner,
            waiting(),
            options.creationSites(),
            ProcessRay::heeded);
    this.looking = new Looking(List.of(owner));
    this.garbage = new GarbageWatch(owner, executor, isWorker);
    collector.onLook(() -> garbage.look(store));
    transports.roomIsWanted =
        () -> {
          garbage.roomIsWanted();
          collector.look();
        };
    transports.chunkIsWanted = this::returnChunk;
    waiting().executors(List.of(executor));
    executor.start(threads, this);
  }

  private void returnChunk(byte[] wanted) {
    Store joined = store;
    try {
      if (joined instanceof StoreClient client) {
        client.returnChunk(Payload.StoreRequest.read(wanted).key());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What has GPUs is alone with them: which they are is said by its process's environment. */
  private static RuntimeEnv heeded(RuntimeEnv asked, Resources holds) {
    return holds.units().containsKey(Resources.GPU) ? asked.alone() : asked;
  }

  /**
   * No value is written to the store's memory any more, which is another's soon. False if a thread
   * still writes one, though that was waited for: then the node has to find that the process ends.
   */
  final boolean stopWriting() {
    return !(store instanceof StoreClient client) || client.stopWriting(WRITE_PATIENCE);
  }

  private Store store() {
    Store joined = store;
    if (joined == null) {
      throw new RayStateException("this process has not joined its node yet");
    }
    return joined;
  }

  /**
   * Tells the node that this is a part of a job from now on, and lets it run; its transport has
   * begun to read.
   */
  void join(
      int question, long ofJob, SocketTransport.Questions answers, Consumer<String> headGone) {
    this.job = ofJob;
    transports.questions = answers;
    transports.headGone = headGone;
    try {
      var join = new Payload.Join(identity.self(), ofJob, ProcessHandle.current().pid());
      Payload.Joined joined = Payload.Joined.read(ask(question, join.bytes()));
      keys.set((long) joined.index() << Integer.SIZE);
      codeIsHere(joined.code());
      store = store(joined);
      collector.start();
      // Not before it can read the store: messages with work may have come already.
      threads.start();
      for (long dead : joined.dead()) {
        transports.sockets().died(new Message.ProcessDied(dead, "it ended before this one began"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The node has code of the job, to be opened in place. */
  void codeIsHere(CodeManifest manifest) {}

  private Store store(Payload.Joined joined) {
    boolean guest = identity.road() instanceof Road.Port;
    NodeStore node =
        new NodeStore(
            transports.sockets(), identity.session().node(), guest, options().putTimeout());
    return guest
        ? new GuestStore(node, node)
        : new StoreClient(
            node,
            identity.self(),
            new SharedBanks(Path.of(joined.store()), joined.storeBytes()),
            keys::getAndIncrement);
  }

  /** Asks the node, and waits for the answer. */
  byte[] ask(int question, byte[] payload) throws IOException {
    return ask(identity.session().node(), question, payload);
  }

  /** Asks a process, and waits for the answer. */
  byte[] ask(long process, int question, byte[] payload) throws IOException {
    try {
      return transports.sockets().await(transports.sockets().ask(process, question, payload));
    } catch (CompletionException e) {
      throw e.getCause() instanceof IOException told ? told : new IOException(e.getCause());
    }
  }

  Identity identity() {
    return identity;
  }

  long job() {
    return job;
  }

  Transports transports() {
    return transports;
  }

  OwnerShell owner() {
    return owner;
  }

  ExecutorShell executor() {
    return executor;
  }

  FailureReporter failures() {
    return failures;
  }

  /** Stops its threads and connections. */
  void shut() {
    owner.shut();
    threads.close();
    collector.close();
    transports.sockets().close();
    if (store instanceof StoreClient client) {
      client.close(); // or the memory of a node that is gone would stay as long as this object
    }
  }

  @Override
  public Submitter submitter() {
    return submitter;
  }

  @Override
  public <T> Optional<ActorRef<T>> actor(String name, String namespace) {
    try {
      byte[] answer = ask(Question.FIND_ACTOR, new Payload.FindActor(namespace, name).bytes());
      if (answer.length == 0) {
        return Optional.empty();
      }
      Message.RegisterActor found =
          (Message.RegisterActor) MessageBytes.read(answer, OpaqueCodec.PASSING_ON);
      return Optional.of(submitter.found(found.spec()));
    } catch (IOException e) {
      throw new RayStateException("can't look for actor '" + name + "': " + e.getMessage());
    }
  }

  // ---- looking in

  /** Answers what any member of a node is asked by those who look in. */
  byte[] report(int kind, byte[] payload) throws IOException {
    return switch (kind) {
      case Question.TASKS -> {
        Looking.Some<TaskInfo> tasks = looking.tasks(this::waitingFor, Limit.read(payload).count());
        yield new TaskReport(tasks.shown(), tasks.total()).bytes();
      }
      case Question.OBJECTS -> {
        Looking.Some<Looking.Held> objects = looking.held(Limit.read(payload).count());
        yield new ObjectReport(objects.shown(), objects.total()).bytes();
      }
      case Question.WORK -> {
        boolean busy = executor.isBusy();
        yield executor.ask(core -> WorkReport.of(core, busy)).bytes();
      }
      case Question.RUNS -> runs().bytes();
      default -> throw new IOException("this process answers no question of kind " + kind);
    };
  }

  private RunReport runs() {
    long nowNs = System.nanoTime();
    long processAgeNs =
        ProcessHandle.current()
            .info()
            .startInstant()
            .map(started -> Duration.between(started, Instant.now()).toNanos())
            .orElse(Long.MAX_VALUE);
    List<MemoryMonitor.Work> work = new ArrayList<>();
    executor.ask(core -> {
      core.forEachActor(actor -> work.add(RunReport.of(actor, processAgeNs)));
      core.forEachUnderWay(run -> {
        if (run.spec().actor() == null) {
          work.add(RunReport.of(run, ExecutorShell.ageNs(run, nowNs)));
        }
      });
      return true;
    });
    return new RunReport(owner.ask(core -> core.ownedCount() + core.borrowedCount() > 0), work);
  }

  @Override
  public RuntimeContext context() {
    return submitter.context(Long.toHexString(identity.session().node()), options().namespace());
  }

  @Override
  public List<NodeInfo> nodes() {
    try {
      return Payload.nodes(
          ask(Question.NODES, new byte[0]), Payload.Load.read(ask(Question.LOAD, new byte[0])));
    } catch (IOException e) {
      throw new RayStateException("can't ask for the nodes: " + e.getMessage());
    }
  }

  @Override
  public Resources clusterResources() {
    return nodes().getFirst().total();
  }

  @Override
  public Resources availableResources() {
    return nodes().getFirst().available();
  }

  /** What the leases of a class wait for. */
  private String waitingFor(long of, FunctionKey key) {
    try {
      Message asked = new Message.RequestLeases(of, job, key, 0);
      return new String(
          ask(Question.WAITING_FOR, MessageBytes.write(asked, OpaqueCodec.PASSING_ON)),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new RayStateException("can't ask what waits for what: " + e.getMessage());
    }
  }

  @Override
  public List<TaskInfo> tasks() {
    return looking.tasks(this::waitingFor);
  }

  @Override
  public List<String> workers() {
    try {
      byte[] asked = new WorkerIds(List.of(job)).bytes();
      return WorkerIds.read(ask(Question.WORKERS, asked)).workers().stream()
          .map(Long::toHexString)
          .toList();
    } catch (IOException e) {
      throw new RayStateException("can't ask for the workers: " + e.getMessage());
    }
  }

  @Override
  public EndedWorkers killWorkers(boolean force) {
    return endWorkers(new EndWorkers(job, force, false));
  }

  @Override
  public EndedWorkers restartWorkers(boolean force) {
    return endWorkers(new EndWorkers(job, force, true));
  }

  private EndedWorkers endWorkers(EndWorkers asked) {
    try {
      return Ended.read(ask(Question.END_WORKERS, asked.bytes())).toPublic();
    } catch (IOException e) {
      throw new RayStateException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public List<ActorInfo> actors() {
    try {
      List<ActorInfo> infos = new ArrayList<>();
      for (Payload.ListedActor actor :
          Payload.Actors.read(ask(Question.ACTORS, new byte[0])).actors()) {
        infos.add(actor.info());
      }
      return infos;
    } catch (IOException e) {
      throw new RayStateException("can't ask for the actors: " + e.getMessage());
    }
  }

  @Override
  public List<ObjectInfo> objects() {
    return looking.objects();
  }

  @Override
  public SchedulerInfo schedulerInfo() {
    NodeInfo view = nodes().getFirst();
    return looking.scheduler(this::waitingFor, view.total(), view.available(), blocked());
  }

  private long blocked() {
    try {
      return Payload.Load.read(ask(Question.LOAD, new byte[0])).blocked();
    } catch (IOException e) {
      throw new RayStateException("can't ask the node how busy it is: " + e.getMessage());
    }
  }
}
