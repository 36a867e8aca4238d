package ray;

import org.jspecify.annotations.Nullable;

/** Several results of one function: {@link Returns2}, {@link Returns3} or {@link Returns4}. */
public sealed interface Returns permits Returns2, Returns3, Returns4 {
  /** Two results. */
  static <A extends @Nullable Object, B extends @Nullable Object> Returns2<A, B> of(
      A first, B second) {
    return new Returns2<>(first, second);
  }

  /** Three results. */
  static <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object>
      Returns3<A, B, C> of(A first, B second, C third) {
    return new Returns3<>(first, second, third);
  }

  /** Four results. */
  static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          D extends @Nullable Object>
      Returns4<A, B, C, D> of(A first, B second, C third, D fourth) {
    return new Returns4<>(first, second, third, fourth);
  }

  /** The results in order. */
  @Nullable Object[] values();
}
