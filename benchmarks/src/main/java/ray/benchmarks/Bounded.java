package ray.benchmarks;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs what may fail or hang, so that the rest of a benchmark goes on. */
final class Bounded {
  private Bounded() {}

  /** It failed, or did not end; the message is for the user and goes on behind a case's name. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  /**
   * Runs something on a thread of its own, and blocks until it ends or the time is over. What does
   * not end is interrupted and left alone.
   */
  static <T> T call(Callable<T> work, long limitSeconds)
      throws FailedException, InterruptedException {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().daemon().name("benchmark").start(task);
    try {
      return task.get(limitSeconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new FailedException("failed: " + e.getCause());
    } catch (TimeoutException e) {
      String where = where(thread);
      thread.interrupt();
      throw new FailedException("did not end within " + limitSeconds + " s; it was at " + where);
    }
  }

  private static String where(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length == 0 ? "its end" : stack[0].toString();
  }
}
