package ray.processes;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.core.node.MemoryMonitor;
import ray.core.node.MemoryMonitor.Usage;
import ray.core.node.MemoryMonitor.Victim;
import ray.core.node.MemoryMonitor.Work;
import ray.core.node.MemoryMonitor.Worker;
import ray.wire.socket.SocketTransport;

/**
 * Looks how much memory is in use, and says which worker is to be ended before it runs out. At rest
 * it reads one file, or one a process; who has what is found out only when memory is short.
 */
final class MemoryWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryWatch.class);

  /** As Ray's. */
  private static final long INTERVAL_MS = 250;

  /** A worker that has no time to answer is judged without; memory does not wait. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** While less than this share of what may be in use is, one look in so many is enough. */
  private static final double ROOMY = 0.7;

  private static final int LOOKS_WHILE_ROOMY = 4;

  private static final double MILLION = 1e6;

  private final MemoryLimits limits;
  private final MemoryMonitor monitor;
  private final MemoryFiles files = new MemoryFiles();
  private final Members members;
  private final WorkerLauncher launcher;
  private final StoreService store;
  private final SocketTransport transport;
  private final Consumer<Victim> end;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ray-memory").factory());

  /** How many looks are left out; used by the clock's thread. */
  private int toSkip;

  private volatile long ended;
  private volatile String last = "";

  /** A watch that has workers ended by {@code end}, which must not block. */
  MemoryWatch(
      MemoryLimits limits,
      Members members,
      WorkerLauncher launcher,
      StoreService store,
      SocketTransport transport,
      Consumer<Victim> end) {
    this.limits = limits;
    this.monitor = new MemoryMonitor(limits.threshold());
    this.members = members;
    this.launcher = launcher;
    this.store = store;
    this.transport = transport;
    this.end = end;
  }

  void start() {
    if (!limits.isOff()) {
      clock.scheduleWithFixedDelay(this::look, INTERVAL_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    try {
      if (toSkip > 0) {
        toSkip--;
        return;
      }
      Usage now = usage();
      toSkip = MemoryFiles.share(now) < ROOMY * limits.threshold() ? LOOKS_WHILE_ROOMY - 1 : 0;
      if (monitor.isShort(now, launcher::isRunning, System.nanoTime())) {
        List<Worker> workers = workers();
        // Asking has taken time: what has come back meanwhile spares whoever would have to go.
        Victim victim = monitor.choose(usage(), workers, System.nanoTime());
        if (victim != null) {
          last = Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + victim.reason();
          ended = ended + 1;
          end.accept(victim);
        }
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("the memory can't be watched: {}", e.toString());
    }
  }

  /** Of whatever is shorter of it. */
  private Usage usage() throws IOException {
    Usage machine = files.usage();
    Usage own = ownUsage();
    return own != null && MemoryFiles.share(own) >= MemoryFiles.share(machine) ? own : machine;
  }

  /** Of what the node may take; null where nobody has said how much that is. */
  private @Nullable Usage ownUsage() {
    Long limitBytes = limits.limitBytes();
    if (limitBytes == null) {
      return null;
    }
    long used = files.ownBytes(ProcessHandle.current().pid()) + store.takenBytes();
    for (WorkerLauncher.Worker worker : launcher.all()) {
      used += files.ownBytes(worker.process().pid());
    }
    return new Usage(used, limitBytes, "the node's processes and store");
  }

  private List<Worker> workers() {
    Map<Member, CompletableFuture<byte[]>> answers = new HashMap<>();
    for (Member member : members.all()) {
      if (!member.isDriver()) {
        answers.put(member, transport.ask(member.process(), Question.RUNS, new byte[0], PATIENCE));
      }
    }
    List<Worker> workers = new ArrayList<>();
    answers.forEach((member, answer) -> workers.add(worker(member, read(answer))));
    return workers;
  }

  private static @Nullable RunReport read(CompletableFuture<byte[]> answer) {
    try {
      return RunReport.read(answer.join());
    } catch (IOException | RuntimeException silent) {
      return null;
    }
  }

  private Worker worker(Member member, @Nullable RunReport report) {
    // Nobody knows what runs in one that is silent, so it is one of the last to go.
    RunReport known =
        report == null
            ? new RunReport(true, List.of(new Work("it does not answer", false, 0)))
            : report;
    return new Worker(
        member.process(),
        member.describe(),
        files.ownBytes(member.pid()),
        known.isNeeded(),
        known.work());
  }

  MemoryUse report() throws IOException {
    Usage own = ownUsage();
    Usage usage = own == null ? files.usage() : own;
    return new MemoryUse(
        usage.usedBytes(),
        usage.limitBytes(),
        usage.what(),
        Math.round(limits.threshold() * MILLION),
        ended,
        last);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
