package ray.runtime.serialization;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A bounded number of Fory sessions, made as they are needed and shared by all threads, virtual
 * ones included. A session costs some hundred kilobytes, so there are as many as can run at once,
 * not as many as there are threads. Taking an idle session and giving it back is one atomic
 * exchange each.
 */
final class ForyPool {
  /** Twice the processors: a session whose thread was preempted should not hold up another. */
  static final int SIZE = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());

  /**
   * Whoever waits longer gets a session outside the pool. All sessions may be held by threads that
   * wait for this very one (a user's serializer that calls Ray), so waiting must end.
   */
  private static final long MAX_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(100);

  private final AtomicReferenceArray<@Nullable ForySession> idle = new AtomicReferenceArray<>(SIZE);
  private final AtomicInteger alive = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Semaphore returned = new Semaphore(0);
  private final Supplier<ForySession> factory;

  ForyPool(Supplier<ForySession> factory) {
    this.factory = factory;
  }

  /** A session for the exclusive use of the caller, who must release or discard it. */
  ForySession acquire() {
    ForySession session = takeIdle();
    if (session != null) {
      return session;
    }
    if (alive.get() < SIZE) {
      if (alive.incrementAndGet() <= SIZE) {
        return createCounted();
      }
      alive.decrementAndGet();
    }
    session = waitForReturn();
    return session != null ? session : factory.get();
  }

  /** Takes a session back. */
  void release(ForySession session) {
    if (!session.isInPool()) {
      return;
    }
    int start = (int) Thread.currentThread().threadId();
    for (int offset = 0; offset < SIZE; offset++) {
      int slot = Math.floorMod(start + offset, SIZE);
      if (idle.getOpaque(slot) == null && idle.compareAndSet(slot, null, session)) {
        if (waiting.get() > 0) {
          returned.release();
        }
        return;
      }
    }
    throw new IllegalStateException("more sessions than slots");
  }

  /** Forgets a session that failed in a way that may have damaged it. */
  void discard(ForySession session) {
    if (session.isInPool()) {
      alive.decrementAndGet();
    }
  }

  private @Nullable ForySession takeIdle() {
    int start = (int) Thread.currentThread().threadId();
    for (int offset = 0; offset < SIZE; offset++) {
      int slot = Math.floorMod(start + offset, SIZE);
      if (idle.getOpaque(slot) != null) {
        ForySession session = idle.getAndSet(slot, null);
        if (session != null) {
          return session;
        }
      }
    }
    return null;
  }

  private ForySession createCounted() {
    boolean created = false;
    try {
      ForySession session = factory.get().inPool();
      created = true;
      return session;
    } finally {
      if (!created) {
        alive.decrementAndGet();
      }
    }
  }

  private @Nullable ForySession waitForReturn() {
    long deadlineNs = System.nanoTime() + MAX_WAIT_NS;
    waiting.incrementAndGet();
    try {
      ForySession session = takeIdle();
      while (session == null) {
        long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0 || !returned.tryAcquire(leftNs, TimeUnit.NANOSECONDS)) {
          return takeIdle();
        }
        session = takeIdle();
      }
      return session;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    } finally {
      waiting.decrementAndGet();
    }
  }
}
