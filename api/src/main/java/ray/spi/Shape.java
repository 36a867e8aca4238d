package ray.spi;

import java.util.List;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.Refs2;
import ray.Refs3;
import ray.Refs4;

/**
 * How many results a call has, and how the caller gets them.
 *
 * @param returns the number of results, or {@link #STREAM}
 * @param spread whether the function's one value holds the results, as {@link ray.Returns} or a
 *     list
 * @param assembler makes the caller's view of the refs, or of the stream
 * @param <H> what the caller gets
 */
public record Shape<H>(int returns, boolean spread, Assembler<H> assembler) {
  /** The number of results of a generator, which is not known ahead. */
  public static final int STREAM = -1;

  /** The most results that one task can have. */
  public static final int MAX_RETURNS = 1_000_000;

  private static final Shape<ObjectRef<?>> ONE = new Shape<>(1, false, refs -> (ObjectRef<?>) refs);
  private static final Shape<ObjectRefStream<?>> GENERATOR =
      new Shape<>(STREAM, false, refs -> (ObjectRefStream<?>) refs);

  /**
   * Makes the caller's view: of the only ref, of an array of refs, or of an {@link
   * ObjectRefStream}.
   */
  @FunctionalInterface
  public interface Assembler<H> {
    /** Makes the view of what the backend returned. */
    H assemble(Object refs);
  }

  /** One result. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static <R> Shape<ObjectRef<R>> one() {
    return (Shape) ONE;
  }

  /** As many results as the function yields. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static <R> Shape<ObjectRefStream<R>> stream() {
    return (Shape) GENERATOR;
  }

  /** Two results. */
  public static <A, B> Shape<Refs2<A, B>> two() {
    return new Shape<>(
        2,
        true,
        refs -> {
          ObjectRef<?>[] all = (ObjectRef<?>[]) refs;
          return new Refs2<>(cast(all[0]), cast(all[1]));
        });
  }

  /** Three results. */
  public static <A, B, C> Shape<Refs3<A, B, C>> three() {
    return new Shape<>(
        3,
        true,
        refs -> {
          ObjectRef<?>[] all = (ObjectRef<?>[]) refs;
          return new Refs3<>(cast(all[0]), cast(all[1]), cast(all[2]));
        });
  }

  /** Four results. */
  public static <A, B, C, D> Shape<Refs4<A, B, C, D>> four() {
    return new Shape<>(
        4,
        true,
        refs -> {
          ObjectRef<?>[] all = (ObjectRef<?>[]) refs;
          return new Refs4<>(cast(all[0]), cast(all[1]), cast(all[2]), cast(all[3]));
        });
  }

  /** A given number of results, all of one type. */
  @SuppressWarnings("unchecked")
  public static <R> Shape<List<ObjectRef<R>>> many(int returns) {
    if (returns < 0 || returns > MAX_RETURNS) {
      throw new IllegalArgumentException(
          "a task can have 0 to " + MAX_RETURNS + " returns, not " + returns);
    }
    return new Shape<>(
        returns,
        true,
        refs -> returns == 1 ? List.of((ObjectRef<R>) refs) : List.of((ObjectRef<R>[]) refs));
  }

  @SuppressWarnings("unchecked")
  private static <T> ObjectRef<T> cast(ObjectRef<?> ref) {
    return (ObjectRef<T>) ref;
  }
}
