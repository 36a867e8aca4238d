package ray.runtime.serialization;

import java.util.ArrayList;
import java.util.List;

/**
 * A plain table of handles: collects while a value is written and resolves while it is read. Equal
 * handles share one entry only if they are the same instance. Not thread-safe.
 */
public final class HandleTable implements RefCollector, RefResolver {
  private final List<Object> handles;

  /** An empty table, to write with. */
  public HandleTable() {
    this(List.of());
  }

  /** A table that holds these handles, to read with. */
  public HandleTable(List<?> handles) {
    this.handles = new ArrayList<>(handles);
  }

  @Override
  public int add(Object handle) {
    for (int index = 0; index < handles.size() && index < SCANNED_FOR_DUPLICATES; index++) {
      if (handles.get(index) == handle) {
        return index;
      }
    }
    handles.add(handle);
    return handles.size() - 1;
  }

  @Override
  public Object resolve(int index) {
    if (index < 0 || index >= handles.size()) {
      throw new UnreadableValueException(
          "a value names handle " + index + " of a table of " + handles.size());
    }
    return handles.get(index);
  }

  /** Returns the handles in the order of their indexes. */
  public List<Object> handles() {
    return List.copyOf(handles);
  }

  // The serializer itself writes one instance once; this only joins the few that reach the table
  // through different objects (surrogates), so a long scan would cost more than it saves.
  private static final int SCANNED_FOR_DUPLICATES = 8;
}
