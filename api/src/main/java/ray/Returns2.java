package ray;

import org.jspecify.annotations.Nullable;

/**
 * The two results of a function that returns two; its caller gets {@link Refs2}.
 *
 * @param first the first result
 * @param second the second result
 * @param <A> the type of the first result
 * @param <B> the type of the second result
 */
public record Returns2<A extends @Nullable Object, B extends @Nullable Object>(A first, B second)
    implements Returns {
  @Override
  public @Nullable Object[] values() {
    return new @Nullable Object[] {first, second};
  }
}
