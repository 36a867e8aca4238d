package ray.core.owner;

/** The time of the event that an owner handles, which all parts of its core read. */
final class EventTime {
  long nowNs;
}
