package ray;

import org.jspecify.annotations.Nullable;

/**
 * The four results of a function that returns four; its caller gets {@link Refs4}.
 *
 * @param first the first result
 * @param second the second result
 * @param third the third result
 * @param fourth the fourth result
 * @param <A> the type of the first result
 * @param <B> the type of the second result
 * @param <C> the type of the third result
 * @param <D> the type of the fourth result
 */
public record Returns4<
        A extends @Nullable Object,
        B extends @Nullable Object,
        C extends @Nullable Object,
        D extends @Nullable Object>(
    A first, B second, C third, D fourth) implements Returns {
  @Override
  public @Nullable Object[] values() {
    return new @Nullable Object[] {first, second, third, fourth};
  }
}
