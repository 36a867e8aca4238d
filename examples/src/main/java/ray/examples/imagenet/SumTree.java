package ray.examples.imagenet;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ray.ObjectRef;
import ray.Ray;
import ray.RemoteFunction2;

/**
 * Adds sums up by a tree of tasks that grows with them: two sums of a level become one of the next,
 * as digits carry. So no sum is read here, no task waits long, and as many refs are held as the
 * tree has levels. Only sums that are ready are given to it: tasks that wait for others while their
 * arguments fill the store would leave no room for any result. Not thread-safe.
 */
final class SumTree {
  /** Levels to have memory for: 4,096 batches. Each further level holds one more sum. */
  static final int MAX_LEVELS = 12;

  private final RemoteFunction2<PixelSum, PixelSum, ObjectRef<PixelSum>> add =
      Ray.remote(ImageNetTasks::add).name("add sums");

  /** At each level the sum that waits for a second one. */
  private final List<@Nullable ObjectRef<PixelSum>> waiting = new ArrayList<>();

  /**
   * Takes a sum, whose ref is closed when it is no longer needed.
   *
   * @param sum is ready
   * @param level how often it was added up
   * @return what it and another one become, one level up, which is to be given back when it is
   *     ready; null if it is the first of its level
   */
  @Nullable ObjectRef<PixelSum> add(ObjectRef<PixelSum> sum, int level) {
    while (waiting.size() <= level) {
      waiting.add(null);
    }
    ObjectRef<PixelSum> other = waiting.get(level);
    waiting.set(level, other == null ? sum : null);
    return other == null ? null : join(other, sum);
  }

  /** The sum of all that were taken and have not become one; empty if there was none. */
  Optional<ObjectRef<PixelSum>> total() {
    ObjectRef<PixelSum> total = null;
    for (ObjectRef<PixelSum> sum : waiting) {
      if (sum != null) {
        total = total == null ? sum : join(sum, total);
      }
    }
    waiting.clear();
    return Optional.ofNullable(total);
  }

  private ObjectRef<PixelSum> join(ObjectRef<PixelSum> left, ObjectRef<PixelSum> right) {
    try (left;
        right) {
      return add.remote(left, right);
    }
  }
}
