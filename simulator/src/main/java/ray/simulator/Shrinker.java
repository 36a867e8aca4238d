package ray.simulator;

import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a failing run small: a shorter program, fewer programs, nodes and faults, for as long as it
 * breaks the same rule.
 */
final class Shrinker {
  private final Rule rule;
  private final long deadlineNs;
  private Run best;

  private Shrinker(Run failing, Rule rule, long deadlineNs) {
    this.best = failing;
    this.rule = rule;
    this.deadlineNs = deadlineNs;
  }

  /** The smallest run found within the time that breaks the rule which this one breaks. */
  static Run shrink(Run failing, long limitNs) {
    Violation violation = failing.violation();
    if (violation == null) {
      throw new IllegalArgumentException("a run that breaks no rule");
    }
    Shrinker shrinker = new Shrinker(failing, violation.rule(), System.nanoTime() + limitNs);
    long before;
    do {
      before = shrinker.best.steps();
      shrinker.round();
    } while (shrinker.best.steps() < before && !shrinker.isOver());
    return shrinker.best;
  }

  private boolean isOver() {
    return System.nanoTime() - deadlineNs > 0;
  }

  private Setting setting() {
    return best.setting();
  }

  private void round() {
    for (int drivers = 1; drivers < setting().drivers(); drivers++) {
      attempt(setting().withCluster(setting().nodes(), drivers));
    }
    for (int most = 0; most < setting().maxFaults(); most += 1 + most / 2) {
      attempt(setting().withFaults(setting().faults(), most));
    }
    for (FaultKind kind : FaultKind.values()) {
      if (setting().faults().contains(kind)) {
        Set<FaultKind> fewer = new TreeSet<>(setting().faults());
        fewer.remove(kind);
        attempt(setting().withFaults(fewer, setting().maxFaults()));
      }
    }
    for (int steps = 1; steps < setting().steps(); steps += 1 + steps / 4) {
      attempt(setting().withSteps(steps));
    }
    for (int nodes = 1; nodes < setting().nodes(); nodes++) {
      attempt(setting().withCluster(nodes, setting().drivers()));
    }
    for (int depth = 1; depth < setting().depth(); depth++) {
      attempt(setting().withDepth(depth));
    }
    skip();
  }

  /** Leaves steps out, in pieces that become smaller. */
  private void skip() {
    for (int piece = Math.max(1, setting().steps() / 2); piece > 0; piece /= 2) {
      for (int from = 0; from < setting().steps() && !isOver(); from += piece) {
        BitSet more = (BitSet) setting().skipped().clone();
        more.set(from, Math.min(setting().steps(), from + piece));
        if (!more.equals(setting().skipped())) {
          attempt(setting().withSkipped(more));
        }
      }
    }
  }

  private void attempt(Setting smaller) {
    if (isOver()) {
      return;
    }
    Run run = Run.of(smaller, null);
    Violation violation = run.violation();
    if (violation != null && violation.rule() == rule && run.steps() <= best.steps()) {
      best = run;
    }
  }
}
