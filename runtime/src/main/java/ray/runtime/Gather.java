package ray.runtime;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link ray.Ray#all} runs. */
final class Gather {
  private Gather() {}

  /** Returns its arguments as a list. */
  static List<@Nullable Object> list(@Nullable Object[] arguments) {
    return Arrays.asList(arguments);
  }
}
