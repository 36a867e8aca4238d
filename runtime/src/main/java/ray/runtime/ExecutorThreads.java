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
 * <p>One platform thread watches. While work has lately waited without a thread that looked for it,
 * it looks every few microseconds whether some does again, so that submitting wakes nobody: waking
 * a parked thread costs more than most tasks. While threads look by themselves, or nothing comes,
 * it sleeps: each of its looks takes the processor from somebody, such as one of the two that
 * answer each other in a synchronous call. What nobody looks for then wakes it; but what comes from
 * another process after a while has a thread started at once, and wakes it only if that comes to
 * pass again soon. The watch also takes work from lanes that a long run holds up, and when virtual
 * threads do not get a processor, because user code burns or pins all carriers, it lets platform
 * threads run instead.
 */
public final class ExecutorThreads implements AutoCloseable {
  /** How often the watch looks while it is needed. */
  private static final long LOOK_NS = 50_000;

  /** For how long after work last waited without a thread that looked for it goes on looking. */
  private static final long WATCH_NS = 500_000;

  /** How long a thread looks for more work before it ends, where all is in one JVM. */
  private static final long LINGER_NS = 30_000;

  /** The same where work comes from other processes, whose threads may be held up for a moment. */
  private static final long POLLING_LINGER_NS = 100_000;

  /** How often a thread that looks for work does so before it lets other virtual threads run. */
  private static final int SPINS_BETWEEN_YIELDS = 100;

  /** When a lane counts as held up. */
  private static final long HELD_UP_NS = 1_000_000;

  /**
   * How long a virtual thread that is to begin, or looks for work, may be without a processor
   * before a platform thread is started.
   */
  private static final long STARVED_NS = 20_000_000;

  /** How many platform threads may run user code at a time. */
  private static final int MAX_PLATFORM = 64;

  /** How often timers and idle leases are looked at. */
  private static final long TICK_NS = 1_000_000;

  /** How seldom when nothing has happened for a while. */
  private static final long LONGEST_REST_NS = 32_000_000;

  /** For how long after a thread looked for work time is told, so that the next need not ask. */
  private static final long TIMED_NS = 1_000_000_000;

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
  private volatile boolean closed;
  private volatile Sleep sleep = Sleep.NONE;

  /** Time matters; the watch has not seen it yet. */
  private volatile boolean nudged;

  private volatile long neededNs = System.nanoTime();
  private volatile long startedNs;

  /** When a thread that looks for work last did. */
  private volatile long lookedNs;

  /** For how long the watch rests next; its own. */
  private long restNs = TICK_NS;

  /** How the watch sleeps: for how long, unless it is woken. */
  private enum Sleep {
    NONE,
    FOR_A_TICK,
    FOR_LONGER,
    FOR_EVER
  }

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

  /** Something waits for a thread. Cheap while the watch is awake, or a thread looks for work. */
  void workIsThere() {
    if (sleep == Sleep.NONE || willBeSeen()) {
      return;
    }
    long nowNs = System.nanoTime();
    boolean isAgain = nowNs - neededNs < WATCH_NS;
    neededNs = nowNs;
    // Within one JVM, who submits often waits for the task, and runs it.
    if (isAgain || polling == Polling.NOTHING) {
      wake();
    } else {
      provideNow(nowNs);
    }
  }

  private void wake() {
    sleep = Sleep.NONE;
    LockSupport.unpark(watch);
  }

  /** A thread looks, or is about to: has the watch look at the time, lest it get no processor. */
  private void watchOver() {
    if (sleep == Sleep.FOR_EVER) {
      wake();
    }
  }

  /** Whether a thread looks for work now, or is about to. */
  private boolean willBeSeen() {
    return looking.get() > 0 || starting.get() > 0;
  }

  private void watch() {
    long tickedNs = System.nanoTime();
    boolean wantsTicks = true;
    while (!closed) {
      long nowNs = System.nanoTime();
      if (hasStartable() && provide(nowNs)) {
        neededNs = nowNs;
      }
      if (nowNs - tickedNs > TICK_NS) {
        tickedNs = nowNs;
        executor.rescue(nowNs, HELD_UP_NS);
        executor.tick(nowNs);
        wantsTicks = ticker.tick(nowNs);
      }
      if (nowNs - neededNs < WATCH_NS) {
        restNs = TICK_NS;
        LockSupport.parkNanos(this, LOOK_NS);
      } else {
        sleep(wantsTicks);
      }
    }
  }

  /**
   * Until it is woken or time is to be told: the more seldom, the longer nothing has happened.
   *
   * <p>Looks once more when the others can see that the watch sleeps and would wake it.
   */
  private void sleep(boolean wantsTicks) {
    sleep = Sleep.FOR_EVER;
    boolean isUrgent = nudged || isUrgent();
    if (isUrgent) {
      nudged = false;
      restNs = TICK_NS;
    }
    boolean willBeSeen = willBeSeen();
    if (!willBeSeen && hasStartable()) {
      sleep = Sleep.NONE;
      return;
    }
    // Who is to see work may get no processor to do so: then this does, if a little later.
    long nowNs = System.nanoTime();
    boolean isTimed =
        isUrgent || wantsTicks || willBeSeen || nowNs - lookedNs < TIMED_NS || ticker.tick(nowNs);
    // Else it was woken before it slept, of which a lock that it waited for may have taken notice.
    if (sleep == Sleep.FOR_EVER) {
      if (isTimed) {
        sleep = restNs > TICK_NS ? Sleep.FOR_LONGER : Sleep.FOR_A_TICK;
        LockSupport.parkNanos(this, restNs);
        restNs = Math.min(2 * restNs, LONGEST_REST_NS);
      } else {
        LockSupport.park(this);
      }
    }
    sleep = Sleep.NONE;
  }

  private boolean isUrgent() {
    return hasStartable() || executor.hasLongLanes() || executor.hasTimers();
  }

  /** Whether something waits that may have a thread of this. */
  private boolean hasStartable() {
    return !serial && executor.hasStartable();
  }

  /** The same as the watch does, without waiting for it. */
  void provideNow() {
    provideNow(System.nanoTime());
  }

  private void provideNow(long nowNs) {
    if (!serial && started) {
      provide(nowNs);
    }
  }

  /** Starts a thread unless one looks already; returns whether none did. */
  private boolean provide(long nowNs) {
    boolean isLooking = looking.get() > 0;
    if (isLooking && nowNs - lookedNs < STARVED_NS) {
      return false;
    }
    if (!isLooking && starting.get() == 0) {
      startedNs = nowNs;
      starting.incrementAndGet();
      watchOver();
      Thread.ofVirtual().name("ray-task").start(this::work);
    } else if (nowNs - startedNs > STARVED_NS && platform.get() < MAX_PLATFORM) {
      startedNs = nowNs;
      platform.incrementAndGet();
      RayThreads.unstarted("ray-task-platform", this::workOnPlatform).start();
    }
    return true;
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
      if (executor.hasStartable()) {
        workIsThere(); // who brought it may have left it to this thread
      }
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
    long nowNs = System.nanoTime();
    lookedNs = nowNs;
    looking.incrementAndGet();
    watchOver();
    try {
      long untilNs = nowNs + (polling == Polling.NOTHING ? LINGER_NS : POLLING_LINGER_NS);
      while (!closed && nowNs - untilNs < 0) {
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
        nowNs = System.nanoTime();
        lookedNs = nowNs;
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

  /** Tells the watch that time matters again. Cheap while it looks at the time anyway. */
  public void nudge() {
    if (!nudged) {
      nudged = true;
    }
    if (sleep.compareTo(Sleep.FOR_A_TICK) > 0) {
      wake();
    }
  }
}
