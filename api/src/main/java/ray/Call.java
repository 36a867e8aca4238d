package ray;

import org.jspecify.annotations.Nullable;

/**
 * What can be called remotely, whatever its arguments.
 *
 * @param <H> what the caller gets: a ref, several, or a stream of them
 */
public interface Call<H> {
  /**
   * Calls without the compiler's check of the arguments' number and types; prefer {@code remote}.
   * Returns at once.
   *
   * @param arguments values or refs, in the order of the parameters
   */
  H invoke(@Nullable Object... arguments);
}
