package ray.core.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.RuntimeEnv;
import ray.core.FunctionKey;
import ray.core.Invariant;
import ray.core.VisibleGpus;

/**
 * A node's workers, in pools of those that can stand for each other: how many leases each has, how
 * many are on their way, and who has had nothing to do for long.
 */
final class WorkerPools {
  private final Map<Long, Worker> workers = new LinkedHashMap<>();
  private final Map<Pool, List<Worker>> pools = new HashMap<>();
  private final Map<Pool, Integer> starting = new HashMap<>();
  private int startingIsolated;

  /** Those that were told to end and have not yet. */
  private final Map<Long, Worker> leaving = new LinkedHashMap<>();

  /** How many could not be started since one was, where that is not none. */
  private final Map<Pool, Integer> failures = new HashMap<>();

  /** Workers that are alike. */
  record Pool(long job, RuntimeEnv runtimeEnv) {
    boolean isIsolated() {
      return runtimeEnv.isolated();
    }

    /** Those that see these GPUs, a bit for each, and no others; the same if there are none. */
    Pool with(long gpus) {
      return gpus == 0 ? this : new Pool(job, VisibleGpus.in(runtimeEnv, gpus));
    }
  }

  private static final class Worker {
    final long id;
    final Pool pool;

    /** Leases on it, suspended or not. */
    int leases;

    /** Whether it had nothing to do when somebody last looked, and since when. */
    boolean wasIdle;

    long idleSinceNs;

    Worker(long id, Pool pool) {
      this.id = id;
      this.pool = pool;
    }
  }

  /**
   * The worker of a pool that has the fewest leases, the oldest of those; of an isolated pool, one
   * that has none. Null if there is none.
   */
  @Nullable Long best(Pool pool) {
    Worker best = null;
    for (Worker each : pools.getOrDefault(pool, List.of())) {
      if (best == null || each.leases < best.leases) {
        best = each;
      }
    }
    return best == null || pool.isIsolated() && best.leases > 0 ? null : best.id;
  }

  boolean isEmpty(Pool pool) {
    return pools.getOrDefault(pool, List.of()).isEmpty();
  }

  /** How many of a pool are on their way. */
  int starting(Pool pool) {
    return starting.getOrDefault(pool, 0);
  }

  /** How many are on their way in isolated pools. */
  int startingIsolated() {
    return startingIsolated;
  }

  /** One more is on its way. */
  void start(Pool pool) {
    starting.merge(pool, 1, Integer::sum);
    if (pool.isIsolated()) {
      startingIsolated++;
    }
  }

  /** One is there; it may be one that nobody has asked for. */
  void started(Pool pool, long id) {
    arrived(pool);
    failures.remove(pool);
    Worker worker = new Worker(id, pool);
    workers.put(id, worker);
    pools.computeIfAbsent(pool, missing -> new ArrayList<>()).add(worker);
  }

  /** One that was on its way will not come. Returns how many of its pool there were in a row. */
  int failed(Pool pool) {
    arrived(pool);
    return failures.merge(pool, 1, Integer::sum);
  }

  /** Those that failed are forgotten. */
  void forgive(Pool pool) {
    failures.remove(pool);
  }

  private void arrived(Pool pool) {
    if (starting.containsKey(pool)) {
      starting.computeIfPresent(pool, (key, count) -> count == 1 ? null : count - 1);
      if (pool.isIsolated()) {
        startingIsolated--;
      }
    }
  }

  boolean isIsolated(long id) {
    Worker worker = workers.get(id);
    return worker != null && worker.pool.isIsolated();
  }

  /** Whether a worker is a process of its own with as many GPUs, for a class that asks for one. */
  boolean suits(long id, FunctionKey wanted) {
    return !wanted.runtimeEnv().isolated()
        || isIsolated(id)
            && Long.bitCount(gpus(id)) == Math.ceil(wanted.resources().amount(Resources.GPU));
  }

  /** One that has not ended, also if it is to. */
  private @Nullable Worker find(long id) {
    Worker worker = workers.get(id);
    return worker == null ? leaving.get(id) : worker;
  }

  /** Whether something runs on an isolated worker, so that nothing else may. */
  boolean isTaken(long id) {
    Worker worker = find(id);
    return worker != null && worker.pool.isIsolated() && worker.leases > 0;
  }

  /** The pool of a worker that has not ended. */
  Pool pool(long id) {
    return Objects.requireNonNull(find(id)).pool;
  }

  /** The GPUs that an isolated worker sees, a bit for each; 0 if there are none, or it is gone. */
  long gpus(long id) {
    Worker worker = find(id);
    return worker == null ? 0 : VisibleGpus.of(worker.pool.runtimeEnv());
  }

  void leased(long id) {
    Worker worker = find(id);
    if (worker != null) {
      worker.leases++;
      worker.wasIdle = false;
      Invariant.check(
          worker.leases == 1 || !worker.pool.isIsolated(),
          "nothing else is on an isolated one",
          id);
    }
  }

  void released(long id) {
    Worker worker = find(id);
    if (worker != null) {
      worker.leases--;
      Invariant.notNegative(worker.leases, "leases on a worker", id);
    }
  }

  /** One is gone. */
  void died(long id) {
    remove(id);
    leaving.remove(id);
  }

  /** One is to go: no more leases come to it. Returns whether it was there. */
  boolean retire(long id) {
    Worker worker = workers.get(id);
    if (worker != null) {
      leaving.put(id, worker);
    }
    return remove(id);
  }

  /** All of a job that have not ended, also those that are to. */
  List<Long> ofJob(long job) {
    List<Long> all = new ArrayList<>();
    for (Collection<Worker> each : List.of(leaving.values(), workers.values())) {
      for (Worker worker : each) {
        if (worker.pool.job() == job) {
          all.add(worker.id);
        }
      }
    }
    return all;
  }

  /** Those of a job that may have several leases, the oldest first. */
  List<Long> shared(long job) {
    return workers.values().stream()
        .filter(worker -> worker.pool.job() == job && !worker.pool.isIsolated())
        .map(worker -> worker.id)
        .toList();
  }

  /** Whether one is there that gets leases. */
  boolean isThere(long id) {
    return workers.containsKey(id);
  }

  private boolean remove(long id) {
    Worker worker = workers.remove(id);
    if (worker == null) {
      return false;
    }
    List<Worker> ofPool = pools.get(worker.pool);
    if (ofPool != null) {
      ofPool.remove(worker);
      if (ofPool.isEmpty()) {
        pools.remove(worker.pool);
      }
    }
    return true;
  }

  /** Removes those that have had no lease for so long, but not who is wanted, and returns them. */
  List<Long> removeIdle(long nowNs, long limitNs, LongPredicate isWanted) {
    List<Long> removed = new ArrayList<>();
    for (Worker worker : List.copyOf(workers.values())) {
      if (worker.leases > 0 || isWanted.test(worker.id)) {
        worker.wasIdle = false;
      } else if (!worker.wasIdle) {
        worker.wasIdle = true;
        worker.idleSinceNs = nowNs;
      } else if (nowNs - worker.idleSinceNs >= limitNs) {
        retire(worker.id);
        removed.add(worker.id);
      }
    }
    return removed;
  }
}
