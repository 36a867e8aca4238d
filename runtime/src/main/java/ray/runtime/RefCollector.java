package ray.runtime;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ray.core.Outcome;

/**
 * Notices handles that the garbage collector found unreachable, and tells their owners, in batches:
 * a queue of our own, because a {@code Cleaner} costs a lock and an object more for each.
 */
public final class RefCollector implements AutoCloseable {
  /** How many handles are told of at a time. */
  private static final int MAX_BATCH = 2048;

  /**
   * The pause between looks, at least and at most. The thread does not wait on the queue: a waiter
   * would be woken for every single handle.
   */
  private static final long MIN_PAUSE_NS = 500_000;

  private static final long MAX_PAUSE_NS = 64_000_000;

  private final ReferenceQueue<Handle<?>> collected = new ReferenceQueue<>();
  private final FailureReporter failures;
  private final Thread thread;
  private volatile Runnable onLook = () -> {};
  private volatile boolean closed;

  /** A collector that reports failures which nobody has seen. */
  public RefCollector(FailureReporter failures, String name) {
    this.failures = failures;
    this.thread = RayThreads.unstarted("ray-refs-" + name, this::run);
  }

  /** Where handles are registered. */
  public ReferenceQueue<Handle<?>> queue() {
    return collected;
  }

  /** Sets what its thread does besides at each look, at least 15 times a second. */
  public void onLook(Runnable also) {
    onLook = also;
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  /** Looks now rather than after the pause. */
  public void look() {
    LockSupport.unpark(thread);
  }

  /** Looks often while there is something to find, and seldom when there is not. */
  private void run() {
    long pauseNs = MAX_PAUSE_NS;
    while (!closed) {
      onLook.run();
      Reference<? extends Handle<?>> first = collected.poll();
      if (first == null) {
        pauseNs = Math.min(MAX_PAUSE_NS, 2 * pauseNs);
        LockSupport.parkNanos(this, pauseNs);
      } else {
        pauseNs = MIN_PAUSE_NS;
        tell(first);
      }
    }
  }

  /** A thread that makes handles takes part, so that no thread makes them faster than they go. */
  void help() {
    Reference<? extends Handle<?>> first = collected.poll();
    if (first != null) {
      tell(first);
    }
  }

  private void tell(Reference<? extends Handle<?>> first) {
    Map<OwnerShell, List<HandleCell>> byOwner = new HashMap<>(4);
    @Nullable Reference<? extends Handle<?>> next = first;
    for (int left = MAX_BATCH; next != null; next = --left > 0 ? collected.poll() : null) {
      HandleCell cell = (HandleCell) next;
      if (cell.release()) {
        byOwner.computeIfAbsent(cell.owner, missing -> new ArrayList<>()).add(cell);
        reportUnseen(cell);
      }
    }
    byOwner.forEach(OwnerShell::droppedAll);
  }

  private void reportUnseen(HandleCell cell) {
    if (cell.outcome() instanceof Outcome.Failed failed && !cell.isObserved()) {
      failures.report(cell.id.toString(), failed);
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
