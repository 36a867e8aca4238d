package ray.processes;

import org.jspecify.annotations.Nullable;
import ray.runtime.ExecutorShell;
import ray.runtime.OwnerShell;
import ray.store.GarbageRequest;
import ray.store.Store;

/**
 * Sees to it that dead refs and views of a process give their memory back, which only its own
 * garbage collector can notice: a worker that has come to rest would never collect by itself, and a
 * value that waits for room may wait for what another process holds. Collects on the thread that
 * looks, within the budget of {@link GarbageRequest}.
 */
final class GarbageWatch {
  /** How long a worker has to be at rest before it collects, once. */
  private static final long REST_NS = 500_000_000;

  private final OwnerShell owner;
  private final ExecutorShell executor;
  private final boolean whenAtRest;

  /** Whether a value waits for room, and no collection has followed. */
  private volatile boolean roomIsWanted;

  /** For which end of activity a collection has been made; used by the thread that looks. */
  private long collectedForNs;

  private long lookedNs = System.nanoTime();

  /**
   * A watch over a process.
   *
   * @param whenAtRest whether it collects when the process has come to rest: for workers, whose JVM
   *     is Ray's alone
   */
  GarbageWatch(OwnerShell owner, ExecutorShell executor, boolean whenAtRest) {
    this.owner = owner;
    this.executor = executor;
    this.whenAtRest = whenAtRest;
    this.collectedForNs = executor.activeNs();
  }

  /** A value waits for room in the node's store. */
  void roomIsWanted() {
    roomIsWanted = true;
  }

  /** Looks whether it is time; to be called many times a second, by one thread. */
  void look(@Nullable Store store) {
    if (store == null) {
      return;
    }
    store.drainViews();
    long activeNs = executor.activeNs();
    boolean atRest = whenAtRest && activeNs != collectedForNs && isAtRest(activeNs);
    if (!roomIsWanted && !atRest) {
      return;
    }
    if (!holdsSomething(store)) {
      roomIsWanted = false;
      collectedForNs = activeNs;
    } else if (GarbageRequest.tryCollect()) {
      roomIsWanted = false;
      collectedForNs = activeNs;
      store.drainViews();
    }
  }

  private boolean isAtRest(long activeNs) {
    long nowNs = System.nanoTime();
    if (nowNs - activeNs < REST_NS || nowNs - lookedNs < REST_NS) {
      return false;
    }
    // To ask costs a walk over what runs and waits here.
    lookedNs = nowNs;
    return !executor.isBusy();
  }

  private boolean holdsSomething(Store store) {
    return store.useCount() > 0 || owner.ask(core -> core.ownedCount() + core.borrowedCount()) > 0;
  }
}
