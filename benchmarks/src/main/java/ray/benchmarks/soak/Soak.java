package ray.benchmarks.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import ray.processes.NodeClient;

/** One soak of a node: drivers, who kills, who watches. */
final class Soak {
  private static final int DRIVERS = 3;
  private static final int WARM_UP_PROGRAMS = 100;
  private static final long HANG_MS = 60_000;
  private static final long END_SECONDS = 120;
  private static final long SETTLE_MS = 30_000;

  /** A program may see a death that came before it, but not long. */
  private static final long DEATH_MARGIN_MS = 1_500;

  private static final int MAX_SHOWN = 20;

  private final String address;
  private final long seed;
  private final double killEverySeconds;
  private final boolean terminal;
  private final PrintWriter out;
  private final SplittableRandom random;
  private final Collection<Driver.Event> events = new ConcurrentLinkedDeque<>();
  private final Deque<Long> killsMs = new ArrayDeque<>();
  private final List<Driver> drivers = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final long beganMs = System.currentTimeMillis();

  Soak(String address, long seed, double killEverySeconds, boolean terminal, PrintWriter out) {
    this.address = address;
    this.seed = seed;
    this.killEverySeconds = killEverySeconds;
    this.terminal = terminal;
    this.out = out;
    this.random = new SplittableRandom(seed);
  }

  /** Runs; returns whether all was well. Ends its drivers also when it is interrupted. */
  boolean run(double minutes) throws IOException, InterruptedException {
    try (NodeClient node = NodeClient.connect(address)) {
      long pid = node.status().pid();
      warmUp();
      awaitIdle(node);
      Counts before = Counts.of(pid);
      if (problems.isEmpty()) {
        for (int i = 0; i < DRIVERS; i++) {
          drivers.add(Driver.start(address, 1_000 * seed + i + 1, Long.MAX_VALUE, events::add));
        }
        boolean moved = soak(pid, beganMs + (long) (minutes * 60_000));
        end(moved);
        if (moved) {
          awaitIdle(node);
          awaitCounts(pid, before);
        }
      }
    } finally {
      drivers.forEach(Driver::kill);
    }
    judge();
    new SoakReport(out).print(drivers, killsMs.size(), lostByKind(), problems);
    return problems.isEmpty();
  }

  /** What a node and a program load or start when it is first needed is no leak. */
  private void warmUp() throws IOException, InterruptedException {
    Driver driver = Driver.start(address, 1_000 * seed, WARM_UP_PROGRAMS, events::add);
    try {
      if (!driver.await(END_SECONDS)) {
        problems.add("the first driver has not ended well");
      }
    } finally {
      driver.kill();
    }
  }

  /** Returns whether it got on until the end. */
  private boolean soak(long node, long untilMs) throws InterruptedException {
    long nextKillMs = nextKillMs();
    long saidMs = 0;
    for (long nowMs; (nowMs = System.currentTimeMillis()) < untilMs; ) {
      if (nowMs > nextKillMs) {
        killWorker(node);
        nextKillMs = nextKillMs();
      }
      if (nowMs - saidMs > (terminal ? 1_000 : 10_000)) {
        saidMs = nowMs;
        sayProgress();
      }
      for (Driver driver : drivers) {
        if (!driver.isAlive()) {
          problems.add("a driver has ended by itself");
          return false;
        }
        if (nowMs - driver.movedMs() > HANG_MS) {
          problems.add("a driver has not got on for " + HANG_MS / 1_000 + " s");
          return false;
        }
      }
      if (events.stream().anyMatch(event -> event.kind().equals(DriverProcess.HANG))) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return true;
  }

  private long nextKillMs() {
    return killEverySeconds == 0
        ? Long.MAX_VALUE
        : System.currentTimeMillis()
            + (long) (1_000 * killEverySeconds * (0.5 + random.nextDouble()));
  }

  private void killWorker(long node) {
    // A node has no other children.
    List<ProcessHandle> workers =
        ProcessHandle.of(node).stream().flatMap(ProcessHandle::children).toList();
    if (!workers.isEmpty() && workers.get(random.nextInt(workers.size())).destroyForcibly()) {
      killsMs.add(System.currentTimeMillis());
    }
  }

  private void end(boolean well) throws InterruptedException {
    if (!well) {
      // What hangs says where: give it the time.
      TimeUnit.SECONDS.sleep(2);
      return;
    }
    drivers.forEach(Driver::stop);
    for (Driver driver : drivers) {
      if (!driver.await(END_SECONDS)) {
        problems.add("a driver has not ended well");
      }
    }
  }

  private void sayProgress() {
    long tasks = drivers.stream().mapToLong(Driver::tasks).sum();
    long programs =
        drivers.stream().flatMap(each -> each.programs().values().stream()).mapToLong(n -> n).sum();
    String line =
        String.format(
            "%4d s: %,d programs, %,d tasks and calls, %d workers killed, %d reports",
            (System.currentTimeMillis() - beganMs) / 1_000,
            programs,
            tasks,
            killsMs.size(),
            events.size());
    if (terminal) {
      out.print("\r" + line);
    } else {
      out.println(line);
    }
    out.flush();
  }

  // ---- what is left

  private void awaitIdle(NodeClient node) throws IOException, InterruptedException {
    long untilMs = System.currentTimeMillis() + SETTLE_MS;
    while (true) {
      NodeClient.Status status = node.status();
      if (status.drivers() == 0 && status.usedBytes() == 0 && status.leases() == 0) {
        return;
      }
      if (System.currentTimeMillis() > untilMs) {
        problems.add("the node did not come to rest: " + status);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private void awaitCounts(long pid, Counts before) throws InterruptedException {
    long untilMs = System.currentTimeMillis() + SETTLE_MS;
    for (String more; !(more = Counts.of(pid).moreThan(before)).isEmpty(); ) {
      if (System.currentTimeMillis() > untilMs) {
        problems.add("the node holds " + more);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  // ---- judgement

  private void judge() {
    int shown = 0;
    for (Driver.Event event : events) {
      String text = String.join(" ", event.fields());
      boolean isProblem =
          switch (event.kind()) {
            case DriverProcess.LOST -> !isExplained(event);
            default -> true;
          };
      if (isProblem) {
        problems.add(
            shown++ < MAX_SHOWN || event.kind().equals(DriverProcess.HANG)
                ? event.kind() + ": " + text
                : event.kind());
      }
    }
  }

  private boolean isExplained(Driver.Event event) {
    long fromMs = Long.parseLong(event.fields().get(0)) - DEATH_MARGIN_MS;
    long toMs = Long.parseLong(event.fields().get(1));
    return killsMs.stream().anyMatch(killMs -> killMs >= fromMs && killMs <= toMs);
  }

  private Map<Kind, Long> lostByKind() {
    Map<Kind, Long> lost = new TreeMap<>();
    for (Driver.Event event : events) {
      if (event.kind().equals(DriverProcess.LOST)) {
        lost.merge(Kind.valueOf(event.fields().get(2)), 1L, Long::sum);
      }
    }
    return lost;
  }
}
