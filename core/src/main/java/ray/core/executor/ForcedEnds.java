package ray.core.executor;

import java.time.Duration;
import java.util.ArrayDeque;
import ray.core.Message;

/**
 * Runs that were cancelled by force. Of one that goes on for too long the node is told, which ends
 * the whole process: a thread that ignores its interrupt can't be stopped in another way.
 */
final class ForcedEnds {
  /** How long a run may take to heed its interrupt. */
  static final Duration FORCE_AFTER = Duration.ofMillis(500);

  private record Forced(Execution run, long deadlineNs) {}

  private final long self;
  private final ExecutorEffects effects;

  /** In the order of their deadlines, as all have the same time. */
  private final ArrayDeque<Forced> waiting = new ArrayDeque<>();

  ForcedEnds(long self, ExecutorEffects effects) {
    this.self = self;
    this.effects = effects;
  }

  /** A run has to end from now on. */
  void start(Execution run, long nowNs) {
    waiting.add(new Forced(run, nowNs + FORCE_AFTER.toNanos()));
    effects.tickSoon();
  }

  /** Time passed: has the process ended if a run is still there. Returns whether any has time. */
  boolean tick(long nowNs) {
    while (!waiting.isEmpty() && nowNs - waiting.getFirst().deadlineNs() >= 0) {
      Execution run = waiting.removeFirst().run();
      // One that has not begun never will.
      if (run.state != Execution.State.ENDED && run.runner() != null) {
        effects.send(effects.node(), new Message.EndWorker(self, reason(run)));
      }
    }
    return !waiting.isEmpty();
  }

  private static String reason(Execution run) {
    return "task "
        + run.spec().name()
        + " was cancelled by force, and did not end within "
        + FORCE_AFTER.toMillis()
        + " ms";
  }
}
