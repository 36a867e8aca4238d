package ray.runtime;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Connects one run to its thread: so that it is interrupted only while it runs, and woken when it
 * may go on. Thread-safe.
 */
final class RunGuard {
  private final Thread thread;
  private final long startedNs;
  private boolean interrupted;
  private boolean done;
  private volatile boolean resumed;
  private volatile int itemsTaken;

  /** What the run was lent; null where nothing. */
  private WorkerLocals.@Nullable Loans loans;

  RunGuard(Thread thread, long startedNs) {
    this.thread = thread;
    this.startedNs = startedNs;
  }

  /** When the run began, as {@link System#nanoTime} says it. */
  long startedNs() {
    return startedNs;
  }

  /** What the run was lent, for the run itself. */
  WorkerLocals.Loans loans() {
    if (loans == null) {
      loans = new WorkerLocals.Loans();
    }
    return loans;
  }

  /** The same where there is anything. */
  WorkerLocals.@Nullable Loans loansOrNull() {
    return loans;
  }

  Thread thread() {
    return thread;
  }

  synchronized void interrupt() {
    if (!done) {
      interrupted = true;
      thread.interrupt();
    }
  }

  /** The run has ended; returns whether the thread's interrupt was this run's. */
  synchronized boolean finish() {
    done = true;
    return interrupted;
  }

  /** A later part of the same run begins on the same thread. */
  void expectResume() {
    resumed = false;
  }

  void resume() {
    resumed = true;
    LockSupport.unpark(thread);
  }

  /** Waits for the CPUs, whatever interrupts there are: the run must hold them to go on. */
  void awaitResume() {
    boolean wasInterrupted = false;
    while (!resumed) {
      LockSupport.park(this);
      wasInterrupted |= Thread.interrupted();
    }
    if (wasInterrupted) {
      thread.interrupt();
    }
  }

  void itemsTaken(int count) {
    itemsTaken = Math.max(itemsTaken, count);
    LockSupport.unpark(thread);
  }

  int itemsTaken() {
    return itemsTaken;
  }
}
