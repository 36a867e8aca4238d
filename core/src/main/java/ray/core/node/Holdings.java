package ray.core.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.core.Invariant;

/**
 * What leases hold of what a node has. A suspended lease has given its CPUs back and nothing else:
 * memory, GPUs and the program's own resources stay with whoever waits.
 */
final class Holdings {
  private final long node;
  private final Resources total;

  /** What no lease holds; negative where the node is oversubscribed. */
  private final Map<String, Long> free;

  /** What runs of tasks hold, as opposed to actors. */
  private final Map<String, Long> heldByRuns = new HashMap<>();

  /** How many leases that are not suspended each owner has, and of which job it is. */
  private final Map<Long, Use> inUse = new HashMap<>();

  private final Gpus gpus;
  private final JobShares shares = new JobShares();

  private static final class Use {
    final long job;
    int leases;

    Use(long job) {
      this.job = job;
    }
  }

  Holdings(long node, Resources total) {
    this.node = node;
    this.total = total;
    this.free = new HashMap<>(total.units());
    this.gpus = new Gpus(total.units().getOrDefault(Resources.GPU, 0L));
  }

  JobShares shares() {
    return shares;
  }

  /** Whether so much is free. */
  boolean fits(Resources asked) {
    for (Map.Entry<String, Long> need : asked.units().entrySet()) {
      if (free.getOrDefault(need.getKey(), 0L) < need.getValue()) {
        return false;
      }
    }
    long wanted = asked.units().getOrDefault(Resources.GPU, 0L);
    return wanted == 0 || gpus.find(wanted) != Gpus.NONE_FITS;
  }

  /** Whether so much is not free only because of what runs hold. */
  boolean waitsForRuns(Resources asked) {
    if (fits(asked)) {
      return false;
    }
    for (Map.Entry<String, Long> need : asked.units().entrySet()) {
      String name = need.getKey();
      if (free.getOrDefault(name, 0L) + heldByRuns.getOrDefault(name, 0L) < need.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** The GPUs that a lease would get, which fits; 0 if it asks for none. */
  long gpusFor(Resources asked) {
    long wanted = asked.units().getOrDefault(Resources.GPU, 0L);
    return wanted == 0 ? 0 : gpus.find(wanted);
  }

  /**
   * Whether a suspended lease may have its CPUs back: it waits for what other runs hold, which end
   * or wait in their turn, and not for what actors hold.
   */
  boolean mayGoOn(Lease lease) {
    return lease.cpuUnits() == 0
        || free.getOrDefault(Resources.CPU, 0L) >= lease.cpuUnits()
        || heldByRuns.getOrDefault(Resources.CPU, 0L) == 0;
  }

  /** Whether a lease that fits could have just these GPUs, a bit for each. */
  boolean fitsOn(long itsGpus, Resources asked) {
    return gpus.haveRoom(itsGpus, asked.units().getOrDefault(Resources.GPU, 0L));
  }

  /** A new lease, which gets these GPUs, a bit for each. */
  void take(Lease lease, long itsGpus) {
    lease.gpus = itsGpus;
    changeGpus(lease, 1);
    change(lease, lease.resources, 1);
    use(lease, 1);
  }

  /** A lease waits. */
  void suspend(Lease lease) {
    change(lease, lease.cpus(), -1);
    use(lease, -1);
  }

  /** A suspended lease goes on. */
  void resume(Lease lease) {
    change(lease, lease.cpus(), 1);
    use(lease, 1);
  }

  /** A lease has ended, suspended or not. */
  void release(Lease lease) {
    if (lease.suspended) {
      // It ends without going on, and is counted as if it had.
      resume(lease);
    }
    changeGpus(lease, -1);
    change(lease, lease.resources, -1);
    use(lease, -1);
    Invariant.check(isSound(), "no more is free than a node has", node);
  }

  private void changeGpus(Lease lease, int sign) {
    if (lease.gpus != 0) {
      gpus.change(lease.gpus, lease.resources.units().getOrDefault(Resources.GPU, 0L), sign);
    }
  }

  private void change(Lease lease, Resources amounts, int sign) {
    amounts.units().forEach((name, amount) -> free.merge(name, -sign * amount, Long::sum));
    if (!lease.isActors()) {
      amounts.units().forEach((name, amount) -> heldByRuns.merge(name, sign * amount, Long::sum));
    }
  }

  private void use(Lease lease, int sign) {
    shares.hold(lease, sign);
    if (!lease.isActors()) {
      Use use = inUse.computeIfAbsent(lease.owner, owner -> new Use(lease.job));
      use.leases += sign;
      if (use.leases == 0) {
        inUse.remove(lease.owner);
      }
    }
  }

  /** Runs of tasks never hold more than there is, whatever actors hold beside them. */
  boolean isSound() {
    for (Map.Entry<String, Long> all : total.units().entrySet()) {
      if (free.getOrDefault(all.getKey(), 0L) > all.getValue()
          || heldByRuns.getOrDefault(all.getKey(), 0L) > all.getValue()) {
        return false;
      }
    }
    return gpus.isSound();
  }

  /** Those who have leases that are not suspended. */
  List<Long> owners() {
    return List.copyOf(inUse.keySet());
  }

  /** Of a job's owners, the one with the most leases in use; null if none has any. */
  @Nullable Long richestOwner(long job) {
    Long richest = null;
    int most = 0;
    for (Map.Entry<Long, Use> each : inUse.entrySet()) {
      int leases = each.getValue().leases;
      if (each.getValue().job == job
          && (leases > most || leases == most && richest != null && each.getKey() < richest)) {
        richest = each.getKey();
        most = leases;
      }
    }
    return richest;
  }

  /** What is free; nothing of what the node is oversubscribed in. */
  Resources available() {
    Map<String, Long> available = new HashMap<>();
    free.forEach((name, amount) -> available.put(name, Math.max(0, amount)));
    return new Resources(available);
  }
}
