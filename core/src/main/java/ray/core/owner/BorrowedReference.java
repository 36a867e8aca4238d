package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;

/** An object of another process that this one holds. */
public final class BorrowedReference extends Reference {
  /** How often the owner has been told, or is being told, that this process holds the object. */
  int registrations;

  /** Whether the owner was asked what the object is. */
  boolean asked;

  /** The object of this process that takes the value over; null where none does. */
  @Nullable OwnedReference heir;

  /**
   * Objects kept until the owner has acknowledged this process, because they keep this one alive.
   */
  @Nullable List<Reference> umbrellas;

  BorrowedReference(ObjectId id) {
    super(id);
  }

  void keepUntilAcknowledged(Reference umbrella) {
    if (umbrellas == null) {
      umbrellas = new ArrayList<>(2);
    }
    umbrellas.add(umbrella);
  }

  /** Whether neither this process nor an acknowledgement on its way has a use for it. */
  boolean isForgettable() {
    return isUnused() && umbrellas == null;
  }
}
