package ray.runtime.serialization;

/**
 * Serializes values of a type by a stand-in, as registered by the user. The surrogate may be
 * anything that can be serialized; it must not refer back to the value it stands for.
 *
 * @param <T> the type of the values that are replaced
 */
public interface SurrogateCodec<T> {

  /** Returns what is written in place of the value. */
  Object replace(T value);

  /** Makes the value again from what {@link #replace} returned. */
  T restore(Object surrogate);
}
