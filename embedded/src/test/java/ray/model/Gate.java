package ray.model;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A gate between a test and its tasks. Tasks get copies of values, so what travels is a number; the
 * gate itself stays in the JVM that they share.
 */
record Gate(long number) {
  private static final AtomicLong NUMBERS = new AtomicLong();
  private static final Map<Long, State> STATES = new ConcurrentHashMap<>();

  private static final class State {
    final CountDownLatch open = new CountDownLatch(1);
    final AtomicInteger arrived = new AtomicInteger();
    final AtomicInteger passed = new AtomicInteger();
    final AtomicInteger interrupted = new AtomicInteger();
  }

  /** A new gate, which is closed. */
  static Gate closed() {
    Gate gate = new Gate(NUMBERS.incrementAndGet());
    STATES.put(gate.number, new State());
    return gate;
  }

  private State state() {
    return STATES.get(number);
  }

  void open() {
    state().open.countDown();
  }

  /** Waits until the gate is open. */
  void pass() throws InterruptedException {
    state().arrived.incrementAndGet();
    try {
      if (!state().open.await(TestRay.PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("the gate was not opened");
      }
    } catch (InterruptedException e) {
      state().interrupted.incrementAndGet();
      throw e;
    }
    state().passed.incrementAndGet();
  }

  /** Waits until the gate is open, whatever interrupts there are. */
  void passStubbornly() {
    state().arrived.incrementAndGet();
    boolean passed = false;
    while (!passed) {
      try {
        passed = state().open.await(TestRay.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        state().interrupted.incrementAndGet();
      }
    }
    state().passed.incrementAndGet();
  }

  /** How many came to the gate. */
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
    TestRay.await(count + " tasks at the gate", () -> arrived() >= count);
  }
}
