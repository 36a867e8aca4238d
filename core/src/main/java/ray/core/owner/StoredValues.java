package ray.core.owner;

import java.util.HashMap;
import java.util.Map;
import ray.core.Outcome;

/**
 * Which stored values this process has pinned, and for how many of its objects: several heirs may
 * have the same bytes, of which the store knows only that this process keeps them.
 */
final class StoredValues {
  private record Place(long node, long key) {}

  private final Map<Place, Integer> objects = new HashMap<>();

  /** One more object has the value. */
  void keep(Outcome.Stored stored) {
    objects.merge(new Place(stored.node(), stored.key()), 1, Integer::sum);
  }

  /** Whether any object has it. */
  boolean isKept(long node, long key) {
    return objects.containsKey(new Place(node, key));
  }

  /** One object less has it; returns whether none is left. */
  boolean letGo(Outcome.Stored stored) {
    Integer left =
        objects.computeIfPresent(
            new Place(stored.node(), stored.key()),
            (place, count) -> count == 1 ? null : count - 1);
    return left == null;
  }
}
