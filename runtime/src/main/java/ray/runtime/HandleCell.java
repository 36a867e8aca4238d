package ray.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Outcome;

/**
 * The part of a handle that outlives it: the object's outcome, who waits for it, and the news that
 * the handle was collected. Thread-safe.
 */
final class HandleCell extends WeakReference<Handle<?>> {
  private static final VarHandle WAITERS;

  static {
    try {
      WAITERS = MethodHandles.lookup().findVarHandle(HandleCell.class, "waiters", Waiter.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Closes the list of waiters: the outcome is there. */
  private static final Waiter COMPLETE = new Waiter(() -> {});

  final OwnerShell owner;
  final ObjectId id;
  private volatile @Nullable Outcome outcome;
  private volatile @Nullable Waiter waiters;

  /** Whether the program has asked for the value, so that a failure need not be reported. */
  private volatile boolean observed;

  /** Whether the core was, or is being, told that the handle is gone. */
  private volatile boolean released;

  /** One who waits; linked, so that waiting allocates one object. */
  static final class Waiter {
    private final Runnable action;
    private @Nullable Waiter next;
    private volatile boolean cancelled;

    Waiter(Runnable action) {
      this.action = action;
    }

    /** The waiting is over; the entry goes when the next one comes. */
    void cancel() {
      cancelled = true;
    }
  }

  HandleCell(Handle<?> handle, ReferenceQueue<Handle<?>> collected) {
    super(handle, collected);
    this.owner = handle.owner();
    this.id = handle.id();
  }

  @Nullable Outcome outcome() {
    return outcome;
  }

  boolean isObserved() {
    return observed;
  }

  void observe() {
    if (!observed) {
      observed = true;
    }
  }

  boolean isReleased() {
    return released;
  }

  /** Returns whether the caller is the one to tell the core. */
  boolean release() {
    if (released) {
      return false;
    }
    released = true;
    return true;
  }

  /** Sets the outcome; returns who is to be woken, outside all locks. */
  @Nullable Waiter complete(Outcome result) {
    outcome = result;
    Waiter before = (Waiter) WAITERS.getAndSet(this, COMPLETE);
    return before == COMPLETE ? null : before;
  }

  static void wake(Waiter waiters) {
    for (Waiter each = waiters; each != null; each = each.next) {
      if (!each.cancelled) {
        each.action.run();
      }
    }
  }

  /**
   * Runs an action when the outcome is there; returns false, without running it, if it is already.
   */
  boolean whenComplete(Waiter waiter) {
    while (true) {
      Waiter head = waiters;
      if (head == COMPLETE) {
        return false;
      }
      Waiter live = head;
      while (live != null && live.cancelled) {
        live = live.next;
      }
      waiter.next = live;
      if (WAITERS.compareAndSet(this, head, waiter)) {
        return true;
      }
    }
  }
}
