package ray;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import ray.spi.Backend;
import ray.spi.Backends;

/**
 * Spreads calls over a set of actors, one call an actor at a time.
 *
 * <pre>{@code
 * var pool = new ActorPool<Model, Label>(models);
 * pool.map((model, image) -> model.call(Model::label, image), images.stream())
 *     .forEach(System.out::println);
 * }</pre>
 *
 * <p>Calls beyond the number of free actors wait in the pool, and are made as others end: whenever
 * the program calls the pool, and while it waits in it. Results are taken in the order of the
 * submissions with {@link #getNext}, or as they are ready with {@link #getNextUnordered}. A call
 * that fails throws when its result is taken; its actor stays in the pool, even a dead one, whose
 * calls all fail.
 *
 * <p>Not thread-safe: a pool belongs to one thread at a time, as an iterator does.
 *
 * @param <T> the actors' class
 * @param <R> the type of the results
 */
public final class ActorPool<T, R extends @Nullable Object> {
  /**
   * How many results a map may be ahead of its consumer, by actor: one being read, one being made.
   */
  private static final int RESULTS_AHEAD = 2;

  private final Backend instance;
  private final Deque<ActorRef<T>> idle = new ArrayDeque<>();
  private final Deque<Waiting<T, R>> waiting = new ArrayDeque<>();

  /** Calls whose actor is not back in the pool yet, in the order in which they were made. */
  private final Map<ObjectRef<R>, ActorRef<T>> running = new LinkedHashMap<>();

  /** Calls whose result was not taken, by the number of their submission. */
  private final Map<Long, ObjectRef<R>> untaken = new HashMap<>();

  /** Numbers of submissions of which neither call nor result was taken, oldest first. */
  private final Deque<Long> order = new ArrayDeque<>();

  private long submissions;

  /** A submission for which no actor was free. */
  private record Waiting<T, R extends @Nullable Object>(
      long number, Function<ActorRef<T>, ObjectRef<R>> call) {}

  /**
   * A pool of these actors, on the calling thread's instance.
   *
   * @throws IllegalArgumentException if an actor is there twice
   */
  public ActorPool(Collection<ActorRef<T>> actors) {
    this.instance = Backends.current();
    actors.forEach(this::push);
  }

  // ---- actors

  /**
   * Adds an actor, which must not be in the pool.
   *
   * @throws IllegalArgumentException if it is
   */
  public void push(ActorRef<T> actor) {
    if (idle.contains(actor) || running.containsValue(actor)) {
      throw new IllegalArgumentException(actor + " is in the pool already");
    }
    idle.add(actor);
    callWaiting();
  }

  /** Takes an actor that has nothing to do out of the pool; empty if all are busy. */
  public Optional<ActorRef<T>> popIdle() {
    recycle();
    return Optional.ofNullable(idle.poll());
  }

  /** Whether a submission would be called at once. */
  public boolean hasFree() {
    recycle();
    return !idle.isEmpty();
  }

  // ---- calls

  /**
   * Calls a method on a free actor, or else on the first to become free.
   *
   * @param call makes the call
   * @param value what to call it with
   * @param <V> the type of that
   */
  public <V extends @Nullable Object> void submit(
      BiFunction<? super ActorRef<T>, ? super V, ObjectRef<R>> call, V value) {
    long number = submissions++;
    order.add(number);
    waiting.add(new Waiting<>(number, actor -> call.apply(actor, value)));
    recycle();
  }

  /** Whether there is a result, ready or not, to take. */
  public boolean hasNext() {
    return !order.isEmpty();
  }

  /**
   * Waits for the result of the oldest submission whose result was not taken, and takes it.
   *
   * @throws NoSuchElementException if there is none
   */
  public R getNext() {
    return getNext(new Deadline());
  }

  /**
   * {@link #getNext()} with a limit.
   *
   * @throws GetTimeoutException if it is not ready in time; it can be taken later
   */
  public R getNext(Duration timeout) {
    return getNext(new Deadline(timeout));
  }

  private R getNext(Deadline deadline) {
    Long number = order.peek();
    if (number == null) {
      throw nothingLeft();
    }
    recycle();
    while (true) {
      ObjectRef<R> ref = untaken.get(number);
      if (ref != null && ref.isReady()) {
        order.remove();
        return take(number, ref);
      }
      awaitAny(deadline);
    }
  }

  /**
   * Waits for a result, whichever is ready first, and takes it.
   *
   * @throws NoSuchElementException if there is none
   */
  public R getNextUnordered() {
    return getNextUnordered(new Deadline());
  }

  /**
   * {@link #getNextUnordered()} with a limit.
   *
   * @throws GetTimeoutException if none is ready in time
   */
  public R getNextUnordered(Duration timeout) {
    return getNextUnordered(new Deadline(timeout));
  }

  private R getNextUnordered(Deadline deadline) {
    if (order.isEmpty()) {
      throw nothingLeft();
    }
    recycle();
    while (true) {
      for (Iterator<Long> numbers = order.iterator(); numbers.hasNext(); ) {
        Long number = numbers.next();
        ObjectRef<R> ref = untaken.get(number);
        if (ref != null && !running.containsKey(ref)) {
          numbers.remove();
          return take(number, ref);
        }
      }
      awaitAny(deadline);
    }
  }

  private static NoSuchElementException nothingLeft() {
    return new NoSuchElementException(
        "all results of the pool were taken: submit a call first, and ask hasNext()");
  }

  private R take(Long number, ObjectRef<R> ready) {
    untaken.remove(number);
    // It may have become ready since the last look at all that run, and is closed below.
    giveBack(ready);
    try (ready) {
      return ready.get();
    }
  }

  /** Waits until one of the running calls has ended, and gives its actor the next one. */
  private void awaitAny(Deadline deadline) {
    if (running.isEmpty()) {
      throw new RayStateException(
          "the pool has no actor that could make its "
              + waiting.size()
              + " waiting calls: push one, and take the result then");
    }
    if (instance.wait(List.copyOf(running.keySet()), 1, deadline.left()).ready().isEmpty()) {
      throw new GetTimeoutException("no result was ready in time; the calls go on: take it later");
    }
    recycle();
  }

  /** Gives actors whose call has ended back to the pool, and makes calls that wait. */
  private void recycle() {
    List<ObjectRef<R>> ended = new ArrayList<>();
    for (ObjectRef<R> ref : running.keySet()) {
      if (ref.isReady()) {
        ended.add(ref);
      }
    }
    ended.forEach(this::giveBack);
    callWaiting();
  }

  /** Puts the actor of an ended call back into the pool, if it is not there yet. */
  private void giveBack(ObjectRef<R> ended) {
    ActorRef<T> actor = running.remove(ended);
    if (actor != null) {
      idle.add(actor);
    }
  }

  private void callWaiting() {
    while (!waiting.isEmpty() && !idle.isEmpty()) {
      Waiting<T, R> next = waiting.remove();
      ActorRef<T> actor = idle.remove();
      ObjectRef<R> ref;
      try {
        ref = next.call().apply(actor);
      } catch (RuntimeException | Error refused) {
        idle.addFirst(actor);
        order.remove(next.number());
        throw refused;
      }
      running.put(ref, actor);
      untaken.put(next.number(), ref);
    }
  }

  // ---- streams

  /**
   * Calls a method with each element of a stream; results come in the stream's order. Lazy:
   * elements are taken, and calls made, as results are consumed, so that a stream without end is no
   * problem.
   *
   * @param call makes a call
   * @param values what to call it with
   * @param <V> the type of that
   * @throws RayStateException if results of earlier submissions were not taken
   */
  public <V extends @Nullable Object> Stream<R> map(
      BiFunction<? super ActorRef<T>, ? super V, ObjectRef<R>> call, Stream<? extends V> values) {
    return results(call, values, true);
  }

  /**
   * {@link #map}, but results come in the order in which they are ready.
   *
   * @param call makes a call
   * @param values what to call it with
   * @param <V> the type of that
   * @throws RayStateException if results of earlier submissions were not taken
   */
  public <V extends @Nullable Object> Stream<R> mapUnordered(
      BiFunction<? super ActorRef<T>, ? super V, ObjectRef<R>> call, Stream<? extends V> values) {
    return results(call, values, false);
  }

  private <V extends @Nullable Object> Stream<R> results(
      BiFunction<? super ActorRef<T>, ? super V, ObjectRef<R>> call,
      Stream<? extends V> values,
      boolean ordered) {
    if (hasNext()) {
      throw new RayStateException(
          "the pool has "
              + order.size()
              + " results that were not taken, which would mix with the map's: take them first");
    }
    Iterator<R> results = new Results<>(call, values.iterator(), ordered);
    return StreamSupport.stream(
            Spliterators.spliteratorUnknownSize(results, Spliterator.ORDERED), false)
        .onClose(values::close);
  }

  /** The results of a map. */
  private final class Results<V extends @Nullable Object> implements Iterator<R> {
    private final BiFunction<? super ActorRef<T>, ? super V, ObjectRef<R>> call;
    private final Iterator<? extends V> values;
    private final boolean ordered;

    Results(
        BiFunction<? super ActorRef<T>, ? super V, ObjectRef<R>> call,
        Iterator<? extends V> values,
        boolean ordered) {
      this.call = call;
      this.values = values;
      this.ordered = ordered;
    }

    @Override
    public boolean hasNext() {
      int limit = RESULTS_AHEAD * (idle.size() + running.size());
      while (order.size() < Math.max(1, limit) && values.hasNext()) {
        submit(call, values.next());
      }
      return ActorPool.this.hasNext();
    }

    @Override
    public R next() {
      if (!hasNext()) {
        throw nothingLeft();
      }
      return ordered ? getNext() : getNextUnordered();
    }
  }
}
