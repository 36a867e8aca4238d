package ray.processes;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import ray.ActorInfo;
import ray.EndedWorkers;
import ray.NodeInfo;
import ray.ObjectId;
import ray.RayStateException;
import ray.TaskInfo;
import ray.runtime.Looking;
import ray.runtime.RuntimeBackend;
import ray.wire.codec.OpaqueCodec;
import ray.wire.socket.SocketTransport;

/**
 * Looks into a node without taking part: for commands. What it asks blocks until the node answers,
 * and fails with a {@link RayStateException} if that does not.
 */
public final class NodeClient implements AutoCloseable {
  /** A node that is well answers within milliseconds, and within seconds what it asks of others. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Workers are given time to end, and new code is fetched before others start. */
  private static final Duration EXCHANGE_PATIENCE = Duration.ofMinutes(5);

  private final String address;
  private final Payload.Session session;
  private final SocketTransport transport;
  private final Duration patience;

  private NodeClient(
      String address, Payload.Session session, SocketTransport transport, Duration patience) {
    this.address = address;
    this.session = session;
    this.transport = transport;
    this.patience = patience;
  }

  /**
   * Connects.
   *
   * @throws ray.RayStateException if no node answers there, saying what to do
   */
  public static NodeClient connect(String address) throws IOException {
    return connect(address, PATIENCE);
  }

  /** The same, for who waits no longer than this for an answer. */
  static NodeClient connect(String address, Duration patience) throws IOException {
    byte[] token = Tokens.load(null);
    SessionClient.Reached node = SessionClient.find(address, token);
    SocketTransport transport =
        new SocketTransport(
            new SocketTransport.Config(
                RuntimeBackend.newId(new SecureRandom()),
                node.road(),
                token,
                OpaqueCodec.PASSING_ON,
                (process, reason) -> {},
                (asker, kind, payload) -> {
                  throw new IOException("a command answers no questions");
                }),
            "ray-reader");
    try {
      transport.start();
    } catch (UncheckedIOException e) {
      transport.close();
      throw new IOException("can't join the node at " + address + ": " + e.getMessage(), e);
    }
    return new NodeClient(address, node.session(), transport, patience);
  }

  private byte[] ask(int question) throws IOException {
    return ask(question, new byte[0]);
  }

  private byte[] ask(int question, byte[] payload) throws IOException {
    return ask(question, payload, patience);
  }

  private byte[] ask(int question, byte[] payload, Duration limit) throws IOException {
    CompletableFuture<byte[]> answer = transport.ask(session.node(), question, payload);
    transport.awaitBriefly(answer);
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new RayStateException(
          "the node at %s, process %d, has not answered for %s s: look at its log in %s, or %s"
              .formatted(address, session.pid(), seconds(limit), logs(), endIt(address)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the node was to answer");
    } catch (ExecutionException e) {
      String reason = e.getCause() == null ? "" : String.valueOf(e.getCause().getMessage());
      if (reason.startsWith(HeadReports.UNKNOWN_QUESTION)) {
        throw new RayStateException(
            "the node is of an older version than this command: stop it with `ray stop`, and start"
                + " another");
      }
      throw e.getCause() instanceof IOException told ? told : new IOException(e.getCause());
    }
  }

  /** How to end a node that does not answer, and no other. */
  static String endIt(String address) {
    return "end it on its machine with `ray stop --force --port "
        + address.substring(address.lastIndexOf(':') + 1)
        + "`";
  }

  private static String seconds(Duration limit) {
    return BigDecimal.valueOf(limit.toMillis(), 3).stripTrailingZeros().toPlainString();
  }

  /** The nodes. */
  public List<NodeInfo> nodes() throws IOException {
    return Payload.nodes(ask(Question.NODES), Payload.Load.read(ask(Question.LOAD)));
  }

  /** The actors. */
  public List<ActorInfo> actors() throws IOException {
    List<ActorInfo> infos = new ArrayList<>();
    for (Payload.ListedActor actor : Payload.Actors.read(ask(Question.ACTORS)).actors()) {
      infos.add(actor.info());
    }
    return infos;
  }

  /** What the node says of itself. */
  public NodeReport about() throws IOException {
    return NodeReport.read(ask(Question.ABOUT));
  }

  /** How much memory is in use, and which workers were ended for that. */
  public MemoryUse memory() throws IOException {
    return MemoryUse.read(ask(Question.MEMORY));
  }

  /** What the node keeps of its jobs' code. */
  public CodeReport code() throws IOException {
    return CodeReport.read(ask(Question.CODE));
  }

  /** Where the node's log and those of its workers lie. */
  public Path logs() {
    return session.logs();
  }

  /** What is in the object store, with at most so many of its objects. */
  public StoreContent store(int limit) throws IOException {
    return StoreContent.read(ask(Question.STORE_CONTENT, new Limit(limit).bytes()));
  }

  /** Programs and workers, without asking them: also those that would not answer. */
  public List<Member> members() throws IOException {
    MemberReport report = MemberReport.read(ask(Question.MEMBERS));
    return Stream.concat(report.members().stream(), report.ready().stream())
        .map(MemberReport.Seen::member)
        .toList();
  }

  /**
   * Ends the workers of a job, and starts another if that is wanted; blocks until it is done.
   *
   * @throws RayStateException if the job is busy, or has ended, saying what to do
   */
  public EndedWorkers endWorkers(long job, boolean force, boolean restart) throws IOException {
    byte[] answer;
    try {
      answer =
          ask(Question.END_WORKERS, new EndWorkers(job, force, restart).bytes(), EXCHANGE_PATIENCE);
    } catch (IOException e) {
      throw new RayStateException(String.valueOf(e.getMessage()));
    }
    return Ended.read(answer).toPublic();
  }

  /** Tasks of all programs and workers, at most so many: running ones first. */
  public Found<SeenTask> tasks(int limit) throws IOException {
    MemberRound round = ask(limit, Question.TASKS, Question.WORK);
    Map<ObjectId, Member> places = new HashMap<>();
    for (MemberRound.Answered each : round.answers(Question.WORK)) {
      for (SeenWorker.Part run : WorkReport.read(each.content()).runs()) {
        places.put(run.id(), each.member());
      }
    }
    List<SeenTask> tasks = new ArrayList<>();
    long total = 0;
    for (MemberRound.Answered each : round.answers(Question.TASKS)) {
      TaskReport report = TaskReport.read(each.content());
      total += report.total();
      for (TaskInfo task : report.tasks()) {
        Member worker = task.state() == TaskInfo.State.RUNNING ? places.get(task.id()) : null;
        tasks.add(new SeenTask(each.member(), task, Optional.ofNullable(worker)));
      }
    }
    tasks.sort(SeenTask.ORDER);
    return new Found<>(tasks.stream().limit(limit).toList(), total, round.notes());
  }

  /** The actors, living ones first, with where they live. */
  public List<SeenActor> seenActors() throws IOException {
    Map<Long, Member> members = new HashMap<>();
    members().forEach(member -> members.put(member.process(), member));
    List<SeenActor> actors = new ArrayList<>();
    for (Payload.ListedActor actor : Payload.Actors.read(ask(Question.ACTORS)).actors()) {
      actors.add(new SeenActor(actor.info(), Optional.ofNullable(members.get(actor.worker()))));
    }
    actors.sort(Comparator.comparing(actor -> actor.info().state() == ActorInfo.State.DEAD));
    return actors;
  }

  /**
   * Who holds which objects, at most so many of each process: the largest first. Who owns and who
   * borrows an object are entries of their own.
   */
  public Found<SeenObject> objects(int limit) throws IOException {
    MemberRound round = ask(limit, Question.OBJECTS);
    List<SeenObject> objects = new ArrayList<>();
    long total = 0;
    for (MemberRound.Answered each : round.answers(Question.OBJECTS)) {
      ObjectReport report = ObjectReport.read(each.content());
      total += report.total();
      for (Looking.Held held : report.objects()) {
        objects.add(new SeenObject(each.member(), held.owned(), held.info(), held.storeKey()));
      }
    }
    objects.sort(
        Comparator.comparingLong((SeenObject object) -> object.info().sizeBytes()).reversed());
    return new Found<>(objects, total, round.notes());
  }

  /** Programs and workers, with what they do. */
  public Found<SeenWorker> workers() throws IOException {
    MemberRound round = ask(1, Question.WORK);
    Map<Long, WorkReport> reports = new HashMap<>();
    for (MemberRound.Answered each : round.answers(Question.WORK)) {
      reports.put(each.member().process(), WorkReport.read(each.content()));
    }
    List<SeenWorker> workers = new ArrayList<>();
    for (MemberReport.Seen each : round.members().members()) {
      workers.add(each.worker(reports.get(each.member().process())));
    }
    for (MemberReport.Seen each : round.members().ready()) {
      workers.add(each.ready());
    }
    return new Found<>(workers, workers.size(), round.notes());
  }

  private MemberRound ask(int limit, Integer... questions) throws IOException {
    var asked =
        new MemberAnswers.Asked(Stream.of(questions).map(Integer::longValue).toList(), limit);
    MemberAnswers answers = MemberAnswers.read(ask(Question.ASK_MEMBERS, asked.bytes()));
    return new MemberRound(MemberReport.read(ask(Question.MEMBERS)), answers);
  }

  /** How busy the node is. */
  public Status status() throws IOException {
    Payload.Load load = Payload.Load.read(ask(Question.LOAD));
    return new Status(
        session.pid(),
        load.drivers(),
        load.workers(),
        load.leases(),
        load.blocked(),
        load.storeBytes(),
        load.usedBytes());
  }

  /**
   * How busy a node is.
   *
   * @param pid its process
   * @param drivers how many programs are connected
   * @param workers how many worker processes it has
   * @param leases how many runs and actors hold resources, or wait to go on
   * @param blocked how many of them wait, and hold nothing
   * @param storeBytes the size of its object store
   * @param usedBytes how much of that is in use
   */
  public record Status(
      long pid,
      long drivers,
      long workers,
      long leases,
      long blocked,
      long storeBytes,
      long usedBytes) {}

  @Override
  public void close() {
    transport.close();
  }
}
