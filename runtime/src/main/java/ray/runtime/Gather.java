package ray.runtime;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ObjectRef;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.TaskOptions;
import ray.spi.FunctionCall;
import ray.spi.Shape;

/** What {@link ray.Ray#all} runs. */
final class Gather {
  /** Of no instance yet. A class of its own has it, as most programs do without. */
  static final FunctionCall<ObjectRef<List<Object>>> CALL =
      FunctionCall.ofUnshared(Gather::list, Shape.<List<Object>>one())
          .withOptions(
              new TaskOptions(
                  "Ray.all",
                  Resources.NONE,
                  TaskOptions.DEFAULT_MAX_RETRIES,
                  List.of(),
                  null,
                  SchedulingStrategy.standard(),
                  Map.of(),
                  TaskOptions.DEFAULT_BACKPRESSURE,
                  RuntimeEnv.SHARED));

  private Gather() {}

  /** Returns its arguments as a list. */
  static List<@Nullable Object> list(@Nullable Object[] arguments) {
    return Arrays.asList(arguments);
  }
}
