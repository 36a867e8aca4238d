package ray.simulator;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreLimits;

/** Lets things go wrong, as the seed says. */
final class Faults {
  private static final long MEAN_BETWEEN_NS = 2_000_000;

  /** How often at most, and about how long after each other, a job's workers are exchanged. */
  private static final int MAX_RESTARTS = 5;

  private static final long BETWEEN_RESTARTS_NS = 5_000_000;

  private final Setting setting;
  private final Cluster cluster;
  private final Dice dice;
  private final Dice starts;
  private final Dice restarts;
  private final List<FaultKind> timed;
  private final Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
  private int left;
  private boolean stopped;

  Faults(Setting setting, Cluster cluster, Dice dice) {
    this.setting = setting;
    this.cluster = cluster;
    this.dice = dice;
    this.starts = Dice.of(setting.seed(), 5);
    this.restarts = Dice.of(setting.seed(), 8);
    this.left = setting.maxFaults();
    this.timed = setting.faults().stream().filter(FaultKind::isTimed).toList();
  }

  Map<FaultKind, Integer> counts() {
    return counts;
  }

  void stop() {
    stopped = true;
  }

  boolean has(FaultKind kind) {
    return setting.faults().contains(kind);
  }

  private void count(FaultKind kind) {
    counts.merge(kind, 1, Integer::sum);
  }

  /** Plans restarts, so many at most. */
  void planRestarts() {
    if (has(FaultKind.RESTART)) {
      planRestarts(restarts.between(1, MAX_RESTARTS));
    }
  }

  private void planRestarts(int most) {
    if (most > 0) {
      cluster
          .schedule()
          .after(
              restarts.around(BETWEEN_RESTARTS_NS),
              () -> {
                if (!stopped && cluster.restartWorkers(restarts)) {
                  count(FaultKind.RESTART);
                }
                planRestarts(most - 1);
              });
    }
  }

  /** Plans the next fault. */
  void plan() {
    if (left > 0 && !timed.isEmpty()) {
      left--;
      cluster.schedule().after(dice.around(MEAN_BETWEEN_NS), this::strike);
    }
  }

  private void strike() {
    if (stopped) {
      return;
    }
    FaultKind kind = dice.pick(timed);
    boolean done =
        switch (kind) {
          case BREAK -> cluster.network().breakOne(dice.around(3_000_000));
          case WORKER_DEATH -> cluster.killWorker(dice);
          case MEMORY_KILL -> cluster.endForMemory(dice);
          case DRIVER_DEATH -> dice.oneIn(4) && cluster.killDriver(dice);
          case CLOSE -> dice.oneIn(4) && cluster.closeDriver(dice);
          case NODE_DEATH -> dice.oneIn(2) && cluster.killNode(dice);
          case FENCED -> cluster.fenceWorker(dice);
          case NODE_BIRTH -> cluster.addNode();
          case WORKER_BIRTH -> cluster.addWorker(dice);
          case PAUSE -> cluster.pause(dice);
          case CANCEL -> cluster.cancelSomething(dice);
          case FORCE -> cluster.cancelByForce(dice);
          case KILL -> cluster.killActor(dice);
          case SLOW_NODE, SKEWED_CLOCKS, STORE_FAILURE, FULL_STORE, NO_WORKER, RESTART, TIMEOUT ->
              throw new AssertionError(kind + " has no time");
        };
    if (done) {
      count(kind);
    }
    plan();
  }

  // ---- what goes wrong on its own occasions

  /** How many times slower than others a new node is. */
  int slowness() {
    if (has(FaultKind.SLOW_NODE) && dice.oneIn(4)) {
      count(FaultKind.SLOW_NODE);
      return dice.coin() ? 10 : 100;
    }
    return 1;
  }

  /** The clock of a new node. */
  Clock clock() {
    if (has(FaultKind.SKEWED_CLOCKS)) {
      count(FaultKind.SKEWED_CLOCKS);
      return new Clock(cluster.schedule(), dice.nextLong() >>> 4, dice.below(400_000) - 200_000);
    }
    return Clock.exact(cluster.schedule());
  }

  /** Whether a worker that is wanted can't be started. */
  boolean workerFails(long node) {
    if (!stopped && has(FaultKind.NO_WORKER) && starts.oneIn(setting.startsAFailure())) {
      count(FaultKind.NO_WORKER);
      cluster.facts().workerFailed();
      cluster.trace().note("can't start a worker", node, 0);
      return true;
    }
    return false;
  }

  /** Whether a store refuses a value. */
  boolean storeFails(long process) {
    if (!stopped && has(FaultKind.STORE_FAILURE) && dice.oneIn(20)) {
      count(FaultKind.STORE_FAILURE);
      cluster.facts().storeFailed();
      cluster.trace().note("finds no room", process, 0);
      return true;
    }
    return false;
  }

  /** The limits of a new node's store; null if there is to be room for all. */
  @Nullable StoreLimits storeLimits() {
    if (!has(FaultKind.FULL_STORE) || dice.oneIn(4)) {
      return null;
    }
    long capacityBytes = dice.between(2, 16) * 65_536L;
    long bankBytes = dice.coin() ? capacityBytes : capacityBytes / 2;
    return new StoreLimits(capacityBytes, bankBytes, dice.between(1, 6));
  }

  /** How long a value may wait for room in a new node's store. */
  long storePatienceNs() {
    return has(FaultKind.FULL_STORE) ? dice.between(0, 10) * 1_000_000L : 0;
  }

  /** A value has to wait for room. */
  void fullStore() {
    count(FaultKind.FULL_STORE);
  }

  /** The time limit of a new task; 0 for none. */
  long timeoutNs() {
    if (!stopped && has(FaultKind.TIMEOUT) && dice.oneIn(8)) {
      count(FaultKind.TIMEOUT);
      cluster.facts().timeLimited();
      return 1 + dice.below(2_000_000);
    }
    return 0;
  }
}
