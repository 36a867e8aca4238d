package ray.runtime;

import org.jspecify.annotations.Nullable;
import ray.core.executor.Execution;
import ray.spi.Backend;

/**
 * What the calling thread runs: one for each lane on its stack, the innermost current. Bound to its
 * thread, and used by that alone.
 */
final class TaskContext {
  private static final ThreadLocal<@Nullable TaskContext> CURRENT = new ThreadLocal<>();

  final ExecutorShell executor;
  final LaneRun lane;
  final @Nullable TaskContext outer;
  final int depth;
  private @Nullable Execution run;
  private @Nullable RunGuard guard;
  private boolean submitted;

  private TaskContext(ExecutorShell executor, LaneRun lane, @Nullable TaskContext outer) {
    this.executor = executor;
    this.lane = lane;
    this.outer = outer;
    this.depth = outer == null ? 1 : outer.depth + 1;
  }

  static @Nullable TaskContext current() {
    return CURRENT.get();
  }

  /** The context of a run of this instance, or null. */
  static @Nullable TaskContext of(Backend backend) {
    TaskContext context = CURRENT.get();
    return context != null && context.executor.backend() == backend ? context : null;
  }

  static TaskContext enter(ExecutorShell executor, LaneRun lane) {
    TaskContext context = new TaskContext(executor, lane, CURRENT.get());
    CURRENT.set(context);
    return context;
  }

  void leave() {
    CURRENT.set(outer);
  }

  void begin(Execution next, RunGuard nextGuard) {
    run = next;
    guard = nextGuard;
    submitted = false;
  }

  /** The run has submitted tasks, which may have been gathered. */
  void submitted() {
    submitted = true;
  }

  boolean hasSubmitted() {
    return submitted;
  }

  Execution run() {
    Execution current = run;
    if (current == null) {
      throw new IllegalStateException("no task runs");
    }
    return current;
  }

  RunGuard guard() {
    RunGuard current = guard;
    if (current == null) {
      throw new IllegalStateException("no task runs");
    }
    return current;
  }
}
