package ray.runtime;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ObjectId;
import ray.TaskCancelledException;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.executor.Lane;
import ray.spi.Backend;
import ray.wire.Polling;

/**
 * Waits where the executors are in this JVM: a thread runs the task that it waits for itself, if
 * that may start, which saves two wake-ups; else it gives its CPU back, spins for as long as recent
 * waits were short, and parks. Thread-safe.
 */
public final class LocalWaiting implements Waiting, GeneratorStream.Parker {
  /** How many tasks may run inside each other on one thread's stack. */
  static final int MAX_DEPTH = 24;

  /** What a short wait is, for which a thread spins, where all is in one JVM. */
  private static final long SHORT_NS = 25_000;

  /** The same where what it waits for comes from another process. */
  private static final long SHORT_POLLING_NS = 100_000;

  /**
   * How long a call of the serial mode waits until it may run: for a thread that holds a core up.
   */
  private static final long SERIAL_PATIENCE_NS = 50_000_000;

  /** How often a waiting thread of the serial mode looks for something to run. */
  private static final long SERIAL_LOOK_NS = 500_000;

  private final Backend backend;
  private final boolean serial;
  private final Polling polling;
  private final SpinPolicy spins;
  private final Map<ActorId, CompletableFuture<Message.ActorRegistered>> registrations =
      new ConcurrentHashMap<>();
  private List<ExecutorShell> executors = List.of();

  /** Waiting for an instance; threads that spin read messages meanwhile. */
  public LocalWaiting(Backend backend, boolean serial, Polling polling) {
    this.backend = backend;
    this.serial = serial;
    this.polling = polling;
    this.spins =
        polling == Polling.NOTHING
            ? new SpinPolicy(SHORT_NS, false)
            : new SpinPolicy(SHORT_POLLING_NS, true);
  }

  /** Lets waiting threads run tasks of these executors. */
  public void executors(List<ExecutorShell> local) {
    this.executors = List.copyOf(local);
  }

  @Override
  public void timeMatters() {
    executors.forEach(ExecutorShell::watchTime);
  }

  @Override
  public Backend backend() {
    return backend;
  }

  @Override
  public @Nullable Outcome await(Handle<?> handle, long deadlineNs) {
    HandleCell cell = handle.cell();
    Outcome outcome = cell.outcome();
    if (outcome != null) {
      return outcome;
    }
    TaskContext context = TaskContext.of(backend);
    boolean mayRun =
        serial || deadlineNs == Long.MAX_VALUE && (context == null || context.depth < MAX_DEPTH);
    if (context != null && mayRun && !serial && runInPlace(context, handle)) {
      return cell.outcome();
    }
    handle.owner().want(handle.id());
    if (context == null) {
      if (mayRun) {
        runAwaited(handle.id(), cell);
      }
      return awaitOutcome(handle, cell, deadlineNs);
    }
    context.executor.block(context);
    try {
      if (mayRun) {
        runAwaited(handle.id(), cell);
      }
      return awaitOutcome(handle, cell, deadlineNs);
    } finally {
      context.executor.unblock(context);
    }
  }

  /** Runs what makes the object in place of the run that waits; returns whether it has come. */
  private static boolean runInPlace(TaskContext context, Handle<?> handle) {
    boolean ran = handle.owner() == context.executor.owner();
    while (ran && handle.cell().outcome() == null) {
      ran = context.executor.lend(context, handle.id());
    }
    return handle.cell().outcome() != null;
  }

  /** Runs what makes the object, and what has to run before, for as long as that can start. */
  private void runAwaited(ObjectId id, HandleCell cell) {
    boolean ran = true;
    while (ran && cell.outcome() == null) {
      ran = runClaimed(id);
    }
  }

  private @Nullable Outcome awaitOutcome(Handle<?> handle, HandleCell cell, long deadlineNs) {
    Outcome outcome = cell.outcome();
    if (outcome != null) {
      return outcome;
    }
    long beganNs = System.nanoTime();
    Thread thread = Thread.currentThread();
    if (spin(() -> cell.outcome() != null, beganNs)) {
      waited(beganNs);
      return cell.outcome();
    }
    HandleCell.Waiter waiter = new HandleCell.Waiter(() -> LockSupport.unpark(thread));
    if (cell.whenComplete(waiter)) {
      while ((outcome = cell.outcome()) == null) {
        long leftNs = Clocks.remainingNs(deadlineNs);
        if (leftNs <= 0) {
          waiter.cancel();
          return null;
        }
        if (serial) {
          if (runAnything()) {
            continue;
          }
          leftNs = Math.min(leftNs, SERIAL_LOOK_NS);
        }
        LockSupport.parkNanos(handle, leftNs);
        if (Thread.interrupted()) {
          waiter.cancel();
          thread.interrupt();
          throw interrupted("object " + handle.id());
        }
        if (handle.owner().isClosed()) {
          throw handle.unusable();
        }
      }
    }
    waited(beganNs);
    return cell.outcome();
  }

  /** Looks for a while, if recent waits were short; returns whether the condition came to hold. */
  private boolean spin(BooleanSupplier condition, long beganNs) {
    long patienceNs = spins.patienceNs();
    if (patienceNs == 0) {
      return false;
    }
    boolean virtual = Thread.currentThread().isVirtual();
    boolean polls = polling != Polling.NOTHING;
    for (int i = 0; System.nanoTime() - beganNs < patienceNs; i++) {
      if (condition.getAsBoolean()) {
        return true;
      }
      if (polling.poll()) {
        continue;
      }
      // Of a platform thread, to whoever else the system has put on its processor: perhaps the one
      // that is to answer, and would come to it only when the time slice is over.
      if ((virtual || polls) && (i & 7) == 7) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
    polling.leave();
    return condition.getAsBoolean();
  }

  private void waited(long beganNs) {
    spins.waited(System.nanoTime() - beganNs);
  }

  private static TaskCancelledException interrupted(String what) {
    return new TaskCancelledException(
        "the thread was interrupted while it waited for "
            + what
            + ": its task was cancelled, or its program interrupts it");
  }

  /**
   * Waits on behalf of a thread until a condition holds; whoever makes it true unparks the thread.
   */
  public boolean awaitCondition(BooleanSupplier condition, long deadlineNs, String what) {
    if (condition.getAsBoolean()) {
      return true;
    }
    TaskContext context = TaskContext.of(backend);
    if (context != null) {
      context.executor.block(context);
    }
    try {
      if (polling != Polling.NOTHING) {
        spin(condition, System.nanoTime());
      }
      while (!condition.getAsBoolean()) {
        long leftNs = Clocks.remainingNs(deadlineNs);
        if (leftNs <= 0) {
          return false;
        }
        if (Thread.interrupted()) {
          Thread.currentThread().interrupt();
          throw interrupted(what);
        }
        if (serial) {
          if (runAnything()) {
            continue;
          }
          leftNs = Math.min(leftNs, SERIAL_LOOK_NS);
        }
        LockSupport.parkNanos(this, leftNs);
      }
      return true;
    } finally {
      if (context != null) {
        context.executor.unblock(context);
      }
    }
  }

  @Override
  public void await(BooleanSupplier condition, GeneratorStream<?> stream) {
    stream.consumer(Thread.currentThread());
    stream.owner().want(stream.task().spec().id());
    try {
      if (serial) {
        runGenerator(stream, condition);
      }
      awaitCondition(condition, Long.MAX_VALUE, "the next item of a generator");
    } finally {
      stream.consumer(null);
    }
  }

  private void runGenerator(GeneratorStream<?> stream, BooleanSupplier condition) {
    if (!condition.getAsBoolean()) {
      runClaimed(stream.task().spec().id());
    }
  }

  /** Runs what was just submitted on the calling thread: the serial mode. */
  void runNow(ObjectId id, BooleanSupplier done) {
    TaskContext context = TaskContext.of(backend);
    if (context != null) {
      context.executor.block(context);
    }
    try {
      boolean ran = false;
      long patientUntilNs = System.nanoTime() + SERIAL_PATIENCE_NS;
      while (!done.getAsBoolean()) {
        if (runClaimed(id)) {
          ran = true;
        } else if (ran || System.nanoTime() - patientUntilNs > 0) {
          return;
        } else {
          Thread.yield();
        }
      }
    } finally {
      if (context != null) {
        context.executor.unblock(context);
      }
    }
  }

  private boolean runClaimed(ObjectId id) {
    boolean ran = false;
    for (ExecutorShell executor : executors) {
      Lane lane = executor.claim(id);
      if (lane != null) {
        executor.run(lane);
        ran = true;
      }
    }
    return ran;
  }

  /** In serial mode nobody else runs what could not be run when it was submitted. */
  private boolean runAnything() {
    boolean ran = false;
    for (ExecutorShell executor : executors) {
      Lane lane = executor.take();
      if (lane != null) {
        executor.run(lane);
        ran = true;
      }
    }
    return ran;
  }

  boolean isSerial() {
    return serial;
  }

  // ---- registrations of named actors

  CompletableFuture<Message.ActorRegistered> expectRegistration(ActorId actor) {
    return registrations.computeIfAbsent(actor, missing -> new CompletableFuture<>());
  }

  @Override
  public void actorRegistered(Message.ActorRegistered answer) {
    CompletableFuture<Message.ActorRegistered> expected = registrations.remove(answer.requested());
    if (expected != null) {
      expected.complete(Objects.requireNonNull(answer));
    }
  }
}
