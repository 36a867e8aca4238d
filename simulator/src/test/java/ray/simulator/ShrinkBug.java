package ray.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** Makes the run of a seed that breaks a rule small, and says what it was before and after. */
public final class ShrinkBug implements LongFunction<Map<String, Object>> {
  private static final long LIMIT_NS = TimeUnit.MINUTES.toNanos(2);

  /** For class loaders. */
  public ShrinkBug() {}

  @Override
  public Map<String, Object> apply(long seed) {
    Workload workload = Objects.requireNonNull(Workload.find("everything"));
    Run failing = Run.of(Setting.of(seed, workload, 0), null);
    Run small = Shrinker.shrink(failing, LIMIT_NS);
    Run again = Run.of(small.setting(), null);
    Map<String, Object> said = new LinkedHashMap<>();
    tell("before", failing, said);
    tell("after", again, said);
    return said;
  }

  private static void tell(String when, Run run, Map<String, Object> said) {
    Setting setting = run.setting();
    said.put("rule " + when, Objects.requireNonNull(run.violation()).rule().name());
    said.put(
        "program steps " + when,
        setting.drivers() * (setting.steps() - setting.skipped().cardinality()));
    said.put("faults " + when, setting.maxFaults());
    said.put("steps " + when, run.steps());
  }
}
