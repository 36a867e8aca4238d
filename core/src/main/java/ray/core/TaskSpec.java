package ray.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ObjectId;

/**
 * All that does not change about one task: what to run, on what, under which policy. Shared by
 * reference between the parts of one JVM; every field but the opaque ones is plain data.
 *
 * @param id the task's id, which is that of its first result; the others are two apart from each
 *     other
 * @param parent the task that submitted it; null for the driver
 * @param call what it has in common with other calls of its function
 * @param arguments each a {@link RefArgument} or an opaque value
 * @param nested the refs inside the opaque values, and those that the function captured
 * @param actor the actor whose method or constructor this is; null for a plain task
 */
public record TaskSpec(
    ObjectId id,
    @Nullable ObjectId parent,
    CallSpec call,
    @Nullable Object[] arguments,
    List<ObjectId> nested,
    @Nullable ActorId actor) {

  /** The same in a process of its own. */
  public TaskSpec isolated() {
    return new TaskSpec(
        id,
        parent,
        new CallSpec(
            call.job(),
            call.schedulingClass().isolated(),
            call.name(),
            call.function(),
            call.returns(),
            call.policy()),
        arguments,
        nested,
        actor);
  }

  /** The job it belongs to. */
  public long job() {
    return call.job();
  }

  /** Function and needs. */
  public FunctionKey schedulingClass() {
    return call.schedulingClass();
  }

  /** What people see. */
  public String name() {
    return call.name();
  }

  /** The user's function, opaque. */
  public Object function() {
    return call.function();
  }

  /** How many results; -1 for a generator. */
  public int returns() {
    return call.returns();
  }

  /** Retries, limits and labels. */
  public TaskPolicy policy() {
    return call.policy();
  }

  /** Whether results arrive one by one while it runs. */
  public boolean isGenerator() {
    return call.returns() < 0;
  }

  /** Whether this is an actor's constructor. */
  public boolean isCreation() {
    return actor != null && actor.creation().equals(id);
  }

  /** The id of a result. */
  public ObjectId result(int index) {
    return index == 0 ? id : new ObjectId(id.owner(), id.number() + 2L * index);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return call.name() + " " + id;
  }
}
