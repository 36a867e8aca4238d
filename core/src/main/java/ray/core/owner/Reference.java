package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Invariant;
import ray.core.Outcome;

/**
 * What one process knows of one object, and why it keeps it: a count for each reason, all zero only
 * when the process has no use for the object any more.
 */
public abstract sealed class Reference permits OwnedReference, BorrowedReference {
  private final ObjectId id;

  /**
   * Living handles of the program. There is one at a time, and those that the collector has not
   * found.
   */
  int handles;

  /** Unfinished tasks that take the object, as an argument or inside one. */
  int arguments;

  /** Objects of this process that contain it, and other holds by the protocol itself. */
  int contained;

  /** Objects of this process that are other names of it. */
  int aliases;

  /** What the object is; null until it is known. */
  @Nullable Outcome outcome;

  /** The interned handle, opaque; null when there is none. */
  @Nullable Object cell;

  /** Tasks that wait for the object. */
  @Nullable List<Task> dependents;

  /** Objects of this process that become what this becomes. */
  @Nullable List<OwnedReference> aliasWaiters;

  Reference(ObjectId id) {
    this.id = id;
  }

  /** The object's id. */
  public ObjectId id() {
    return id;
  }

  /** What the object is; null until it is known. */
  public @Nullable Outcome outcome() {
    return outcome;
  }

  /** The interned handle, opaque; null when there is none. */
  public @Nullable Object cell() {
    return cell;
  }

  boolean isUnused() {
    return handles == 0 && arguments == 0 && contained == 0 && aliases == 0;
  }

  /** The object whose value this one has, which is what holds the refs in it. */
  Reference keeper() {
    Reference keeper = this;
    while (keeper instanceof OwnedReference own && own.target != null) {
      keeper = own.target;
    }
    return keeper;
  }

  void addDependent(Task task) {
    if (dependents == null) {
      dependents = new ArrayList<>(2);
    }
    dependents.add(task);
  }

  void addAliasWaiter(OwnedReference alias) {
    if (aliasWaiters == null) {
      aliasWaiters = new ArrayList<>(2);
    }
    aliasWaiters.add(alias);
  }

  void checkCounts() {
    Invariant.check(
        (handles | arguments | contained | aliases) >= 0, "counts are not negative", this);
  }

  @Override
  public String toString() {
    return getClass().getSimpleName()
        + " "
        + id
        + " handles="
        + handles
        + " arguments="
        + arguments
        + " contained="
        + contained
        + " aliases="
        + aliases
        + " outcome="
        + outcome;
  }
}
