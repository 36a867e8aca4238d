package ray.extras;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A door between a test and its tasks, which get copies of values: what travels is a number, the
 * door stays in the JVM that they share.
 */
record Door(long number) {
  /** No wait of a test is longer than this; nothing that works comes near it. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final Map<Long, State> STATES = new ConcurrentHashMap<>();

  private static final class State {
    final CountDownLatch open = new CountDownLatch(1);
    final AtomicInteger arrived = new AtomicInteger();
    final AtomicInteger passed = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();
  }

  static Door closed() {
    Door door = new Door(NUMBERS.incrementAndGet());
    STATES.put(door.number, new State());
    return door;
  }

  private State state() {
    return STATES.get(number);
  }

  void open() {
    state().open.countDown();
  }

  /** Waits until the door is open. */
  int pass() throws InterruptedException {
    state().arrived.incrementAndGet();
    try {
      if (!state().open.await(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("the door was not opened");
      }
    } catch (InterruptedException e) {
      state().interrupted.incrementAndGet();
      throw e;
    }
    return state().passed.incrementAndGet();
  }

  int arrived() {
    return state().arrived.get();
  }

  int passed() {
    return state().passed.get();
  }

  int interrupted() {
    return state().interrupted.get();
  }

  void awaitArrivals(int count) {
    await("arrivals at the door", () -> arrived() >= count);
  }

  /** Waits for a condition that nothing signals. */
  static void await(String what, BooleanSupplier condition) {
    long startNs = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - startNs > PATIENCE.toNanos()) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }
}
