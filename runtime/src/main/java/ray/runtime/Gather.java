package ray.runtime;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ray.function.RayFunction;

/** Returns its arguments as a list: what {@link ray.Ray#all} runs. */
record Gather() implements RayFunction {
  private static final long serialVersionUID = 1L;

  @Override
  public @Nullable Object invoke(@Nullable Object[] arguments) {
    return Arrays.asList(arguments);
  }
}
