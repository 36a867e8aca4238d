package ray.runtime.serialization;

/**
 * Gathers the handles (object and actor refs) met while one value is written. The bytes hold only
 * the returned index, so whoever owns the table beside the bytes can replace an entry without
 * touching them.
 */
@FunctionalInterface
public interface RefCollector {

  /**
   * Adds a handle to the table of the value that is being written.
   *
   * @param handle a value for which {@link Handles#isHandle} holds
   * @return its index, counted from 0
   */
  int add(Object handle);
}
