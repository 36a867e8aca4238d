package ray.spi;

import org.jspecify.annotations.Nullable;
import ray.function.RayFunction;

/**
 * A user's function, copied as soon as there is an instance that can copy it, so that nothing the
 * program changes later is seen in its runs.
 *
 * @param function the function, or its copy
 * @param copied whether it is a copy
 */
record TakenFunction(RayFunction function, boolean copied) {

  /** Takes a function now, if an instance is current. */
  static TakenFunction now(RayFunction function) {
    return new TakenFunction(function, false).by(Backends.currentOrNull());
  }

  /** Takes it by an instance, unless one has taken it before. */
  TakenFunction by(@Nullable Backend backend) {
    return copied || backend == null ? this : new TakenFunction(backend.copy(function), true);
  }
}
