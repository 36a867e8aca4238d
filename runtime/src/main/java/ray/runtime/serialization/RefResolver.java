package ray.runtime.serialization;

/** Turns an index that {@link RefCollector#add} gave out back into the reader's own handle. */
@FunctionalInterface
public interface RefResolver {

  /**
   * Returns the handle at an index.
   *
   * @param index what the writer's collector returned
   * @return the handle that belongs to the reader
   */
  Object resolve(int index);
}
