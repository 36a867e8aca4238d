package ray.core.node;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What each job holds of a node's CPUs and has had of them, so that jobs which all want more get
 * the same. Who holds least is next, of those who hold the same who has had least. Where what there
 * is can't be parted evenly, it goes round: who has had more by {@link #QUANTUM_US} gives up.
 *
 * <p>A job that comes, or comes back, begins with what the poorest of the others has had: it is
 * owed nothing for the time before.
 */
final class JobShares {
  /** By how much of one CPU's time a job may be ahead of one that waits, in microseconds. */
  static final long QUANTUM_US = 100_000;

  private final Map<Long, Share> shares = new HashMap<>();
  private long lookedNs;
  private boolean looked;

  private static final class Share {
    final long job;

    /** What it holds of the CPUs now, in units, and how much of that is held by runs of tasks. */
    long heldUnits;

    long byRunsUnits;

    /** What it has had: units times microseconds. */
    long had;

    Share(long job) {
      this.job = job;
    }
  }

  /** What should be taken from a job, in leases, for the sake of one that waits. */
  record Surplus(long job, int leases) {}

  /** A job wants something. */
  void enter(long job) {
    if (!shares.containsKey(job)) {
      Share share = new Share(job);
      share.had = shares.values().stream().mapToLong(other -> other.had).min().orElse(0);
      shares.put(job, share);
    }
  }

  void hold(Lease lease, int sign) {
    enter(lease.job);
    Share share = shares.get(lease.job);
    if (share != null) {
      share.heldUnits += sign * lease.cpuUnits();
      if (!lease.isActors()) {
        share.byRunsUnits += sign * lease.cpuUnits();
      }
    }
  }

  boolean hasSeveral() {
    return shares.size() > 1;
  }

  /** Orders jobs by who is next. */
  int compare(long job, long other) {
    return compare(share(job), share(other));
  }

  private static int compare(Share share, Share other) {
    int held = Long.compare(share.heldUnits, other.heldUnits);
    if (held != 0) {
      return held;
    }
    int had = Long.compare(share.had, other.had);
    return had == 0 ? Long.compare(share.job, other.job) : had;
  }

  private Share share(long job) {
    Share share = shares.get(job);
    return share == null ? new Share(job) : share;
  }

  /** Time passed: adds what each has held since it was last looked, and forgets who has left. */
  void look(long nowNs, java.util.Set<Long> wanting) {
    long sinceUs = looked ? (nowNs - lookedNs) / 1_000 : 0;
    looked = true;
    lookedNs = nowNs;
    for (Share share : shares.values()) {
      share.had += share.heldUnits * sinceUs;
    }
    shares.values().removeIf(share -> share.heldUnits == 0 && !wanting.contains(share.job));
  }

  /**
   * Who has too much, by comparison with a job that waits for so much of the CPUs; null if nobody
   * has. Only what runs of tasks hold can be given up.
   */
  @Nullable Surplus surplus(long waiting, long wantedUnits) {
    Share poor = share(waiting);
    Share rich = null;
    for (Share each : shares.values()) {
      if (each.job != waiting
          && each.byRunsUnits > 0
          && each.heldUnits > poor.heldUnits
          && (rich == null || compare(each, rich) > 0)) {
        rich = each;
      }
    }
    if (rich == null || wantedUnits == 0) {
      return null;
    }
    long gap = rich.heldUnits - poor.heldUnits;
    if (gap >= 2 * wantedUnits) {
      return new Surplus(rich.job, (int) Math.min(LEASES_AT_ONCE, gap / (2 * wantedUnits)));
    }
    return rich.had - poor.had > QUANTUM_US * wantedUnits ? new Surplus(rich.job, 1) : null;
  }

  /** As many as an owner asks for at once. */
  private static final int LEASES_AT_ONCE = 256;
}
