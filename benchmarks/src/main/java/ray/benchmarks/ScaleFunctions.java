package ray.benchmarks;

import java.util.Collections;
import java.util.List;
import ray.Ray;

/** The remote functions, and the actor, of the limits of scale. */
final class ScaleFunctions {
  /** How many values {@link #many} returns. */
  static final int RETURNS = 3_000;

  private ScaleFunctions() {}

  static int nothing() {
    return 0;
  }

  static List<Integer> many() {
    return Collections.nCopies(RETURNS, 1);
  }

  /** A task that waits for a task that waits for a task, so many deep. */
  static int chain(int deeper) {
    return deeper == 0 ? 0 : 1 + Ray.remote(ScaleFunctions::chain).remote(deeper - 1).get();
  }

  /** An actor that does next to nothing. */
  static final class Small {
    int one() {
      return 1;
    }
  }
}
