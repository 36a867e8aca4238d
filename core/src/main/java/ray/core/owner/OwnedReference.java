package ray.core.owner;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;

/** An object of this process: it alone decides when the object is freed. */
public final class OwnedReference extends Reference {
  /** The task that makes it; null once it is made, or where it was put. */
  @Nullable Task producer;

  /** What it is another name of; null where it has a value of its own. */
  @Nullable Reference target;

  /** The foreign object whose value this one takes over; null when that is done. */
  @Nullable BorrowedReference adopting;

  /**
   * How many registrations each other process has. A number may be negative for a while: a
   * borrower's own message can overtake that of the process which registered it.
   */
  @Nullable Map<Long, Integer> borrowers;

  /** Processes that asked what the object is. */
  @Nullable List<Asker> askers;

  /** Where the program created it, if that is recorded, opaque. */
  @Nullable Object creationSite;

  /** A process that waits for the outcome. */
  record Asker(long process, boolean adopt) {}

  OwnedReference(ObjectId id) {
    super(id);
  }

  void addBorrower(long process, int registrations) {
    if (borrowers == null) {
      borrowers = new HashMap<>(4);
    }
    if (borrowers.merge(process, registrations, Integer::sum) == 0) {
      borrowers.remove(process);
    }
  }

  void addAsker(Asker asker) {
    if (askers == null) {
      askers = new ArrayList<>(2);
    }
    askers.add(asker);
  }

  boolean isFreeable() {
    return isUnused()
        && producer == null
        && adopting == null
        && (borrowers == null || borrowers.isEmpty());
  }
}
