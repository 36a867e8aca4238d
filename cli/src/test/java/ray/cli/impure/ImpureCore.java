package ray.cli.impure;

import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;

/** Breaks each rule of a pure core once. */
public final class ImpureCore {
  private final ReentrantLock lock = new ReentrantLock();
  private final Random random = new Random();

  /** Locks, waits its turn, reads the clock and rolls dice. */
  public synchronized long act() {
    lock.lock();
    try {
      return System.nanoTime() + random.nextLong();
    } finally {
      lock.unlock();
    }
  }
}
