package ray.core.executor;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which GPUs each lease of a queue has, and which leases lanes use: other leases are all alike, but
 * a run must know which of these is its own.
 */
final class GpuLeases {
  private final Map<Long, Long> gpus = new HashMap<>();
  private final Set<Long> lent = new HashSet<>();

  void add(long lease, long itsGpus) {
    gpus.put(lease, itsGpus);
  }

  /** A lane begins: takes one of these leases that no other uses. */
  long lend(ArrayDeque<Long> leases) {
    for (long lease : leases) {
      if (lent.add(lease)) {
        return lease;
      }
    }
    throw new IllegalStateException("a lane began without a lease");
  }

  /** A lane has ended. */
  void giveBack(long lease) {
    lent.remove(lease);
  }

  /** The GPUs of a lease, a bit for each. */
  long gpus(long lease) {
    return gpus.getOrDefault(lease, 0L);
  }

  /** Takes one out that no lane uses, to be returned. */
  long removeUnused(ArrayDeque<Long> leases) {
    for (long lease : leases) {
      if (!lent.contains(lease)) {
        leases.remove(lease);
        gpus.remove(lease);
        return lease;
      }
    }
    throw new IllegalStateException("all leases are in use");
  }
}
