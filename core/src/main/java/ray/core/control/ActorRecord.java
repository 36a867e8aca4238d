package ray.core.control;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ray.ActorInfo;
import ray.core.ActorSpec;
import ray.core.Outcome;

/** The directory's entry of one actor. */
final class ActorRecord {
  final ActorSpec spec;
  final long owner;

  /** The values of the constructor's refs, for as long as it may have to run again. */
  Outcome @Nullable [] values;

  /**
   * Which incarnations were sent to a node, and have neither been made nor come to nothing there;
   * and to which node.
   */
  final Map<Integer, Long> constructing = new HashMap<>(2);

  final Set<Long> watchers = new LinkedHashSet<>(2);
  ActorInfo.State state = ActorInfo.State.PENDING;
  int incarnation;
  int restartsLeft;
  int restarts;
  long node;
  long worker;
  Outcome.@Nullable Failed cause;

  /** Nothing refers to it any more: it ends when its constructor has run. */
  boolean outOfScope;

  ActorRecord(ActorSpec spec, long owner, Outcome @Nullable [] values) {
    this.spec = spec;
    this.owner = owner;
    this.values = values;
    this.restartsLeft = spec.options().maxRestarts();
  }

  boolean takeRestart() {
    if (restartsLeft == 0) {
      return false;
    }
    if (restartsLeft > 0) {
      restartsLeft--;
    }
    restarts++;
    return true;
  }
}
