package ray.simulator;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/**
 * Runs a seed and says in numbers what came of it, in types of the JDK, so that it can be asked
 * across class loaders. Faults stand under the names of their kinds.
 */
public final class SeedCounts implements LongFunction<Map<String, Long>> {
  static final String STEPS = "steps";
  static final String TASKS = "tasks";
  static final String COMPARED = "compared";
  static final String VIOLATIONS = "violations";

  private final Workload workload;
  private final int nodes;

  /** Of seeds of a workload; 0 nodes lets each seed decide. */
  public SeedCounts(String workload, Integer nodes) {
    Workload found = Workload.find(workload);
    if (found == null) {
      throw new IllegalArgumentException("there is no workload '" + workload + "'");
    }
    this.workload = found;
    this.nodes = nodes;
  }

  @Override
  public Map<String, Long> apply(long seed) {
    Run run = Run.of(Setting.of(seed, workload, nodes), null);
    Map<String, Long> counts = new TreeMap<>();
    counts.put(STEPS, run.steps());
    counts.put(TASKS, (long) run.tasks());
    counts.put(COMPARED, (long) run.compared());
    counts.put(VIOLATIONS, run.violation() == null ? 0L : 1L);
    run.faults().forEach((kind, number) -> counts.put(kind.name(), (long) number));
    return counts;
  }
}
