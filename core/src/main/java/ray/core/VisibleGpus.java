package ray.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import ray.RuntimeEnv;

/**
 * How a worker's process is told which of the node's GPUs it is for: by an environment variable.
 */
public final class VisibleGpus {
  /** Holds the indices, separated by commas. */
  public static final String VARIABLE = "RAY_GPU_IDS";

  private VisibleGpus() {}

  /** The same environment with these GPUs, a bit for each. */
  public static RuntimeEnv in(RuntimeEnv runtimeEnv, long gpus) {
    return runtimeEnv.withVariable(
        VARIABLE, ids(gpus).stream().map(String::valueOf).collect(Collectors.joining(",")));
  }

  /** Those that {@link #in} has put into an environment, a bit for each. */
  public static long of(RuntimeEnv runtimeEnv) {
    long gpus = 0;
    String written = runtimeEnv.variables().getOrDefault(VARIABLE, "");
    for (String id : written.isEmpty() ? new String[0] : written.split(",", -1)) {
      gpus |= 1L << Integer.parseInt(id);
    }
    return gpus;
  }

  /** The indices of a set of GPUs, a bit for each, in order. */
  public static List<Integer> ids(long gpus) {
    List<Integer> ids = new ArrayList<>(Long.bitCount(gpus));
    for (long left = gpus; left != 0; left &= left - 1) {
      ids.add(Long.numberOfTrailingZeros(left));
    }
    return ids;
  }
}
