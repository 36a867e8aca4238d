package ray.core.node;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.core.FunctionKey;
import ray.core.Message;

/** What a node has given: to an owner for its tasks of one class, or to an actor for its life. */
final class Lease {
  final long id;
  final long owner;
  final long job;
  final Resources resources;

  /** The tasks that it is for; null where it is for an actor. */
  final @Nullable FunctionKey schedulingClass;

  /** The actor that it is for; null where it is for tasks. */
  final Message.@Nullable PlaceActor actor;

  /** Where; 0 while that worker is being started. */
  long worker;

  /** Which GPUs it has, a bit for each. */
  long gpus;

  boolean suspended;
  boolean resuming;

  /** Whether it ever was suspended, so that its worker must have heard of it. */
  boolean known;

  /** A lease for tasks. */
  Lease(long id, long owner, long job, FunctionKey schedulingClass) {
    this.id = id;
    this.owner = owner;
    this.job = job;
    this.resources = schedulingClass.resources();
    this.schedulingClass = schedulingClass;
    this.actor = null;
  }

  /** A lease for an actor. */
  Lease(long id, Message.PlaceActor actor) {
    this.id = id;
    this.owner = 0;
    this.job = actor.spec().creation().job();
    this.resources = actor.spec().options().resources();
    this.schedulingClass = null;
    this.actor = actor;
  }

  /**
   * Whether its worker, which says that it has no lease for tasks of this class, has not heard of
   * this one yet.
   */
  boolean isOnItsWay(Message.ReplaceLease asked) {
    return worker == asked.worker()
        && owner == asked.owner()
        && !suspended
        && !known
        && asked.schedulingClass().equals(schedulingClass);
  }

  boolean isActors() {
    return actor != null;
  }

  long cpuUnits() {
    return resources.units().getOrDefault(Resources.CPU, 0L);
  }

  /** What is free for others while it is suspended: the rest stays in its process's hands. */
  Resources cpus() {
    long units = cpuUnits();
    return units == 0 ? Resources.NONE : new Resources(Map.of(Resources.CPU, units));
  }
}
