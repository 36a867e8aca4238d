package ray.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ray.GetTimeoutException;
import ray.ObjectRef;
import ray.WaitResult;

/** Waits for several refs. Thread-safe. */
public final class Waits {
  private final LocalWaiting waiting;

  /** Waits by these means. */
  public Waits(LocalWaiting waiting) {
    this.waiting = waiting;
  }

  /** The values of all refs; the first failed one in the list throws. */
  public <T extends @Nullable Object> List<T> get(List<ObjectRef<T>> refs) {
    for (ObjectRef<T> ref : refs) {
      Handle<T> handle = handle(ref);
      if (handle.cell().outcome() == null && handle.isBorrowed()) {
        handle.owner().want(ref.id());
      }
    }
    List<T> values = new ArrayList<>(refs.size());
    for (ObjectRef<T> ref : refs) {
      values.add(ref.get());
    }
    return values;
  }

  /** The same within a timeout altogether. */
  public <T extends @Nullable Object> List<T> get(List<ObjectRef<T>> refs, Duration timeout) {
    long deadlineNs = Clocks.deadlineNs(timeout);
    if (!awaitCount(refs, refs.size(), deadlineNs)) {
      long ready = refs.stream().filter(ObjectRef::isReady).count();
      throw new GetTimeoutException(
          "of "
              + refs.size()
              + " objects, "
              + ready
              + " were ready within "
              + timeout
              + "; the tasks of the others go on: wait longer, or cancel them");
    }
    return get(refs);
  }

  private static <T extends @Nullable Object> Handle<T> handle(ObjectRef<T> ref) {
    return (Handle<T>) ref;
  }

  /** Waits until so many are ready, or the timeout is over. */
  public <T extends @Nullable Object> WaitResult<T> wait(
      List<ObjectRef<T>> refs, int count, @Nullable Duration timeout) {
    if (count < 1 || count > refs.size()) {
      throw new IllegalArgumentException(
          "wait needs a number of refs from 1 to "
              + refs.size()
              + ", the number it was given, not "
              + count);
    }
    int first = 0;
    while (first < count && isReady(refs.get(first))) {
      first++;
    }
    if (first == count) {
      return new WaitResult<>(
          new ArrayList<>(refs.subList(0, count)),
          new ArrayList<>(refs.subList(count, refs.size())));
    }
    awaitCount(refs, count, timeout == null ? Long.MAX_VALUE : Clocks.deadlineNs(timeout));
    List<ObjectRef<T>> ready = new ArrayList<>(count);
    List<ObjectRef<T>> pending = new ArrayList<>(refs.size());
    for (ObjectRef<T> ref : refs) {
      if (ready.size() < count && isReady(ref)) {
        ready.add(ref);
      } else {
        pending.add(ref);
      }
    }
    return new WaitResult<>(ready, pending);
  }

  private static boolean isReady(ObjectRef<?> ref) {
    return ref.isReady();
  }

  private <T extends @Nullable Object> boolean awaitCount(
      List<ObjectRef<T>> refs, int count, long deadlineNs) {
    Thread thread = Thread.currentThread();
    AtomicInteger missing = new AtomicInteger(count);
    List<HandleCell.Waiter> waiters = new ArrayList<>();
    Runnable arrived =
        () -> {
          if (missing.decrementAndGet() == 0) {
            LockSupport.unpark(thread);
          }
        };
    try {
      for (ObjectRef<T> ref : refs) {
        Handle<T> handle = handle(ref);
        if (ref.isReady()) {
          missing.decrementAndGet();
        } else {
          HandleCell.Waiter waiter = new HandleCell.Waiter(arrived);
          if (handle.cell().whenComplete(waiter)) {
            waiters.add(waiter);
          } else {
            missing.decrementAndGet();
          }
        }
        if (missing.get() <= 0) {
          return true;
        }
      }
      if (!refs.isEmpty()) {
        handle(refs.getFirst()).owner().want(refs.getFirst().id());
      }
      return waiting.awaitCondition(() -> missing.get() <= 0, deadlineNs, "refs to be ready");
    } finally {
      waiters.forEach(HandleCell.Waiter::cancel);
    }
  }

  /** The refs in the order in which they become ready. */
  public <T extends @Nullable Object> Iterable<ObjectRef<T>> asCompleted(List<ObjectRef<T>> refs) {
    List<ObjectRef<T>> all = List.copyOf(refs);
    return () -> {
      Completions<T> completions = new Completions<>();
      all.forEach(completions::add);
      return completions;
    };
  }

  <T extends @Nullable Object> Completions<T> completions() {
    return new Completions<>();
  }

  /** Refs as they become ready; one thread adds and takes. */
  final class Completions<T extends @Nullable Object> implements Iterator<ObjectRef<T>> {
    private final Queue<Handle<T>> ready = new ConcurrentLinkedQueue<>();
    private int left;
    private @Nullable Handle<T> last;
    private volatile @Nullable Thread consumer;

    void add(ObjectRef<T> ref) {
      Handle<T> handle = handle(ref);
      last = handle;
      left++;
      HandleCell.Waiter waiter =
          new HandleCell.Waiter(() -> {
            ready.add(handle);
            Thread waitingThread = consumer;
            if (waitingThread != null) {
              LockSupport.unpark(waitingThread);
            }
          });
      if (ref.isReady() || !handle.cell().whenComplete(waiter)) {
        ready.add(handle);
      }
    }

    @Override
    public boolean hasNext() {
      return left > 0;
    }

    @Override
    public ObjectRef<T> next() {
      if (left == 0) {
        throw new NoSuchElementException("all refs were taken");
      }
      Handle<T> next = ready.poll();
      if (next == null) {
        consumer = Thread.currentThread();
        Handle<T> awaited = last;
        if (awaited != null) {
          awaited.owner().want(awaited.id());
        }
        waiting.awaitCondition(() -> !ready.isEmpty(), Long.MAX_VALUE, "a ref to be ready");
        consumer = null;
        next = ready.remove();
      }
      left--;
      return next;
    }

    int size() {
      return left;
    }
  }
}
