package ray.processes;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.ActorInfo;
import ray.TaskInfo;
import ray.control.ControlShell;
import ray.core.control.ActorView;
import ray.node.NodeShell;
import ray.wire.socket.SocketTransport;

/**
 * Ends the workers of a job, and starts others, which have the code that its program has on its
 * disk by then. The workers are retired, so that nothing of what comes meanwhile is lost; that
 * nothing runs is asked of the job's processes before. Thread-safe; blocks.
 */
final class WorkerExchange {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerExchange.class);

  /** A process that lives answers within milliseconds; who asks has no more patience than this. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** How long workers have to end by themselves; those that nobody needs take half a second. */
  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  /** How long a new worker has to come. */
  private static final Duration START_PATIENCE = Duration.ofSeconds(30);

  private static final long LOOK_MS = 10;

  /** How many tasks and actors are named that keep a job busy. */
  private static final int MAX_NAMED = 3;

  private final SocketTransport transport;
  private final Members members;
  private final NodeShell node;
  private final ControlShell control;
  private final JobCodes codes;
  private final BiConsumer<Long, String> killer;

  /**
   * Ends workers of these members.
   *
   * @param killer ends a worker at once, and tells all of its death; returns when that is done
   */
  WorkerExchange(
      SocketTransport transport,
      Members members,
      NodeShell node,
      ControlShell control,
      JobCodes codes,
      BiConsumer<Long, String> killer) {
    this.transport = transport;
    this.members = members;
    this.node = node;
    this.control = control;
    this.codes = codes;
    this.killer = killer;
  }

  /** The workers that tasks of a job share; if there is none, starts one and waits for it. */
  List<Long> workers(long job) throws IOException {
    long deadlineNs = System.nanoTime() + START_PATIENCE.toNanos();
    while (true) {
      List<Long> shared =
          node.ask(core -> {
            List<Long> there = core.sharedWorkers(job);
            if (there.isEmpty()) {
              core.ensureWorker(job);
            }
            return there;
          });
      if (!shared.isEmpty()) {
        return shared;
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new IOException(
            "no worker of the job has come within "
                + START_PATIENCE.toSeconds()
                + " s: see `ray logs node` for the reason");
      }
      pause();
    }
  }

  /** Does what was asked for. */
  Ended end(long asker, EndWorkers asked) throws IOException {
    long job = asked.job();
    Member driver = members.driver(job);
    if (driver == null) {
      throw new IOException("job " + Long.toHexString(job) + " has ended, and its workers with it");
    }
    Member from = members.find(asker);
    if (from != null && !from.isDriver() && from.job() == job) {
      throw new IOException(
          "a task can't end the workers of its own job: ask for it from the program");
    }
    if (!asked.force()) {
      refuseIfBusy(job);
    }
    renewCode(job, asked.force());
    List<Long> ending = node.ask(core -> core.retireAll(job));
    if (asked.force()) {
      ending.forEach(worker -> killer.accept(worker, "all workers of its job were ended by force"));
    }
    List<Long> staying = awaitEnd(ending);
    if (asked.restart()) {
      workers(job);
    }
    return new Ended(ending.size() - staying.size(), staying);
  }

  /** Before the workers end: a task that comes meanwhile may start the first new one. */
  private void renewCode(long job, boolean force) throws IOException {
    try {
      codes.renew(job);
    } catch (IOException e) {
      if (!force) {
        throw new IOException(e.getMessage() + "; with force its workers end all the same", e);
      }
      LOG.warn("{}: its new workers have its code as it was", e.getMessage());
    }
  }

  private List<Long> awaitEnd(List<Long> ending) throws IOException {
    long deadlineNs = System.nanoTime() + END_PATIENCE.toNanos();
    while (true) {
      List<Long> left = ending.stream().filter(id -> members.find(id) != null).toList();
      if (left.isEmpty() || System.nanoTime() - deadlineNs > 0) {
        return left;
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the node is ending", e);
    }
  }

  // ---- who is busy

  private void refuseIfBusy(long job) throws IOException {
    List<String> busy = new ArrayList<>();
    for (Member member : members.all()) {
      if (member.job() == job) {
        addTasks(member, busy);
      }
    }
    List<ActorView> actors = new ArrayList<>();
    control.ask(core -> {
      core.forEachActor(actors::add);
      return true;
    });
    for (ActorView actor : actors) {
      if (actor.spec().creation().job() == job && actor.state() != ActorInfo.State.DEAD) {
        String name = actor.spec().options().name();
        busy.add("actor " + (name.isEmpty() ? actor.spec().className() : name) + " lives");
      }
    }
    if (!busy.isEmpty()) {
      int more = busy.size() - MAX_NAMED;
      throw new IOException(
          "job "
              + Long.toHexString(job)
              + " is busy: "
              + String.join(", ", busy.subList(0, Math.min(MAX_NAMED, busy.size())))
              + (more > 0 ? " and " + more + " more" : "")
              + "; wait until that has ended, or use force");
    }
  }

  private void addTasks(Member member, List<String> busy) throws IOException {
    byte[] answer;
    try {
      byte[] limit = new Limit(Integer.MAX_VALUE).bytes();
      answer = transport.ask(member.process(), Question.TASKS, limit, PATIENCE).join();
    } catch (CompletionException e) {
      if (members.find(member.process()) != null) {
        busy.add(member.describe() + " does not say what it does");
      }
      return;
    }
    for (TaskInfo task : TaskReport.read(answer).tasks()) {
      switch (task.state()) {
        case RUNNING -> busy.add("task " + task.name() + " runs");
        case QUEUED, WAITING_FOR_ARGUMENTS -> busy.add("task " + task.name() + " waits");
        case FINISHED, FAILED, CANCELLED -> {}
      }
    }
  }
}
