package ray.runtime;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import ray.ObjectRef;

/**
 * Maps a stream remotely with a bounded number of calls in flight; results come as they are ready.
 */
public final class UnorderedMap<A extends @Nullable Object, R extends @Nullable Object>
    implements Iterator<R> {
  private final Function<? super A, ObjectRef<R>> call;
  private final Iterator<? extends A> source;
  private final Waits.Completions<R> inFlight;
  private final int maxInFlight;

  private UnorderedMap(
      Function<? super A, ObjectRef<R>> call,
      Iterator<? extends A> source,
      Waits.Completions<R> inFlight,
      int maxInFlight) {
    this.call = call;
    this.source = source;
    this.inFlight = inFlight;
    this.maxInFlight = maxInFlight;
  }

  /** The results of a remote function on a stream. */
  public static <A extends @Nullable Object, R extends @Nullable Object> Stream<R> of(
      Waits waits,
      Function<? super A, ObjectRef<R>> call,
      Stream<? extends A> stream,
      int maxInFlight) {
    if (maxInFlight < 1) {
      throw new IllegalArgumentException("maxInFlight must be at least 1, not " + maxInFlight);
    }
    Iterator<R> results =
        new UnorderedMap<>(call, stream.iterator(), waits.<R>completions(), maxInFlight);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(results, Spliterator.IMMUTABLE), false)
        .onClose(stream::close);
  }

  private void fill() {
    while (inFlight.size() < maxInFlight && source.hasNext()) {
      inFlight.add(call.apply(source.next()));
    }
  }

  @Override
  public boolean hasNext() {
    fill();
    return inFlight.hasNext();
  }

  @Override
  public R next() {
    if (!hasNext()) {
      throw new NoSuchElementException("all results were taken");
    }
    try (ObjectRef<R> ready = inFlight.next()) {
      return ready.get();
    }
  }
}
