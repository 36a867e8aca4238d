package ray.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Touches memory ahead of its first use, on a thread of its own and within a tenth of one core: the
 * first touch of a page costs ten times and more of what writing to it again does, and a put should
 * not have to wait for it.
 *
 * <p>It only reads, which is enough to have a page of a shared mapping, so it need not care whether
 * somebody writes to the same page meanwhile.
 */
final class PageWarmer implements AutoCloseable {
  /** Where to go on. Called by the warmer's thread. */
  interface Frontier {
    /** At most so many bytes that are worth touching, or null when enough is warm. */
    @Nullable MemorySegment next(long maxBytes);
  }

  /** Milliseconds of work at a time, so that closing never waits long. */
  private static final long STEP_BYTES = 1L << 20;

  private static final int PAGE_BYTES = 4096;
  private static final int REST_PER_WORK = 9;

  private final Frontier frontier;
  private final Thread thread;
  private volatile boolean started;
  private volatile boolean idle;
  private volatile boolean closed;

  PageWarmer(Frontier frontier) {
    this.frontier = frontier;
    this.thread = Thread.ofPlatform().daemon().name("ray-store-warmer").unstarted(this::run);
    thread.setPriority(Thread.MIN_PRIORITY);
  }

  /** There may be something to do. Cheap; the first call starts the thread. */
  void nudge() {
    if (!started) {
      start();
    } else if (idle) {
      LockSupport.unpark(thread);
    }
  }

  private synchronized void start() {
    if (!started && !closed) {
      started = true;
      thread.start();
    }
  }

  private void run() {
    while (!closed) {
      idle = true; // before looking: a nudge in between makes the park return at once
      MemorySegment pages = frontier.next(STEP_BYTES);
      if (pages == null) {
        LockSupport.park(this);
        continue;
      }
      idle = false;
      long startNs = System.nanoTime();
      touch(pages);
      LockSupport.parkNanos(this, REST_PER_WORK * (System.nanoTime() - startNs));
    }
  }

  private static void touch(MemorySegment pages) {
    for (long at = 0; at < pages.byteSize(); at += PAGE_BYTES) {
      var _ = pages.get(ValueLayout.JAVA_BYTE, at);
    }
  }

  /** Ends the thread and waits for it, a few milliseconds: it touches nothing afterwards. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      if (!started) {
        return;
      }
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      LockSupport.unpark(thread);
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
