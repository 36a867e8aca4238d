package ray.simulator;

import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * All that decides a run. Most of it comes of the seed; a failing run is made smaller by changing
 * the rest.
 *
 * @param seed of all chance
 * @param workload the family
 * @param nodes how many machines
 * @param drivers how many programs, each a job of its own
 * @param cpus of each node
 * @param steps how many things each driver does
 * @param depth how deep its tasks nest
 * @param skipped which of the steps are left out
 * @param features what programs do
 * @param faults what goes wrong
 * @param maxFaults how many of the faults that come at a time of their own
 */
record Setting(
    long seed,
    Workload workload,
    int nodes,
    int drivers,
    int cpus,
    int steps,
    int depth,
    BitSet skipped,
    Features features,
    Set<FaultKind> faults,
    int maxFaults) {
  private static final int MIN_TASKS = 50;
  private static final int MAX_TASKS = 400;
  private static final int MAX_FAULTS = 30;

  /** The setting of a seed; {@code nodes} 0 lets the seed decide. */
  static Setting of(long seed, Workload workload, int nodes) {
    Dice dice = Dice.of(seed, 1);
    Set<FaultKind> faults = new TreeSet<>();
    for (FaultKind kind : FaultKind.values()) {
      // What came later has dice of its own, so that seeds mean what they have meant before.
      Dice its = kind == FaultKind.RESTART ? Dice.of(seed, 6) : dice;
      if (workload.faults().contains(kind) && !its.oneIn(3)) {
        faults.add(kind);
      }
    }
    int decided = dice.between(3, 5);
    int drivers = dice.between(1, 3);
    Setting first =
        new Setting(
            seed,
            workload,
            nodes == 0 ? decided : nodes,
            drivers,
            dice.between(1, 3),
            8,
            dice.between(2, 3),
            new BitSet(),
            workload.features().some(dice),
            faults,
            dice.oneIn(8) ? 0 : 1 + dice.below(MAX_FAULTS));
    return first.grown();
  }

  /** With programs long enough to submit as many tasks as a run should have. */
  private Setting grown() {
    Setting grown = this;
    while (grown.tasks() < MIN_TASKS && grown.steps < 1000) {
      grown = grown.withSteps(grown.steps + grown.steps / 2);
    }
    while (grown.tasks() > MAX_TASKS && grown.steps > 4) {
      grown = grown.withSteps(grown.steps * 3 / 4);
    }
    return grown;
  }

  /**
   * Whether some tasks and actors ask for processes of their own. Programs that share all workers
   * reach other states than those that do not.
   */
  boolean hasProcesses() {
    return seed % 2 == 0;
  }

  /** After how many tasks the workers of a node end; 0: after any number. */
  int maxTasks() {
    Dice dice = Dice.of(seed, 7);
    return hasProcesses() && dice.coin() ? 1 + dice.below(20) : 0;
  }

  /**
   * Whether some actors that nobody waits for hold CPUs, or GPUs. Such take what tasks need, so
   * runs without them have more that goes on at a time.
   */
  boolean hasActorsWithCpus() {
    return Dice.of(seed, 9).oneIn(3);
  }

  /** Whether some tasks that nobody waits for are for one worker alone. */
  boolean hasTasksForOneWorker() {
    return Dice.of(seed, 10).oneIn(3);
  }

  /**
   * Whether some tasks prefer a node to others, ask for a label, or take the nodes in turn that
   * have what they need, in place of such that go to one node, or to all.
   */
  boolean hasRareStrategies() {
    return Dice.of(seed, 12).oneIn(3);
  }

  /** Of how many starts of a worker one fails, where some may. */
  int startsAFailure() {
    return Dice.of(seed, 11).oneIn(4) ? 2 : 16;
  }

  /**
   * How long owners keep idle leases: as where the node is in the same JVM, or for so long that a
   * task which waits for an idle lease of somebody else waits for ever.
   */
  long idleLeaseNs() {
    return Dice.of(seed, 13).coin() ? 5_000_000 : 3 * Cluster.QUIET_NS;
  }

  /** How many tasks the programs submit when all goes well. */
  int tasks() {
    int tasks = 0;
    for (int i = 0; i < drivers; i++) {
      tasks += SerialWorld.evaluate(program(i)).tasks();
    }
    return tasks;
  }

  Program program(int driver) {
    return Program.driver(Dice.of(seed, 100 + driver).nextLong(), steps, depth, skipped, features);
  }

  Setting withSteps(int changed) {
    return new Setting(
        seed, workload, nodes, drivers, cpus, changed, depth, skipped, features, faults, maxFaults);
  }

  Setting withSkipped(BitSet changed) {
    return new Setting(
        seed, workload, nodes, drivers, cpus, steps, depth, changed, features, faults, maxFaults);
  }

  Setting withDepth(int changed) {
    return new Setting(
        seed, workload, nodes, drivers, cpus, steps, changed, skipped, features, faults, maxFaults);
  }

  Setting withCluster(int lessNodes, int lessDrivers) {
    return new Setting(
        seed,
        workload,
        lessNodes,
        lessDrivers,
        cpus,
        steps,
        depth,
        skipped,
        features,
        faults,
        maxFaults);
  }

  Setting withFaults(Set<FaultKind> changed, int most) {
    return new Setting(
        seed, workload, nodes, drivers, cpus, steps, depth, skipped, features, changed, most);
  }
}
