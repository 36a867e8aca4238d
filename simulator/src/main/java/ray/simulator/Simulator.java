package ray.simulator;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import ray.simulator.coverage.Coverage;

/** Runs many seeds on all cores, until one breaks a rule or there are no more. */
public final class Simulator {
  private static final long PROGRESS_NS = 2_000_000_000L;

  /** How long is spent on making a failing run small. */
  private static final long SHRINK_NS = 20_000_000_000L;

  private final Options options;
  private final LongFunction<Map<String, Long>> runs;
  private final AtomicLong nextSeed = new AtomicLong();
  private final AtomicReference<@Nullable Run> failed = new AtomicReference<>();
  private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
  private final long startedNs = System.nanoTime();
  private long seeds;
  private long steps;
  private long tasks;
  private long compared;

  /**
   * What to run.
   *
   * @param firstSeed the first seed; others follow it
   * @param seeds how many, at most
   * @param workload which programs and faults
   * @param nodes how many nodes; 0 lets each seed decide
   * @param limitNs after how long no more are begun
   * @param threads how many run at a time
   */
  public record Options(
      long firstSeed, long seeds, Workload workload, int nodes, long limitNs, int threads) {}

  /**
   * How far it is.
   *
   * @param seeds how many seeds have run
   * @param steps how many things happened in them
   * @param tasks how many tasks began
   * @param compared how many programs came to the result of their serial evaluation
   * @param elapsedNs for how long
   * @param faults how many faults there were, by kind
   */
  public record Progress(
      long seeds,
      long steps,
      long tasks,
      long compared,
      long elapsedNs,
      Map<FaultKind, Long> faults) {}

  /** A simulator with something to do. */
  public Simulator(Options options) {
    this(options, new SeedCounts(options.workload().name(), options.nodes()));
  }

  /** A simulator that notes what of the cores is reached. */
  public Simulator(Options options, Coverage coverage) {
    this(options, coverage.seeds(options.workload().name(), options.nodes()));
  }

  private Simulator(Options options, LongFunction<Map<String, Long>> runs) {
    this.options = options;
    this.runs = runs;
    nextSeed.set(options.firstSeed());
  }

  /** Runs all; returns the first failure, made small, or null. */
  public @Nullable Failure run(Consumer<Progress> watcher) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < options.threads(); i++) {
      threads.add(Thread.ofPlatform().name("simulator-" + i).start(this::runSeeds));
    }
    for (Thread thread : threads) {
      join(thread, watcher);
    }
    watcher.accept(progress());
    Run failing = failed.get();
    return failing == null ? null : failure(failing);
  }

  private void join(Thread thread, Consumer<Progress> watcher) {
    try {
      while (!thread.join(java.time.Duration.ofNanos(PROGRESS_NS))) {
        watcher.accept(progress());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void runSeeds() {
    while (failed.get() == null
        && System.nanoTime() - startedNs < options.limitNs()
        && !Thread.currentThread().isInterrupted()) {
      long seed = nextSeed.getAndIncrement();
      if (seed - options.firstSeed() >= options.seeds()) {
        return;
      }
      Map<String, Long> counts = runs.apply(seed);
      count(counts);
      if (number(counts, SeedCounts.VIOLATIONS) > 0) {
        failed.compareAndSet(
            null, Run.of(Setting.of(seed, options.workload(), options.nodes()), null));
      }
    }
  }

  private synchronized void count(Map<String, Long> counts) {
    seeds++;
    steps += number(counts, SeedCounts.STEPS);
    tasks += number(counts, SeedCounts.TASKS);
    compared += number(counts, SeedCounts.COMPARED);
    for (FaultKind kind : FaultKind.values()) {
      long number = number(counts, kind.name());
      if (number > 0) {
        faults.merge(kind, number, Long::sum);
      }
    }
  }

  private static long number(Map<String, Long> counts, String name) {
    return counts.getOrDefault(name, 0L);
  }

  private synchronized Progress progress() {
    return new Progress(
        seeds, steps, tasks, compared, System.nanoTime() - startedNs, new EnumMap<>(faults));
  }

  private Failure failure(Run failing) {
    Run small = Shrinker.shrink(failing, SHRINK_NS);
    List<String> trace = new ArrayList<>();
    Run.of(small.setting(), trace::add);
    Violation violation = Objects.requireNonNull(small.violation());
    return new Failure(
        failing.setting().seed(),
        options.workload().name(),
        options.nodes(),
        violation.rule(),
        String.valueOf(violation.getMessage()),
        small.setting().toString(),
        trace);
  }

  /** Runs one seed, telling every step of it; returns what it broke, or null. */
  public static @Nullable Failure trace(
      long seed, Workload workload, int nodes, Consumer<String> lines) {
    Setting setting = Setting.of(seed, workload, nodes);
    Run run = Run.of(setting, lines);
    Violation violation = run.violation();
    return violation == null
        ? null
        : new Failure(
            seed,
            workload.name(),
            nodes,
            violation.rule(),
            String.valueOf(violation.getMessage()),
            setting.toString(),
            List.of());
  }

  /** The hash of everything that happens with a seed, the same on every machine. */
  public static long hash(long seed, Workload workload) {
    return Run.of(Setting.of(seed, workload, 0), null).hash();
  }
}
