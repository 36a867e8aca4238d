package ray.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A function, constructor or method that can run remotely. It is serializable, so that what a
 * lambda captures travels with it, by value.
 */
public interface RayFunction extends Serializable {
  /**
   * Runs the function.
   *
   * @param arguments exactly as many as the function takes
   * @return its result; null for a function that returns nothing
   */
  @Nullable Object invoke(@Nullable Object[] arguments) throws Exception;
}
