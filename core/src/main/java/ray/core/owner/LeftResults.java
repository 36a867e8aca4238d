package ray.core.owner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ray.core.DeadProcesses;
import ray.core.Message;
import ray.core.Outcome;

/**
 * What workers stored for this process before they died. What it has not heard of by the time that
 * it knows of the death it will never hear of, as nothing of a dead process comes after that: so it
 * lets go of it.
 */
final class LeftResults {
  private final OwnerEffects effects;
  private final DeadProcesses dead;
  private final StoredValues storedValues;

  /** Of workers that are not known to be dead here. */
  private final Map<Long, List<Message.ResultsLeft>> early = new HashMap<>();

  LeftResults(OwnerEffects effects, DeadProcesses dead, StoredValues storedValues) {
    this.effects = effects;
    this.dead = dead;
    this.storedValues = storedValues;
  }

  /** A node says what it has of a worker, whose last words may be on their way. */
  void told(Message.ResultsLeft left) {
    if (dead.contains(left.worker())) {
      releaseUnknown(left);
    } else {
      early.computeIfAbsent(left.worker(), missing -> new ArrayList<>(1)).add(left);
    }
  }

  /** A worker is dead, and all that it said was heard. */
  void died(long worker) {
    List<Message.ResultsLeft> left = early.remove(worker);
    if (left != null) {
      left.forEach(this::releaseUnknown);
    }
  }

  private void releaseUnknown(Message.ResultsLeft left) {
    for (long key : left.keys()) {
      if (!storedValues.isKept(left.node(), key)) {
        effects.release(new Outcome.Stored(left.node(), key, 0, List.of(), null));
      }
    }
  }
}
