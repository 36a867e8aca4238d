package ray.core.owner;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;

/** An object of another process that this one holds. */
public final class BorrowedReference extends Reference {
  /**
   * How often the owner has been told, or is being told, that this process holds the object, by who
   * tells it.
   */
  private final Map<Long, Integer> registrations = new TreeMap<>();

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

  /** The owner has been told, or is being told, by this process. */
  void registeredBy(long registrar) {
    registrations.merge(registrar, 1, Integer::sum);
  }

  boolean isRegistered() {
    return !registrations.isEmpty();
  }

  boolean isRegisteredBy(long registrar) {
    return registrations.containsKey(registrar);
  }

  int registrationsBy(long registrar) {
    return registrations.getOrDefault(registrar, 0);
  }

  /** Visits the registrations, by who made them. */
  void forEachRegistration(BiConsumer<Long, Integer> visitor) {
    registrations.forEach(visitor);
  }

  /** The owner is gone, and with it what it was told. */
  void forgetRegistrations() {
    registrations.clear();
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
