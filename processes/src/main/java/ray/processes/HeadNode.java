package ray.processes;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.ActorInfo;
import ray.Resources;
import ray.RuntimeEnv;
import ray.control.ControlShell;
import ray.core.DeathCause;
import ray.core.Message;
import ray.core.control.ActorView;
import ray.core.node.MemoryMonitor;
import ray.core.node.NodeCore;
import ray.node.NodeShell;
import ray.runtime.RuntimeBackend;
import ray.store.ObjectStoreConfig;
import ray.wire.codec.MessageBytes;
import ray.wire.codec.OpaqueCodec;
import ray.wire.socket.Bulk;
import ray.wire.socket.Road;
import ray.wire.socket.SocketTransport;
import ray.wire.socket.WorkerPorts;

/**
 * The head process: a node with its workers, and the control service. Drivers and workers join it;
 * what becomes of them it tells all others. Thread-safe.
 */
final class HeadNode implements SocketTransport.Deaths, SocketTransport.Questions, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeadNode.class);

  /** Why programs are gone that have said so themselves. */
  private static final String LEFT = "its program ended";

  /** How often idle workers are looked for. */
  private static final long IDLE_LOOK_MS = 1_000;

  /** How often jobs are compared by what they have had: a share is kept to a few of these. */
  private static final long SHARE_MS = 50;

  /** Another worker is made ready when the job that took one has had time to begin. */
  private static final long REFILL_AFTER_MS = 2_000;

  /** The end of a worker is noticed sooner. */
  private static final long END_OF_ITS_OWN_MS = 1_000;

  /**
   * How long the memory of a program that is given up stays, if its process does not end: it may
   * still write there.
   */
  private static final long DYING_MS = 10_000;

  /** How long closing waits for what is being done for a member. */
  private static final long CLOSE_WITHIN_MS = 5_000;

  private final Payload.Session session;
  private final WorkerPolicy workers;
  private final SocketTransport transport;
  private final ControlShell control;
  private final NodeShell node;
  private final WorkerLauncher launcher;
  private final StoreService store;
  private final Members members = new Members();

  /** Members of other machines. The transport forgets them when their connection ends. */
  private final Set<Long> guests = ConcurrentHashMap.newKeySet();

  private final HeadReports reports;
  private final MemoryWatch memory;
  private final JobCodes codes;
  private final WorkerExchange exchange;

  /** Deaths and starts, in order: handling one may start processes, which takes milliseconds. */
  private final ScheduledExecutorService affairs =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ray-members").factory());

  HeadNode(
      Path folder,
      Path tokenFile,
      Resources total,
      Map<String, String> labels,
      ObjectStoreConfig storage,
      WorkerPolicy workers,
      MemoryLimits memoryLimits)
      throws IOException {
    SecureRandom random = new SecureRandom();
    this.session =
        new Payload.Session(
            folder,
            RuntimeBackend.newId(random),
            RuntimeBackend.newId(random),
            ProcessHandle.current().pid(),
            Machine.identity());
    this.workers = workers;
    this.transport =
        new SocketTransport(
            new SocketTransport.Config(
                session.node(),
                new Road.Sockets(session.sockets()),
                Tokens.load(tokenFile),
                OpaqueCodec.PASSING_ON,
                this,
                this),
            "ray-reader");
    this.store = new StoreService(storage, session.node(), new UsersOfStore());
    this.control = new ControlShell(transport);
    this.node =
        new NodeShell(
            session.node(),
            total,
            labels,
            transport,
            session.control(),
            this::startWorker,
            this::endByForce);
    this.launcher = new WorkerLauncher(session, tokenFile, workers);
    this.memory =
        new MemoryWatch(memoryLimits, members, launcher, store, transport, this::endForMemory);
    this.codes = new JobCodes(session.code(), CodeCache.MAX_BYTES, transport, this::tellOfCode);
    this.reports = new HeadReports(transport, members, launcher, store, codes, session);
    transport.register(session.control(), this::toControl);
    this.exchange = new WorkerExchange(transport, members, node, control, codes, this::endAtOnce);
    transport.register(session.node(), node);
  }

  /**
   * Listens, and returns the port.
   *
   * @param workers where workers may listen for programs of other machines
   */
  int start(InetSocketAddress address, WorkerPorts workers) throws IOException {
    int port = transport.listen(address, workers);
    reports.listensAt(RunningNode.reachable(address.getAddress().getHostAddress()), port);
    transport.start();
    node.start();
    memory.start();
    affairs.execute(launcher::fill);
    affairs.scheduleWithFixedDelay(this::look, IDLE_LOOK_MS, IDLE_LOOK_MS, TimeUnit.MILLISECONDS);
    affairs.scheduleWithFixedDelay(node::share, SHARE_MS, SHARE_MS, TimeUnit.MILLISECONDS);
    return port;
  }

  private void look() {
    node.retireIdle(workers.idle().toNanos());
    store.askForIdleChunks();
    for (long job : codes.orphans()) {
      if (!hasStayingActors(job)) {
        codes.ended(job);
        members.workers(job).forEach(each -> gone(each.process(), "its job ended"));
      }
    }
  }

  Members members() {
    return members;
  }

  JobCodes codes() {
    return codes;
  }

  Path logs() {
    return session.logs();
  }

  @Override
  public byte[] session() {
    return session.bytes();
  }

  // ---- members

  @Override
  public byte[] answer(long asker, int kind, byte[] payload) throws Exception {
    return switch (kind) {
      case Question.JOIN_AS_DRIVER -> joined(Payload.Join.read(payload), true);
      case Question.JOIN_AS_WORKER -> {
        Payload.Join join = Payload.Join.read(payload);
        refuseOldCode(join);
        byte[] answer = joined(join, false);
        node.workerStarted(join.job(), launcher.runtimeEnv(join.process()), join.process());
        affairs.schedule(launcher::fill, REFILL_AFTER_MS, TimeUnit.MILLISECONDS);
        yield answer;
      }
      case Question.UNREACHABLE -> {
        Payload.Unreachable report = Payload.Unreachable.read(payload);
        unreachableFor(asker, report);
        yield new byte[0];
      }
      case Question.LEAVE -> {
        Member leaving = members.find(asker);
        if (leaving != null) {
          codes.leaves(leaving.job());
        }
        affairs.submit(() -> gone(asker, LEFT)).get();
        yield new byte[0];
      }
      case Question.FIND_ACTOR -> find(Payload.FindActor.read(payload));
      case Question.NODES ->
          MessageBytes.write(
              new Message.NodesChanged(List.of(node.view()), List.of()), OpaqueCodec.PASSING_ON);
      case Question.ACTORS -> {
        List<ActorView> actors = new ArrayList<>();
        control.ask(core -> {
          core.forEachActor(actors::add);
          return true;
        });
        yield new Payload.Actors(actors.stream().map(Payload.ListedActor::of).toList()).bytes();
      }
      case Question.LOAD -> load().bytes();
      case Question.END_WORKERS -> exchange.end(asker, EndWorkers.read(payload)).bytes();
      case Question.WORKERS ->
          new WorkerIds(exchange.workers(WorkerIds.read(payload).workers().getFirst())).bytes();
      case Question.WAITING_FOR -> waitingFor(payload);
      case Question.MEMORY -> memory.report().bytes();
      case Question.SETTINGS -> codes.settings(Payload.OfJob.read(payload).job());
      case Question.FIND_RESOURCE, Question.FIND_RESOURCES ->
          codes.find(Payload.FindResource.read(payload), kind == Question.FIND_RESOURCES);
      default -> reports.answer(kind, payload);
    };
  }

  /** A worker that was on its way while its job's workers were exchanged has code of before. */
  private void refuseOldCode(Payload.Join join) throws IOException {
    if (launcher.generation(join.process()) != codes.generation(join.job())) {
      launcher.kill(join.process());
      throw new IOException("the workers of its job were exchanged while it was started");
    }
  }

  private byte[] waitingFor(byte[] payload) throws IOException {
    if (!(MessageBytes.read(payload, OpaqueCodec.PASSING_ON)
        instanceof Message.RequestLeases asked)) {
      throw new IOException("that is no request for leases");
    }
    return node.ask(core -> core.waitingFor(asked.owner(), asked.schedulingClass()))
        .getBytes(StandardCharsets.UTF_8);
  }

  private Payload.Load load() {
    long drivers = members.all().stream().filter(Member::isDriver).count();
    return new Payload.Load(
        node.ask(core -> (long) core.suspendedCount()),
        node.ask(core -> (long) core.leaseCount()),
        drivers,
        members.all().size() - drivers,
        store.capacityBytes(),
        store.usedBytes());
  }

  @Override
  public @Nullable CompletableFuture<byte[]> answerAtOnce(long asker, int kind, byte[] payload) {
    return store.answer(asker, kind, payload);
  }

  @Override
  public Bulk bulk(long asker, int kind, byte[] payload) throws IOException {
    return store.bulk(asker, kind, payload);
  }

  /** The members, as the store speaks to them. */
  private final class UsersOfStore implements StoreService.Processes {
    @Override
    public void makeRoom() {
      members
          .all()
          .forEach(each -> transport.tell(each.process(), Question.MAKE_ROOM, new byte[0]));
    }

    @Override
    public void returnChunk(long process, long chunk) {
      var wanted = new Payload.StoreRequest(chunk, 0, process);
      transport.tell(process, Question.RETURN_CHUNK, wanted.bytes());
    }

    @Override
    public void resultsLeft(long writer, long owner, List<Long> keys) {
      transport.send(owner, new Message.ResultsLeft(writer, session.node(), keys));
    }

    @Override
    public String nameOf(long process) {
      Member member = members.find(process);
      return member == null ? String.format("process %x", process) : member.describe();
    }
  }

  private byte[] joined(Payload.Join join, boolean driver) {
    int index = members.add(new Member(join.process(), join.job(), join.pid(), driver));
    if (transport.isGuest(join.process())) {
      guests.add(join.process());
    }
    if (driver) {
      codes.joined(join.job(), join.process());
    }
    return new Payload.Joined(
            members.recentlyDead(),
            index,
            store.file().toString(),
            store.capacityBytes(),
            codes.manifest(join.job()))
        .bytes();
  }

  /** Workers that were there before may open code in place, too. */
  private void tellOfCode(JobCode code) {
    byte[] manifest = code.manifest().bytes();
    members
        .workers(code.job())
        .forEach(each -> transport.tell(each.process(), Question.CODE_IS_HERE, manifest));
  }

  private void toControl(Message message) {
    control.deliver(message);
    if (message instanceof Message.RegisterActor made && made.spec().isDetached()) {
      codes.stays(made.spec().creation().job(), made.spec().className());
    }
  }

  private boolean hasStayingActors(long job) {
    boolean[] any = {false};
    control.ask(core -> {
      core.forEachActor(actor ->
          any[0] |=
              actor.spec().isDetached()
                  && actor.spec().creation().job() == job
                  && actor.state() != ActorInfo.State.DEAD);
      return true;
    });
    return any[0];
  }

  private byte[] find(Payload.FindActor wanted) {
    ActorView found = control.ask(core -> core.find(wanted.namespace(), wanted.name()));
    return found == null
        ? new byte[0]
        : MessageBytes.write(
            new Message.RegisterActor(found.spec(), null, 0), OpaqueCodec.PASSING_ON);
  }

  /** Does what concerns the members, one thing after the other; nothing any more when it closes. */
  private void inOrder(Runnable affair) {
    try {
      affairs.execute(affair);
    } catch (RejectedExecutionException closing) {
      LOG.debug("not done any more: {}", closing.toString());
    }
  }

  private void startWorker(long job, RuntimeEnv runtimeEnv) {
    inOrder(() -> {
      Member driver = members.driver(job);
      if (driver == null && !codes.isOrphan(job)) {
        node.workerFailed(job, runtimeEnv, "its job has ended");
        return;
      }
      long program = driver == null ? session.node() : driver.process();
      try {
        WorkerLauncher.Worker started =
            launcher.start(job, program, runtimeEnv, codes.generation(job));
        started.process().onExit().thenRun(() -> inOrder(() -> exited(started, job)));
      } catch (IOException e) {
        node.workerFailed(job, runtimeEnv, "a worker can't be started: " + e.getMessage());
      }
    });
  }

  private void exited(WorkerLauncher.Worker worker, long job) {
    long id = worker.id();
    boolean joined = members.find(id) != null || members.recentlyDead().contains(id);
    int code = worker.process().exitValue();
    gone(id, "exit code " + code);
    String words = joined ? "" : launcher.firstWords(worker);
    if (!joined) {
      node.workerFailed(
          job,
          worker.runtimeEnv(),
          "a worker ended with exit code "
              + code
              + " before it could run anything"
              + (words.isEmpty() ? "" : ", and said: " + words)
              + "; all that it said stands in "
              + launcher.log(worker));
    }
  }

  /** A connection has ended: its process is dead, or is made so. */
  @Override
  public void unreachable(long process, String reason) {
    inOrder(() -> gone(process, reason));
  }

  /**
   * One process can't reach another, which may live: then it is ended, as it can't be a part.
   * Unless the one that says so has left itself: others close their connections to it when they
   * hear of that. And where the one is a guest, it may as well be a connection of his that broke:
   * if the other has not ended by itself in a moment, it is the guest who can't be a part.
   */
  private void unreachableFor(long asker, Payload.Unreachable report) {
    if (transport.isGuest(asker) && members.find(report.process()) != null) {
      affairs.schedule(
          () -> {
            if (members.find(report.process()) != null) {
              gone(asker, "a connection of it broke: " + report.reason());
            }
          },
          END_OF_ITS_OWN_MS,
          TimeUnit.MILLISECONDS);
      return;
    }
    inOrder(() -> {
      if (members.find(asker) == null) {
        return;
      }
      if (members.find(report.process()) == null) {
        transport.send(asker, new Message.ProcessDied(report.process(), report.reason()));
      } else {
        gone(report.process(), report.reason());
      }
    });
  }

  private void endAtOnce(long worker, String reason) {
    CompletableFuture.runAsync(() -> gone(worker, reason), affairs).join();
  }

  /** A task that was cancelled by force goes on in a worker. */
  private void endByForce(long worker, String reason) {
    inOrder(() -> {
      Member member = members.find(worker);
      if (member != null && !member.isDriver()) {
        LOG.info("worker {} is ended: {}", member.pid(), reason);
        gone(worker, reason, DeathCause.FORCED);
      }
    });
  }

  /** A worker is ended for want of memory, and its program told. */
  private void endForMemory(MemoryMonitor.Victim victim) {
    inOrder(() -> {
      long worker = victim.worker().id();
      Member member = members.find(worker);
      if (member == null) {
        return;
      }
      LOG.warn("{}", victim.reason());
      Member driver = members.driver(member.job());
      gone(worker, victim.reason(), victim.cause());
      if (driver != null) {
        var line = new Payload.Output("node", session.pid(), true, victim.reason());
        transport.tell(driver.process(), Question.OUTPUT, line.bytes());
      }
    });
  }

  private void gone(long process, String reason) {
    gone(process, reason, DeathCause.LOST);
  }

  private void gone(long process, String reason, DeathCause cause) {
    gone(process, reason, cause, launcher::kill);
  }

  private void gone(long process, String reason, DeathCause cause, LongConsumer ender) {
    Member member = members.remove(process);
    if (member == null) {
      return;
    }
    boolean isGuest = guests.remove(process);
    CompletableFuture<?> ended = ended(member, isGuest || reason.equals(LEFT));
    if (isGuest && !reason.equals(LEFT)) {
      LOG.warn("program {} of another machine is given up: {}", member.pid(), reason);
    }
    if (member.isDriver()) {
      control.deliver(new Message.JobEnded(member.job()));
      boolean staying = hasStayingActors(member.job());
      codes.left(member.job(), staying);
      store.giveUp(process); // what its workers made for it need not be told to it
      Set<Long> kept = staying ? node.ask(NodeCore::workersOfDetachedActors) : Set.of();
      for (Member worker : members.workers(member.job())) {
        if (!kept.contains(worker.process())) {
          gone(worker.process(), "its job ended", DeathCause.LOST, launcher::end);
        }
      }
    } else {
      ender.accept(process);
    }
    Message.ProcessDied death = new Message.ProcessDied(process, reason, cause);
    transport.died(death);
    if (ended.isDone()) {
      store.processDied(process);
    } else {
      store.giveUp(process);
      ended.whenComplete((end, late) -> inOrder(() -> store.processDied(process)));
    }
    members.all().forEach(other -> transport.send(other.process(), death));
  }

  /**
   * When a process that is given up can touch the store's memory no more: once it has ended, or, of
   * a program, after a while.
   *
   * @param done whether it does not now: a guest has not mapped it, and a program that left writes
   *     to it no more
   */
  private CompletableFuture<?> ended(Member member, boolean done) {
    if (!member.isDriver()) {
      return launcher.ended(member.process());
    }
    if (done) {
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<?> end =
        member.pid() == session.pid()
            ? new CompletableFuture<>()
            : ProcessHandle.of(member.pid())
                .<CompletableFuture<?>>map(ProcessHandle::onExit)
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    return end.orTimeout(DYING_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    memory.close();
    affairs.shutdownNow();
    try {
      // What it begins now, such as a worker, would outlive the node.
      if (!affairs.awaitTermination(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("something is still being done for a member while the node closes");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    launcher.killAll();
    codes.close();
    transport.close();
    store.close();
  }
}
