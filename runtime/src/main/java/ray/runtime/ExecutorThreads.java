package ray.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ray.core.executor.Lane;
import ray.wire.Polling;

/**
 * Gives executors threads. User code runs on virtual threads, so one that blocks costs no thread of
 * the system; they are started when work waits, look for more for a moment, and end.
 *
 * <p>One platform thread watches. While there has been work lately it looks every few microseconds
 * whether some waits without a thread, so that submitting wakes nobody: waking a parked thread
 * costs more than most tasks. When nothing has come for a while it parks until the next submission.
 * It also takes work from lanes that a long run holds up, and when virtual threads do not get a
 * processor, because user code burns or pins all carriers, it lets platform threads run instead.
 */
public final class ExecutorThreads implements AutoCloseable {
  /** How often the watch looks while there is work. */
  private static final long LOOK_NS = 50_000;

  /** For how long after the last work it goes on looking. */
  private static final long WATCH_NS = 3_000_000;

  /** How long a thread looks for more work before it ends, where all is in one JVM. */
  private static final long LINGER_NS = 30_000;

  /** The same where work comes from other processes, whose threads may be held up for a moment. */
  private static final long POLLING_LINGER_NS = 100_000;

  /** How often a thread that looks for work does so before it lets other virtual threads run. */
  private static final int SPINS_BETWEEN_YIELDS = 100;

  /** When a lane counts as held up. */
  private static final long HELD_UP_NS = 1_000_000;

  /** How long a virtual thread may take to begin before a platform thread is started. */
  private static final long STARVED_NS = 20_000_000;

  /** How many platform threads may run user code at a time. */
  private static final int MAX_PLATFORM = 64;

  /** How often timers and idle leases are looked at. */
  private static final long TICK_NS = 1_000_000;

  private final ExecutorShell executor;
  private final Ticker ticker;
  private final Polling polling;
  private final Thread watch;
  private final @Nullable ClassLoader code = Thread.currentThread().getContextClassLoader();
  private final boolean serial;
  private final AtomicInteger looking = new AtomicInteger();
  private final AtomicInteger starting = new AtomicInteger();
  private final AtomicInteger platform = new AtomicInteger();
  private volatile boolean started;
  private volatile boolean awake = true;
  private volatile boolean closed;
  private volatile long lastWorkNs = System.nanoTime();
  private volatile long startedNs;

  /** What else is to be told the time. */
  @FunctionalInterface
  public interface Ticker {
    /** Time passed; returns whether it wants to be told again. */
    boolean tick(long nowNs);
  }

  /**
   * Threads for an executor; a serial one has none of its own. Those that look for work poll. Their
   * context class loader is that of the calling thread, whoever comes to start them.
   */
  public ExecutorThreads(
      ExecutorShell executor, Ticker ticker, boolean serial, Polling polling, String name) {
    this.executor = executor;
    this.polling = polling;
    this.ticker = ticker;
    this.serial = serial;
    this.watch = RayThreads.unstarted("ray-watch-" + name, this::watch);
  }

  /** Begins. */
  public void start() {
    started = true;
    watch.start();
  }

  /** Something waits for a thread, or for time to pass. Cheap while the watch is awake. */
  void workIsThere() {
    if (!awake) {
      wake();
    }
  }

  private void wake() {
    lastWorkNs = System.nanoTime();
    awake = true;
    LockSupport.unpark(watch);
  }

  private void watch() {
    long tickedNs = System.nanoTime();
    boolean wantsTicks = true;
    while (!closed) {
      long nowNs = System.nanoTime();
      boolean work = executor.hasStartable();
      if (work && !serial) {
        lastWorkNs = nowNs;
        provide(nowNs);
      }
      if (nowNs - tickedNs > TICK_NS) {
        tickedNs = nowNs;
        executor.rescue(nowNs, HELD_UP_NS);
        executor.tick(nowNs);
        wantsTicks = ticker.tick(nowNs);
      }
      if (nowNs - lastWorkNs < WATCH_NS) {
        LockSupport.parkNanos(this, LOOK_NS);
      } else if (executor.hasLongLanes() || executor.hasTimers() || wantsTicks) {
        LockSupport.parkNanos(this, TICK_NS);
      } else {
        awake = false;
        if (!isNeeded()) {
          LockSupport.park(this);
        }
        awake = true;
        wantsTicks = true;
        lastWorkNs = System.nanoTime();
      }
    }
  }

  /** Looks once more, after the others could see that the watch sleeps and wake it. */
  private boolean isNeeded() {
    return executor.hasStartable() && !serial
        || executor.hasLongLanes()
        || executor.hasTimers()
        || ticker.tick(System.nanoTime());
  }

  /** The same as the watch does, without waiting for it. */
  void provideNow() {
    if (!serial && started) {
      provide(System.nanoTime());
    }
  }

  private void provide(long nowNs) {
    if (looking.get() > 0) {
      return;
    }
    if (starting.get() == 0) {
      startedNs = nowNs;
      starting.incrementAndGet();
      Thread.ofVirtual().name("ray-task").start(this::work);
    } else if (nowNs - startedNs > STARVED_NS && platform.get() < MAX_PLATFORM) {
      startedNs = nowNs;
      platform.incrementAndGet();
      RayThreads.unstarted("ray-task-platform", this::workOnPlatform).start();
    }
  }

  private void workOnPlatform() {
    Thread.currentThread().setContextClassLoader(code);
    try {
      for (Lane lane; !closed && (lane = executor.take()) != null; ) {
        executor.run(lane);
      }
    } finally {
      platform.decrementAndGet();
    }
  }

  private void work() {
    starting.decrementAndGet();
    Thread.currentThread().setContextClassLoader(code);
    while (!closed) {
      Lane lane = next();
      if (lane == null) {
        return;
      }
      executor.run(lane);
    }
  }

  private @Nullable Lane next() {
    Lane lane = executor.take();
    if (lane != null) {
      return lane;
    }
    looking.incrementAndGet();
    try {
      long lingerNs = polling == Polling.NOTHING ? LINGER_NS : POLLING_LINGER_NS;
      long untilNs = System.nanoTime() + lingerNs;
      while (!closed && System.nanoTime() - untilNs < 0) {
        for (int i = 0; i < SPINS_BETWEEN_YIELDS; i++) {
          if (executor.hasStartable()) {
            lane = executor.take();
            if (lane != null) {
              return lane;
            }
          }
          if (!polling.poll()) {
            Thread.onSpinWait();
          }
        }
        Thread.yield();
      }
      polling.leave();
      return null;
    } finally {
      looking.decrementAndGet();
    }
  }

  /** Ends the watch; threads end with what they run. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(watch);
  }

  /** Tells the watch that time matters again. */
  public void nudge() {
    workIsThere();
  }
}
