package ray;

import org.jspecify.annotations.Nullable;

/**
 * How values of a class travel when the standard serializer does not know how, or does it badly: as
 * a surrogate, which is any value that it does know. Registered with {@link RayOptions#serializer}.
 *
 * <pre>{@code
 * RayOptions.defaults().serializer(Pattern.class, new ValueSerializer<Pattern>() {
 *   public Object replace(Pattern pattern) { return pattern.pattern(); }
 *   public Pattern restore(Object surrogate) { return Pattern.compile((String) surrogate); }
 * });
 * }</pre>
 *
 * <p>Called from many threads at once.
 *
 * @param <T> the class
 */
public interface ValueSerializer<T> {
  /** What travels in place of a value. */
  @Nullable Object replace(T value);

  /** The value again. */
  T restore(@Nullable Object surrogate);
}
