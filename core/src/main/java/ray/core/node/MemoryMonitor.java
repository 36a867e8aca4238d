package ray.core.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ray.core.DeathCause;

/**
 * Chooses which worker a node ends before its memory runs out, as Ray does since 2.56: workers that
 * do nothing go first, the largest of them; then those all of whose work may run again; then the
 * others; of these the one with the newest work, which has lost the least. A pure state machine,
 * not thread-safe.
 *
 * <p>As workers are shared here, one holds several tasks: they go together, so one task that may
 * not run again protects its worker, and the newest task counts. A worker whose end would give back
 * next to nothing is passed over ({@link #WORTHWHILE_OF_LIMIT}, {@link #WORTHWHILE_OF_LARGEST}):
 * the newest task is often a small one. One worker is ended at a time, and the next not before its
 * memory has come back.
 */
public final class MemoryMonitor {
  /** A worker with less than this share of the memory is not worth ending. */
  static final double WORTHWHILE_OF_LIMIT = 0.01;

  /** Nor is one with less than this share of what the largest of its kind has. */
  static final double WORTHWHILE_OF_LARGEST = 0.25;

  /** A process that does not end within this time, which holds what it has, is not waited for. */
  static final long MAX_DYING_NS = 10_000_000_000L;

  private static final int MAX_NAMED = 5;
  private static final double GIB = 1L << 30;

  private final double threshold;
  private long victim;
  private long victimSinceNs;

  /**
   * How much memory is in use.
   *
   * @param usedBytes of all that counts
   * @param limitBytes how much there is
   * @param what whose memory it is, for people
   */
  public record Usage(long usedBytes, long limitBytes, String what) {}

  /**
   * A task that runs, or an actor.
   *
   * @param name what people see
   * @param isRetriable whether it would be run, or made, again
   * @param ageNs since when
   */
  public record Work(String name, boolean isRetriable, long ageNs) {}

  /**
   * A worker.
   *
   * @param id its id
   * @param name what people see
   * @param ownBytes what would come back if it ended: without what it shares with others
   * @param isNeeded whether it owns, or borrows, objects
   * @param work what runs and lives there
   */
  public record Worker(long id, String name, long ownBytes, boolean isNeeded, List<Work> work) {
    /** Copies. */
    public Worker {
      work = List.copyOf(work);
    }

    /** How it is thought of when one must go, the first first. */
    private Rank rank() {
      if (work.isEmpty()) {
        return isNeeded ? Rank.LAST : Rank.IDLE;
      }
      return work.stream().allMatch(Work::isRetriable) ? Rank.RETRIABLE : Rank.LAST;
    }

    private long youngestNs() {
      return work.stream().mapToLong(Work::ageNs).min().orElse(Long.MAX_VALUE);
    }
  }

  private enum Rank {
    /** Nobody would miss it. */
    IDLE,
    /** All that is there comes again. */
    RETRIABLE,
    /** Something is lost for good. */
    LAST
  }

  /**
   * Who is to be ended.
   *
   * @param worker which worker
   * @param cause whether it is to blame
   * @param reason why, for people
   */
  public record Victim(Worker worker, DeathCause cause, String reason) {}

  /** A monitor that keeps usage below a share of the limit, between 0 and 1. */
  public MemoryMonitor(double threshold) {
    this.threshold = threshold;
  }

  /**
   * Whether a worker should be ended, so that {@link #choose} is to be asked.
   *
   * @param lives whether a process is still there
   */
  public boolean isShort(Usage usage, LongPredicate lives, long nowNs) {
    if (victim != 0 && (!lives.test(victim) || nowNs - victimSinceNs > MAX_DYING_NS)) {
      victim = 0;
    }
    return victim == 0 && isOver(usage);
  }

  private boolean isOver(Usage usage) {
    return usage.usedBytes() > threshold * usage.limitBytes();
  }

  /** Chooses who is to be ended now; null if that would not help. */
  public @Nullable Victim choose(Usage usage, List<Worker> workers, long nowNs) {
    if (victim != 0 || !isOver(usage)) {
      return null;
    }
    for (Rank rank : Rank.values()) {
      Worker chosen = choose(workers.stream().filter(each -> each.rank() == rank).toList(), usage);
      if (chosen != null) {
        victim = chosen.id();
        victimSinceNs = nowNs;
        return new Victim(chosen, cause(chosen, workers), reason(chosen, workers, usage));
      }
    }
    return null;
  }

  private static @Nullable Worker choose(List<Worker> alike, Usage usage) {
    long largest = alike.stream().mapToLong(Worker::ownBytes).max().orElse(0);
    double worthwhile =
        Math.max(WORTHWHILE_OF_LIMIT * usage.limitBytes(), WORTHWHILE_OF_LARGEST * largest);
    return alike.stream()
        .filter(each -> each.ownBytes() >= worthwhile)
        .min(
            Comparator.comparingLong(Worker::youngestNs)
                .thenComparing(Comparator.comparingLong(Worker::ownBytes).reversed())
                .thenComparingLong(Worker::id))
        .orElse(null);
  }

  /** It is to blame if it alone takes more than all others where something runs. */
  private static DeathCause cause(Worker chosen, List<Worker> workers) {
    long others = 0;
    for (Worker each : workers) {
      if (each.id() != chosen.id() && !each.work().isEmpty()) {
        others += each.ownBytes();
      }
    }
    return chosen.ownBytes() > others ? DeathCause.OUT_OF_MEMORY : DeathCause.MADE_ROOM;
  }

  private String reason(Worker chosen, List<Worker> workers, Usage usage) {
    List<Worker> largest = new ArrayList<>(workers);
    largest.sort(Comparator.comparingLong(Worker::ownBytes).reversed());
    return String.format(
        Locale.ROOT,
        "memory ran short: %s of the %.2f GiB of %s were in use, more than %s %%; %s was ended,"
            + " which took %.2f GiB; most was taken by %s",
        gib(usage.usedBytes()),
        usage.limitBytes() / GIB,
        usage.what(),
        percent(),
        chosen.name(),
        chosen.ownBytes() / GIB,
        largest.stream()
            .limit(MAX_NAMED)
            .map(MemoryMonitor::shown)
            .collect(Collectors.joining(", ")));
  }

  private String percent() {
    return String.format(Locale.ROOT, "%.4g", 100 * threshold).replaceAll("\\.?0+$", "");
  }

  private static String shown(Worker worker) {
    String work =
        worker.work().stream()
            .map(Work::name)
            .distinct()
            .limit(MAX_NAMED)
            .collect(Collectors.joining(", "));
    return worker.name()
        + " with "
        + gib(worker.ownBytes())
        + " GiB ("
        + (work.isEmpty() ? "nothing runs there" : work)
        + ")";
  }

  private static String gib(long bytes) {
    return String.format(Locale.ROOT, "%.2f", bytes / GIB);
  }
}
