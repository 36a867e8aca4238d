package ray.core.owner;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.core.TaskSpec;

/**
 * Constructors that will not be begun again, but may still run: of an actor that was killed while
 * it was made. What they take is held until the control service says that none of them runs.
 */
final class Constructors {
  private final Arguments arguments;
  private final Map<ActorId, TaskSpec> held = new HashMap<>();

  /** Those of which that was said before their actor was known to be dead. */
  private final Set<ActorId> ended = new HashSet<>();

  Constructors(Arguments arguments) {
    this.arguments = arguments;
  }

  /** A constructor will not be begun again: what it takes goes when it does not run any more. */
  void letGo(TaskSpec creation) {
    ActorId actor = new ActorId(creation.id());
    if (ended.remove(actor)) {
      arguments.release(creation);
    } else {
      held.put(actor, creation);
    }
  }

  /**
   * No constructor of an actor runs any more.
   *
   * @param known whether {@link #letGo} is still to come
   */
  void ended(ActorId actor, boolean known) {
    TaskSpec creation = held.remove(actor);
    if (creation != null) {
      arguments.release(creation);
    } else if (known) {
      ended.add(actor);
    }
  }

  /** The constructor of an actor, if what it takes is held here. */
  @Nullable TaskSpec of(ActorId actor) {
    return held.get(actor);
  }
}
