package ray.benchmarks.soak;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong during a soak: does it when the dice say so, counts it, and knows which losses it
 * explains. Used by one thread.
 */
final class Faults implements AutoCloseable {
  /** A program may see a death that came before it, but not long. */
  private static final long DEATH_MARGIN_MS = 1_500;

  /** Fault times are those of {@link Fault#everyMs} where workers are killed so often. */
  private static final double USUAL_KILL_EVERY_SECONDS = 3;

  private static final int MIN_FROZEN_MS = 300;
  private static final int MAX_FROZEN_MS = 3_000;

  private final SplittableRandom random;
  private final double scale;
  private final long node;
  private final Drivers drivers;
  private final Map<Fault, Long> nextMs = new EnumMap<>(Fault.class);
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private final Deque<Frozen> frozen = new ArrayDeque<>();

  /** When something died that may have had anything of any driver. */
  private final List<Death> deaths = new ArrayList<>();

  /** What the faults of programs may explain, by their driver. */
  private final Map<Driver, Map<String, Strike>> strikes = new HashMap<>();

  private record Frozen(long pid, long untilMs) {}

  /** Programs may know of it before the signal's sender has returned. */
  private record Death(long fromMs, long toMs) {}

  private record Strike(Fault fault, long fromMs, long toMs) {}

  /**
   * Faults of a node.
   *
   * @param killEverySeconds how often a worker is killed, about; 0 for no faults but those of
   *     programs
   * @param node its process
   */
  Faults(
      SplittableRandom random,
      double killEverySeconds,
      boolean onlyKills,
      long node,
      Drivers drivers) {
    this.random = random;
    this.scale = killEverySeconds / USUAL_KILL_EVERY_SECONDS;
    this.node = node;
    this.drivers = drivers;
    for (Fault fault : Fault.values()) {
      counts.put(fault, 0);
      if (fault.isTimed() && scale > 0 && (!onlyKills || fault == Fault.KILLED_WORKER)) {
        plan(fault);
      }
    }
  }

  private void plan(Fault fault) {
    nextMs.put(
        fault,
        System.currentTimeMillis()
            + (long) (scale * fault.everyMs() * (0.5 + random.nextDouble())));
  }

  /** Does what is due. */
  void strike() throws IOException, InterruptedException {
    long nowMs = System.currentTimeMillis();
    while (!frozen.isEmpty() && frozen.peek().untilMs() <= nowMs) {
      signal("CONT", frozen.remove().pid());
    }
    for (Fault fault : List.copyOf(nextMs.keySet())) {
      if (nowMs > nextMs.getOrDefault(fault, Long.MAX_VALUE)) {
        long fromMs = System.currentTimeMillis();
        if (does(fault)) {
          counts.merge(fault, 1, Integer::sum);
          if (fault.isDeadly()) {
            deaths.add(new Death(fromMs, System.currentTimeMillis()));
          }
        }
        plan(fault);
      }
    }
  }

  private boolean does(Fault fault) throws IOException, InterruptedException {
    return switch (fault) {
      case KILLED_WORKER -> harm("KILL");
      case CRASHED_WORKER -> harm(random.nextBoolean() ? "SEGV" : "ABRT");
      case FROZEN_WORKER -> freeze();
      case KILLED_DRIVER -> drivers.killOne(random);
      case ENDED_DRIVER -> drivers.endOne(random);
      case EXIT, KILLED_ISOLATED, OUT_OF_MEMORY, STACK_OVERFLOW ->
          throw new IllegalArgumentException(fault + " is a program's");
    };
  }

  private @Nullable Long worker() {
    // A node has no other children.
    List<Long> workers =
        ProcessHandle.of(node).stream()
            .flatMap(ProcessHandle::children)
            .map(ProcessHandle::pid)
            .filter(pid -> frozen.stream().noneMatch(each -> each.pid() == pid))
            .toList();
    return workers.isEmpty() ? null : workers.get(random.nextInt(workers.size()));
  }

  private boolean harm(String signal) throws IOException, InterruptedException {
    Long worker = worker();
    return worker != null && signal(signal, worker);
  }

  private boolean freeze() throws IOException, InterruptedException {
    Long worker = worker();
    if (worker == null || !signal("STOP", worker)) {
      return false;
    }
    // In order of their ends: one is not frozen longer than one that was frozen before.
    long untilMs = System.currentTimeMillis() + random.nextInt(MIN_FROZEN_MS, MAX_FROZEN_MS);
    Frozen last = frozen.peekLast();
    frozen.add(new Frozen(worker, last == null ? untilMs : Math.max(untilMs, last.untilMs())));
    return true;
  }

  private static boolean signal(String name, long pid) throws IOException, InterruptedException {
    return new ProcessBuilder("kill", "-" + name, Long.toString(pid))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  /** Nothing more goes wrong; what is frozen goes on. */
  @Override
  public void close() {
    nextMs.clear();
    try {
      while (!frozen.isEmpty()) {
        signal("CONT", frozen.remove().pid());
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  // ---- what programs do

  /** A program says that it does harm, or has done it. */
  void add(Driver.Event event) {
    boolean begins = event.kind().equals(DriverProcess.STRIKES);
    Fault fault = Fault.valueOf(event.fields().get(0));
    long atMs = Long.parseLong(event.fields().get(2));
    Map<String, Strike> own = strikes.computeIfAbsent(event.driver(), missing -> new HashMap<>());
    if (begins) {
      counts.merge(fault, 1, Integer::sum);
    }
    if (fault.isDeadly()) {
      String program = event.fields().get(1);
      Strike before = own.get(program);
      own.put(
          program,
          new Strike(
              fault,
              before == null ? atMs : before.fromMs(),
              begins ? atMs + Trial.PATIENCE.toMillis() : atMs));
    }
  }

  // ---- what it explains

  /** How often each was done. */
  Map<Fault, Integer> counts() {
    return counts;
  }

  /** Whether a program of a driver may have lost something in this time. */
  boolean explain(Driver driver, long fromMs, long toMs) {
    long sinceMs = fromMs - DEATH_MARGIN_MS;
    return deaths.stream().anyMatch(death -> death.toMs() >= sinceMs && death.fromMs() <= toMs)
        || strikes.getOrDefault(driver, Map.of()).values().stream()
            .anyMatch(strike -> strike.toMs() >= sinceMs && strike.fromMs() <= toMs);
  }
}
