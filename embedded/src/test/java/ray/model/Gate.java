package ray.model;

import java.util.concurrent.TimeUnit;

/**
 * A gate between a test and its tasks. Tasks get copies of values, so what travels is a name; what
 * happened at the gate is noted where all processes see it.
 */
record Gate(Notes notes) {
  private static final String OPEN = "open";
  private static final String ARRIVED = "arrived";
  private static final String PASSED = "passed";
  private static final String INTERRUPTED = "interrupted";
  private static final long LOOK_MS = 1;

  /** A new gate, which is closed. */
  static Gate closed() {
    return new Gate(Notes.empty());
  }

  void open() {
    notes.add(OPEN);
  }

  /** Waits until the gate is open. */
  void pass() throws InterruptedException {
    notes.add(ARRIVED);
    try {
      awaitOpen();
    } catch (InterruptedException e) {
      notes.add(INTERRUPTED);
      throw e;
    }
    notes.add(PASSED);
  }

  private void awaitOpen() throws InterruptedException {
    long deadlineNs = System.nanoTime() + TestRay.PATIENCE.toNanos();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    while (notes.count(OPEN) == 0) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("the gate was not opened");
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
  }

  /** Waits until the gate is open, whatever interrupts there are. */
  void passStubbornly() {
    notes.add(ARRIVED);
    boolean passed = false;
    while (!passed) {
      try {
        awaitOpen();
        passed = true;
      } catch (InterruptedException e) {
        notes.add(INTERRUPTED);
      }
    }
    notes.add(PASSED);
  }

  /** How many came to the gate. */
  int arrived() {
    return notes.count(ARRIVED);
  }

  int passed() {
    return notes.count(PASSED);
  }

  int interrupted() {
    return notes.count(INTERRUPTED);
  }

  void awaitArrivals(int count) {
    TestRay.await(count + " tasks at the gate", () -> arrived() >= count);
  }
}
