package ray;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The actor behind a {@link RayQueue}. Who has to wait gets a stage, which frees the actor for the
 * next call. Timeouts are kept here, so that an item and the end of waiting for it can't cross.
 * Thread-safe, as timers run beside the calls; stages complete outside the lock.
 *
 * @param <T> the type of the items
 */
final class QueueActor<T> {
  /** The timeout of those who wait without one. */
  static final long FOREVER_NS = Long.MAX_VALUE;

  private final int maxSize;
  private final Deque<T> items = new ArrayDeque<>();
  private final Deque<Put<T>> puts = new ArrayDeque<>();
  private final Deque<Take<T>> takes = new ArrayDeque<>();

  QueueActor(int maxSize) {
    this.maxSize = maxSize;
  }

  private record Put<T>(UUID ticket, List<T> items, CompletableFuture<Boolean> done) {}

  private record Take<T>(UUID ticket, int count, CompletableFuture<List<T>> done) {}

  /** Adds items when there is room; completes with whether it did in time. */
  CompletionStage<Boolean> put(UUID ticket, List<T> added, long timeoutNs) {
    Put<T> put = new Put<>(ticket, added, new CompletableFuture<>());
    List<Runnable> served;
    synchronized (this) {
      puts.add(put);
      served = serve();
    }
    served.forEach(Runnable::run);
    expire(ticket, put.done(), false, timeoutNs);
    return put.done();
  }

  /** Takes items when there are enough; completes with them, or with none if the time is over. */
  CompletionStage<List<T>> take(UUID ticket, int count, long timeoutNs) {
    Take<T> take = new Take<>(ticket, count, new CompletableFuture<>());
    List<Runnable> served;
    synchronized (this) {
      takes.add(take);
      served = serve();
    }
    served.forEach(Runnable::run);
    expire(ticket, take.done(), List.of(), timeoutNs);
    return take.done();
  }

  /** Takes what is there, and no more than so many. */
  List<T> drain(int max) {
    List<T> drained = new ArrayList<>();
    List<Runnable> served = new ArrayList<>();
    synchronized (this) {
      while (drained.size() < max && !items.isEmpty()) {
        drained.add(items.remove());
        served.addAll(serve());
      }
    }
    served.forEach(Runnable::run);
    return drained;
  }

  synchronized int size() {
    return items.size();
  }

  /** Removes a request that was not served; returns whether it was still there. */
  boolean withdraw(UUID ticket) {
    boolean removed;
    List<Runnable> served;
    synchronized (this) {
      removed = puts.removeIf(put -> put.ticket().equals(ticket));
      removed |= takes.removeIf(take -> take.ticket().equals(ticket));
      served = serve();
    }
    served.forEach(Runnable::run);
    return removed;
  }

  /**
   * Ends a request that is not served in time; without any time, one that was not served at once.
   */
  private <R> void expire(UUID ticket, CompletableFuture<R> done, R none, long timeoutNs) {
    if (timeoutNs == FOREVER_NS || done.isDone()) {
      return;
    }
    Runnable end =
        () -> {
          if (withdraw(ticket)) {
            done.complete(none);
          }
        };
    if (timeoutNs <= 0) {
      end.run();
      return;
    }
    CompletableFuture<@Nullable Void> timer = new CompletableFuture<>();
    timer.thenRunAsync(end);
    timer.completeOnTimeout(null, timeoutNs, TimeUnit.NANOSECONDS);
    done.whenComplete((result, thrown) -> timer.cancel(false));
  }

  /**
   * Serves those who wait, each kind in the order of coming, for as long as that is possible.
   *
   * @return what tells them, to be run outside the lock
   */
  private List<Runnable> serve() {
    List<Runnable> served = new ArrayList<>();
    int before;
    do {
      before = served.size();
      Put<T> put = puts.peek();
      if (put != null && put.items().size() <= maxSize - items.size()) {
        puts.remove();
        items.addAll(put.items());
        served.add(() -> put.done().complete(true));
      }
      Take<T> take = takes.peek();
      if (take != null && take.count() <= items.size()) {
        takes.remove();
        List<T> taken = removeItems(take.count());
        served.add(() -> take.done().complete(taken));
      }
    } while (served.size() > before);
    return served;
  }

  private List<T> removeItems(int count) {
    List<T> taken = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      taken.add(items.remove());
    }
    return taken;
  }
}
