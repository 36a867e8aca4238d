package ray.benchmarks.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
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
  private static final long WARM_UP_SECONDS = 600;
  private static final long SETTLE_MS = 30_000;

  /** From so many minutes on, everything must have come often enough to mean something. */
  private static final double FULL_MINUTES = 15;

  private static final int FULL_COUNT = 20;
  private static final int FULL_KILLS = 100;
  private static final int FULL_TASKS = 1_000_000;

  private static final int MAX_SHOWN = 20;

  private final String address;
  private final long seed;
  private final double killEverySeconds;
  private final boolean onlyKills;
  private final boolean terminal;
  private final PrintWriter out;
  private final Collection<Driver.Event> events = new ConcurrentLinkedDeque<>();
  private final List<String> problems = new ArrayList<>();
  private final long beganMs = System.currentTimeMillis();
  private final Drivers drivers;

  Soak(
      String address,
      long seed,
      double killEverySeconds,
      boolean onlyKills,
      boolean terminal,
      PrintWriter out) {
    this.onlyKills = onlyKills;
    this.address = address;
    this.seed = seed;
    this.killEverySeconds = killEverySeconds;
    this.terminal = terminal;
    this.out = out;
    this.drivers = new Drivers(address, 1_000 * seed, onlyKills, events::add);
  }

  /** Runs; returns whether all was well. Ends its drivers also when it is interrupted. */
  boolean run(double minutes) throws IOException, InterruptedException {
    try (drivers;
        NodeClient node = NodeClient.connect(address)) {
      long pid = node.status().pid();
      warmUp();
      awaitIdle(node);
      Counts before = Counts.of(pid);
      Faults faults =
          new Faults(new SplittableRandom(seed), killEverySeconds, onlyKills, pid, drivers);
      if (problems.isEmpty()) {
        boolean moved;
        try (faults) {
          for (int i = 0; i < DRIVERS; i++) {
            drivers.start();
          }
          moved = soak(faults, System.currentTimeMillis() + (long) (minutes * 60_000));
        }
        end(moved);
        if (moved) {
          awaitIdle(node);
          awaitCounts(pid, before);
        }
      }
      judge(faults);
      if (minutes >= FULL_MINUTES && !onlyKills) {
        judgeCounts(faults);
      }
      new SoakReport(out).print(drivers, faults.counts(), lostByKind(), problems);
    }
    return problems.isEmpty();
  }

  /** What a node and a program load or start when it is first needed is no leak. */
  private void warmUp() throws IOException, InterruptedException {
    Driver driver = Driver.start(address, 1_000 * seed, WARM_UP_PROGRAMS, onlyKills, events::add);
    try {
      if (!driver.await(WARM_UP_SECONDS)) {
        problems.add("the first driver has not ended well");
      }
    } finally {
      driver.kill();
    }
  }

  /** Returns whether it got on until the end. */
  private boolean soak(Faults faults, long untilMs) throws IOException, InterruptedException {
    long saidMs = 0;
    for (long nowMs; (nowMs = System.currentTimeMillis()) < untilMs; ) {
      faults.strike();
      if (nowMs - saidMs > (terminal ? 1_000 : 10_000)) {
        saidMs = nowMs;
        sayProgress(faults);
      }
      String wrong = drivers.check();
      if (!wrong.isEmpty()) {
        problems.add(wrong);
        return false;
      }
      for (Driver driver : drivers.running()) {
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

  private void end(boolean well) throws InterruptedException {
    if (!well) {
      // What hangs says where: give it the time.
      TimeUnit.SECONDS.sleep(2);
      return;
    }
    String wrong = drivers.end();
    if (!wrong.isEmpty()) {
      problems.add(wrong);
    }
  }

  private void sayProgress(Faults faults) {
    String line =
        String.format(
            "%4d s: %,d programs, %,d tasks and calls, %d faults, %d reports",
            (System.currentTimeMillis() - beganMs) / 1_000,
            drivers.programs().values().stream().mapToLong(n -> n).sum(),
            drivers.tasks(),
            faults.counts().values().stream().mapToInt(n -> n).sum(),
            events.stream().filter(event -> !isStrike(event)).count());
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
      if (status.drivers() == 0
          && status.workers() == 0
          && status.usedBytes() == 0
          && status.leases() == 0) {
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

  private static boolean isStrike(Driver.Event event) {
    return event.kind().equals(DriverProcess.STRIKES) || event.kind().equals(DriverProcess.STRUCK);
  }

  private void judge(Faults faults) {
    int shown = 0;
    events.stream().filter(Soak::isStrike).forEach(faults::add);
    for (Driver.Event event : events) {
      String text = String.join(" ", event.fields());
      boolean isProblem =
          switch (event.kind()) {
            case DriverProcess.LOST -> !isExplained(event, faults);
            case DriverProcess.STRIKES, DriverProcess.STRUCK -> false;
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

  private static boolean isExplained(Driver.Event event, Faults faults) {
    long fromMs = Long.parseLong(event.fields().get(0));
    long toMs = Long.parseLong(event.fields().get(1));
    return faults.explain(event.driver(), fromMs, toMs);
  }

  /** What came too seldom in a run that is long enough for all. */
  private void judgeCounts(Faults faults) {
    Map<Kind, Long> programs = drivers.programs();
    for (Kind kind : Kind.values()) {
      long count = programs.getOrDefault(kind, 0L);
      if (count < FULL_COUNT) {
        problems.add("programs of kind " + kind + " ran only " + count + " times");
      }
    }
    faults
        .counts()
        .forEach((fault, count) -> {
          if (count < (fault == Fault.KILLED_WORKER ? FULL_KILLS : FULL_COUNT)
              && (killEverySeconds > 0 || !fault.isTimed())) {
            problems.add("there was a " + fault + " only " + count + " times");
          }
        });
    if (drivers.tasks() < FULL_TASKS) {
      problems.add(String.format("only %,d tasks and calls were made", drivers.tasks()));
    }
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
