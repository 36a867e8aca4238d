package ray.simulator.planted;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import ray.simulator.Rule;
import ray.simulator.SeedCheck;
import ray.simulator.cores.CoreSources;

/**
 * Plants bugs, one each in cores of its own, and runs seeds one after another until a rule is
 * broken. Several bugs are looked for at a time; when fewer are left than there are threads, more
 * than one looks for the same. What is found does not depend on that: it is the first seed that
 * breaks a rule with the bug, and none without it.
 */
public final class PlantedSearch {
  private static final Duration PROGRESS = Duration.ofSeconds(2);

  private final Options options;
  private final List<Hunt> hunts = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
  private final Set<String> failing = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean stopped = new AtomicBoolean();

  /**
   * What to look for.
   *
   * @param bugs which bugs
   * @param sources where they are planted
   * @param firstSeed the first seed for each
   * @param seeds how many seeds for each, at most
   * @param threads how many seeds run at a time
   */
  public record Options(
      List<PlantedBug> bugs, CoreSources sources, long firstSeed, long seeds, int threads) {}

  /**
   * How a bug showed itself.
   *
   * @param seed with which
   * @param rule which rule it breaks
   * @param what how
   */
  public record Found(long seed, Rule rule, String what) {}

  /**
   * What came of a bug.
   *
   * @param bug the bug
   * @param seeds how many seeds it took, or were run in vain
   * @param found how it was found; null if it was not
   * @param seconds how long that took
   */
  public record Result(PlantedBug bug, long seeds, @Nullable Found found, double seconds) {}

  /**
   * How far the search is.
   *
   * @param results of the bugs whose search is over since the last time
   * @param open how many seeds have run of the others, in vain so far
   * @param failing what breaks a rule without any planted bug, as workload and seed
   */
  public record Progress(List<Result> results, Map<String, Long> open, Set<String> failing) {}

  /** A search for these bugs. */
  public PlantedSearch(Options options) {
    this.options = options;
    options.bugs().forEach(bug -> hunts.add(new Hunt(bug)));
  }

  /**
   * Looks for all bugs; returns what came of each, in the order of the bugs.
   *
   * @throws PlantingException if one could not be planted
   */
  public List<Result> run(Consumer<Progress> watcher) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < options.threads(); i++) {
      threads.add(Thread.ofPlatform().name("planted-" + i).start(this::work));
    }
    List<Hunt> told = new ArrayList<>();
    try {
      for (Thread thread : threads) {
        while (!thread.join(PROGRESS)) {
          watcher.accept(progress(told));
        }
      }
    } catch (InterruptedException interrupted) {
      stopped.set(true);
      Thread.currentThread().interrupt();
    }
    switch (broken.get()) {
      case null -> {}
      case PlantingException notPlanted -> throw notPlanted;
      case Throwable other -> throw new IllegalStateException("the search broke off", other);
    }
    watcher.accept(progress(told));
    return hunts.stream().map(Hunt::result).toList();
  }

  private Progress progress(List<Hunt> told) {
    List<Result> results = new ArrayList<>();
    Map<String, Long> open = new TreeMap<>();
    for (Hunt hunt : hunts) {
      if (hunt.isOver() && !told.contains(hunt)) {
        told.add(hunt);
        results.add(hunt.result());
      } else if (hunt.isUnderWay()) {
        open.put(hunt.bug.name(), hunt.ran());
      }
    }
    return new Progress(results, open, new TreeSet<>(failing));
  }

  private void work() {
    try {
      for (Hunt hunt; !stopped.get() && (hunt = next()) != null; ) {
        hunt.search();
      }
    } catch (Throwable failure) {
      broken.compareAndSet(null, failure);
      stopped.set(true);
    }
  }

  /** The hunt that has the fewest threads; null if all are over. */
  private synchronized @Nullable Hunt next() {
    Hunt least = null;
    for (Hunt hunt : hunts) {
      if (hunt.hasMore() && (least == null || hunt.threads < least.threads)) {
        least = hunt;
      }
    }
    if (least != null) {
      least.threads++;
    }
    return least;
  }

  /** The search for one bug. */
  private final class Hunt {
    final PlantedBug bug;

    /** How many threads look for it, or have. */
    int threads;

    private @Nullable LongFunction<?> check;
    private long begun;
    private long ended;
    private @Nullable Found found;
    private long startedNs;
    private long endedNs;

    Hunt(PlantedBug bug) {
      this.bug = bug;
    }

    synchronized boolean hasMore() {
      return found == null && begun < options.seeds();
    }

    synchronized boolean isUnderWay() {
      return begun > 0 && !isOver();
    }

    synchronized boolean isOver() {
      return begun > 0 && !hasMore() && ended == begun;
    }

    synchronized long ran() {
      return ended;
    }

    synchronized Result result() {
      Found by = found;
      return new Result(
          bug,
          by == null ? ended : by.seed() - options.firstSeed() + 1,
          by,
          (endedNs - startedNs) / 1e9);
    }

    void search() {
      LongFunction<?> checked = check();
      while (!stopped.get() && begin() instanceof Long seed) {
        Object broken = checked.apply(seed);
        if (broken != null && new SeedCheck(bug.workload()).apply(seed) != null) {
          failing.add(bug.workload() + " " + seed);
          broken = null;
        }
        end(seed, broken);
      }
    }

    private synchronized LongFunction<?> check() {
      LongFunction<?> made = check;
      if (made == null) {
        startedNs = System.nanoTime();
        made =
            new PatchedCores(options.sources())
                .load(bug)
                .make(SeedCheck.class, LongFunction.class, bug.workload());
        check = made;
      }
      return made;
    }

    private synchronized @Nullable Long begin() {
      return hasMore() ? options.firstSeed() + begun++ : null;
    }

    private synchronized void end(long seed, @Nullable Object broken) {
      ended++;
      endedNs = System.nanoTime();
      if (broken instanceof Map.Entry<?, ?> rule && (found == null || seed < found.seed())) {
        found =
            new Found(seed, Rule.valueOf((String) rule.getKey()), String.valueOf(rule.getValue()));
      }
      if (isOver()) {
        // The cores with the bug can be unloaded.
        check = null;
      }
    }
  }
}
