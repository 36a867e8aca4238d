package ray.processes;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import ray.wire.socket.SocketTransport;

/**
 * Answers those who look into a node: what it knows itself, and what its members know, whom it asks
 * all at once. Thread-safe; may block for as long as members are given to answer.
 */
final class HeadReports {
  /** A member that lives answers within milliseconds; who looks has no more patience than this. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** How an answer begins to a question that a node does not know. */
  static final String UNKNOWN_QUESTION = "a node answers no question of kind ";

  /** What members may be asked on behalf of others. */
  private static final Set<Long> FOR_MEMBERS =
      Set.of((long) Question.TASKS, (long) Question.OBJECTS, (long) Question.WORK);

  private final SocketTransport transport;
  private final Members members;
  private final WorkerLauncher launcher;
  private final StoreService store;
  private final JobCodes codes;
  private final Payload.Session session;
  private final Instant started = Instant.now();
  private volatile String host = NodeOptions.LOOPBACK;
  private volatile int port;

  HeadReports(
      SocketTransport transport,
      Members members,
      WorkerLauncher launcher,
      StoreService store,
      JobCodes codes,
      Payload.Session session) {
    this.transport = transport;
    this.members = members;
    this.launcher = launcher;
    this.store = store;
    this.codes = codes;
    this.session = session;
  }

  void listensAt(String reachable, int chosen) {
    host = reachable;
    port = chosen;
  }

  /** Answers a question of those who look in. */
  byte[] answer(int kind, byte[] payload) throws IOException {
    return switch (kind) {
      case Question.MEMBERS -> members().bytes();
      case Question.ASK_MEMBERS -> ask(MemberAnswers.Asked.read(payload)).bytes();
      case Question.STORE_CONTENT -> store.content(Limit.read(payload).count()).bytes();
      case Question.ABOUT -> about().bytes();
      case Question.CODE -> codes.report().bytes();
      default -> throw new IOException(UNKNOWN_QUESTION + kind);
    };
  }

  private MemberReport members() {
    return new MemberReport(
        members.all().stream().map(MemberReport.Seen::of).toList(),
        launcher.ready().stream()
            .map(worker -> new Member(worker.id(), 0, worker.process().pid(), false))
            .map(MemberReport.Seen::of)
            .toList());
  }

  private NodeReport about() {
    return new NodeReport(
        host,
        port,
        session.pid(),
        RayVersion.read(),
        Runtime.version().toString(),
        started,
        session.folder(),
        ProcessMemory.of(session.pid()));
  }

  private record Pending(long process, int question, CompletableFuture<byte[]> answer) {}

  private MemberAnswers ask(MemberAnswers.Asked asked) throws IOException {
    if (!FOR_MEMBERS.containsAll(asked.questions())) {
      throw new IOException("members answer no questions of kinds " + asked.questions());
    }
    byte[] limit = new Limit(asked.limit()).bytes();
    List<Pending> pending = new ArrayList<>();
    for (Member member : members.all()) {
      for (long question : asked.questions()) {
        pending.add(
            new Pending(
                member.process(),
                (int) question,
                transport.ask(member.process(), (int) question, limit, PATIENCE)));
      }
    }
    List<MemberAnswers.Answer> answers = new ArrayList<>();
    List<MemberAnswers.Silent> silent = new ArrayList<>();
    for (Pending each : pending) {
      try {
        byte[] content = each.answer().join();
        answers.add(new MemberAnswers.Answer(each.process(), each.question(), content));
      } catch (CompletionException e) {
        String reason = e.getCause() == null ? e.toString() : e.getCause().getMessage();
        if (silent.stream().noneMatch(known -> known.process() == each.process())) {
          silent.add(new MemberAnswers.Silent(each.process(), String.valueOf(reason)));
        }
      }
    }
    return new MemberAnswers(answers, silent);
  }
}
