package ray.benchmarks.jmh;

import java.util.List;
import java.util.Map;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** Tasks as the cores see them. */
final class Tasks {
  static final long OWNER = 11;
  static final long WORKER = 12;
  static final long NODE = 13;
  static final long CONTROL = 14;
  static final long JOB = 15;
  static final FunctionKey KEY =
      new FunctionKey("smallValue", Resources.ONE_CPU, SchedulingStrategy.standard());
  static final Outcome VALUE = new Outcome.Inline("ok", 2, List.of());

  /** How long a run claims to have taken. */
  static final long DURATION_NS = 500;

  private static final Object FUNCTION = "smallValue";
  private static final Object[] NO_ARGUMENTS = {};
  private static final TaskPolicy POLICY = new TaskPolicy(3, List.of(), 0, 64, "", Map.of());

  private Tasks() {}

  static TaskSpec task(long number) {
    return new TaskSpec(
        new ObjectId(OWNER, number),
        null,
        new CallSpec(JOB, KEY, "smallValue", FUNCTION, 1, POLICY),
        NO_ARGUMENTS,
        List.of(),
        null);
  }
}
