package ray.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;

/**
 * The refs of others that a run has read from its arguments, for as long as it runs. Thread-safe.
 */
final class Acquired {
  private @Nullable List<ObjectId> ids;

  synchronized void add(Collection<ObjectId> more) {
    if (ids == null) {
      ids = new ArrayList<>();
    }
    ids.addAll(more);
  }

  synchronized List<ObjectId> all() {
    return ids == null ? List.of() : List.copyOf(ids);
  }
}
