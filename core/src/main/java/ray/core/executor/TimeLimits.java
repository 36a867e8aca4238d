package ray.core.executor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import ray.ErrorCode;
import ray.core.Outcome;
import ray.core.TaskSpec;

/** Runs that have a time limit. One that exceeds it fails at once, and is interrupted. */
final class TimeLimits {
  /** The duration of a run that was given up. */
  private static final long STILL_RUNS = -1;

  private final ExecutorEffects effects;
  private final Reports reports;
  private final List<Execution> timed = new ArrayList<>();

  TimeLimits(ExecutorEffects effects, Reports reports) {
    this.effects = effects;
    this.reports = reports;
  }

  /** Starts a run's clock. */
  void start(Execution run, long nowNs) {
    run.deadlineNs = nowNs + run.spec().policy().timeoutNs();
    timed.add(run);
    effects.tickSoon();
  }

  /** A run has ended. */
  void stop(Execution run) {
    if (run.deadlineNs != 0) {
      timed.remove(run);
    }
  }

  /** Time passed: ends what is over its limit. Returns whether anything has a limit. */
  boolean tick(long nowNs) {
    for (int i = timed.size() - 1; i >= 0; i--) {
      Execution run = timed.get(i);
      if (nowNs - run.deadlineNs >= 0) {
        timed.remove(i);
        run.deadlineNs = 0;
        if (!run.orphaned && run.state != Execution.State.ENDED) {
          reports.add(run, List.of(timedOut(run.spec())), List.of(), 0, STILL_RUNS);
          run.cancel();
          effects.interrupt(run);
        }
      }
    }
    return !timed.isEmpty();
  }

  private static Outcome.Failed timedOut(TaskSpec spec) {
    return Outcome.Failed.of(
        ErrorCode.TASK_TIMED_OUT,
        "task "
            + spec.name()
            + " took longer than its limit of "
            + Duration.ofNanos(spec.policy().timeoutNs())
            + " and was interrupted; give it more time with timeout(…)");
  }
}
