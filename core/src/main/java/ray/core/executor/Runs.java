package ray.core.executor;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.SequenceMap;

/** The runs in a worker that have not ended, by the number of their task, for each owner. */
final class Runs {
  private final Map<Long, SequenceMap<Execution>> runs = new HashMap<>();

  /** What was looked up last, which is most often what is looked up next. */
  private @Nullable SequenceMap<Execution> recent;

  private long recentOwner;

  void add(Execution run) {
    SequenceMap<Execution> ofOwner = of(run.owner());
    if (ofOwner == null) {
      ofOwner = new SequenceMap<>();
      runs.put(run.owner(), ofOwner);
    }
    ofOwner.put(run.spec().id().number(), run);
  }

  private @Nullable SequenceMap<Execution> of(long owner) {
    if (recent == null || recentOwner != owner) {
      recentOwner = owner;
      recent = runs.get(owner);
    }
    return recent;
  }

  @Nullable Execution find(ObjectId task) {
    SequenceMap<Execution> ofOwner = of(task.owner());
    return ofOwner == null ? null : ofOwner.get(task.number());
  }

  void remove(Execution run) {
    SequenceMap<Execution> ofOwner = of(run.owner());
    if (ofOwner != null && ofOwner.get(run.spec().id().number()) == run) {
      ofOwner.remove(run.spec().id().number());
    }
  }

  /** An owner is gone: returns what it has here, which nobody waits for any more. */
  @Nullable SequenceMap<Execution> removeOwner(long owner) {
    recent = null;
    return runs.remove(owner);
  }

  boolean isEmpty() {
    for (SequenceMap<Execution> ofOwner : runs.values()) {
      if (!ofOwner.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  void forEach(Consumer<Execution> visitor) {
    runs.values().forEach(ofOwner -> ofOwner.forEach(visitor));
  }
}
