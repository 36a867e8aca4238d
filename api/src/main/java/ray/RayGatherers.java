package ray;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Gatherer;
import org.jspecify.annotations.Nullable;
import ray.function.Func1;
import ray.spi.Backend;

/**
 * Gatherers that map a stream remotely, as an intermediate step among others:
 *
 * <pre>{@code
 * List<Image> small = paths.stream()
 *     .gather(RayGatherers.mapRemote(Images::load, 64))
 *     .filter(image -> image.width() > 100)
 *     .toList();
 * }</pre>
 *
 * <p>Elements are taken from upstream only as fast as the number of calls in flight allows; the
 * stream's terminal operation blocks on their results. A call that fails throws from it, and the
 * calls in flight are cancelled; so they are when downstream wants no more, as with {@code
 * findFirst}. Calls go to the instance that the function is bound to, or else to the one of the
 * thread that makes the gatherer.
 */
public final class RayGatherers {
  private RayGatherers() {}

  /**
   * Maps remotely; results come in the order of the stream.
   *
   * @param function the remote function
   * @param maxInFlight how many calls may be unfinished, or finished but behind one that is not
   * @param <A> the type of the elements
   * @param <R> the type of the results
   */
  public static <A extends @Nullable Object, R extends @Nullable Object>
      Gatherer<A, ?, R> mapRemote(RemoteFunction1<A, ObjectRef<R>> function, int maxInFlight) {
    OptionChecks.atLeastOne("maxInFlight", maxInFlight);
    RemoteFunction1<A, ObjectRef<R>> bound = function.bound();
    return gatherer(() -> new Ordered<>(bound, maxInFlight));
  }

  /** {@link #mapRemote(RemoteFunction1, int)} with the default options. */
  public static <A extends @Nullable Object, R extends @Nullable Object>
      Gatherer<A, ?, R> mapRemote(Func1<A, R> function, int maxInFlight) {
    return mapRemote(Ray.remote(function), maxInFlight);
  }

  /**
   * Maps remotely; results come in the order in which they are ready, so that a slow call holds
   * nobody up.
   *
   * @param function the remote function
   * @param maxInFlight how many calls may be unfinished
   * @param <A> the type of the elements
   * @param <R> the type of the results
   */
  public static <A extends @Nullable Object, R extends @Nullable Object>
      Gatherer<A, ?, R> mapRemoteUnordered(
          RemoteFunction1<A, ObjectRef<R>> function, int maxInFlight) {
    OptionChecks.atLeastOne("maxInFlight", maxInFlight);
    RemoteFunction1<A, ObjectRef<R>> bound = function.bound();
    return gatherer(() -> new Unordered<>(bound, maxInFlight));
  }

  /** {@link #mapRemoteUnordered(RemoteFunction1, int)} with the default options. */
  public static <A extends @Nullable Object, R extends @Nullable Object>
      Gatherer<A, ?, R> mapRemoteUnordered(Func1<A, R> function, int maxInFlight) {
    return mapRemoteUnordered(Ray.remote(function), maxInFlight);
  }

  private static <A extends @Nullable Object, R extends @Nullable Object>
      Gatherer<A, ?, R> gatherer(Supplier<Window<A, R>> window) {
    return Gatherer.<A, Window<A, R>, R>ofSequential(
        window, Gatherer.Integrator.of(Window::accept), Window::finish);
  }

  /** The calls in flight of one run of a stream. Used by one thread at a time. */
  private abstract static class Window<A extends @Nullable Object, R extends @Nullable Object> {
    final RemoteFunction1<A, ObjectRef<R>> function;
    final int maxInFlight;

    Window(RemoteFunction1<A, ObjectRef<R>> function, int maxInFlight) {
      this.function = function;
      this.maxInFlight = maxInFlight;
    }

    /** What is in flight. */
    abstract Collection<ObjectRef<R>> calls();

    /**
     * Hands on what is ready.
     *
     * @param block whether to wait for one result at least
     * @return whether downstream wants more
     */
    abstract boolean emit(Gatherer.Downstream<? super R> downstream, boolean block);

    final boolean accept(A element, Gatherer.Downstream<? super R> downstream) {
      boolean more = false;
      try {
        calls().add(function.remote(element));
        more = emit(downstream, calls().size() >= maxInFlight);
      } finally {
        if (!more) {
          cancelAll();
        }
      }
      return more;
    }

    final void finish(Gatherer.Downstream<? super R> downstream) {
      try {
        while (!calls().isEmpty() && !downstream.isRejecting() && emit(downstream, true)) {
          continue;
        }
      } finally {
        cancelAll();
      }
    }

    private void cancelAll() {
      Backend instance = function.backend();
      for (ObjectRef<R> ref : calls()) {
        instance.cancel(ref, false);
        ref.close();
      }
      calls().clear();
    }

    static <R extends @Nullable Object> boolean push(
        ObjectRef<R> ready, Gatherer.Downstream<? super R> downstream) {
      R value;
      try (ready) {
        value = ready.get();
      }
      return downstream.push(value);
    }
  }

  private static final class Ordered<A extends @Nullable Object, R extends @Nullable Object>
      extends Window<A, R> {
    private final Deque<ObjectRef<R>> calls = new ArrayDeque<>();

    Ordered(RemoteFunction1<A, ObjectRef<R>> function, int maxInFlight) {
      super(function, maxInFlight);
    }

    @Override
    Collection<ObjectRef<R>> calls() {
      return calls;
    }

    @Override
    boolean emit(Gatherer.Downstream<? super R> downstream, boolean block) {
      boolean wait = block;
      while (!calls.isEmpty() && (wait || calls.getFirst().isReady())) {
        wait = false;
        if (!push(calls.removeFirst(), downstream)) {
          return false;
        }
      }
      return true;
    }
  }

  private static final class Unordered<A extends @Nullable Object, R extends @Nullable Object>
      extends Window<A, R> {
    private final List<ObjectRef<R>> calls = new ArrayList<>();

    Unordered(RemoteFunction1<A, ObjectRef<R>> function, int maxInFlight) {
      super(function, maxInFlight);
    }

    @Override
    Collection<ObjectRef<R>> calls() {
      return calls;
    }

    @Override
    boolean emit(Gatherer.Downstream<? super R> downstream, boolean block) {
      if (!block && !calls.getFirst().isReady()) {
        return true; // a look at the oldest only, which costs the same however many there are
      }
      function.backend().wait(calls, 1, null);
      List<ObjectRef<R>> ready = calls.stream().filter(ObjectRef::isReady).toList();
      for (ObjectRef<R> each : ready) {
        calls.remove(each);
        if (!push(each, downstream)) {
          return false;
        }
      }
      return true;
    }
  }
}
