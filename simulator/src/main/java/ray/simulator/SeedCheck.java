package ray.simulator;

import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Runs a seed and says which rule it breaks, and how; null if all rules hold. The answer is in
 * types of the JDK, so that it can be asked for across class loaders.
 */
public final class SeedCheck implements LongFunction<Map.@Nullable Entry<String, String>> {
  private final Workload workload;

  /** A check of the seeds of a workload. */
  public SeedCheck(String workload) {
    Workload found = Workload.find(workload);
    if (found == null) {
      throw new IllegalArgumentException("there is no workload '" + workload + "'");
    }
    this.workload = found;
  }

  @Override
  public Map.@Nullable Entry<String, String> apply(long seed) {
    Violation violation = Run.of(Setting.of(seed, workload, 0), null).violation();
    return violation == null
        ? null
        : Map.entry(violation.rule().name(), String.valueOf(violation.getMessage()));
  }
}
