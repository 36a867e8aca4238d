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
 * @param job the job it belongs to
 * @param parent the task that submitted it; null for the driver
 * @param schedulingClass function and needs
 * @param name what people see
 * @param function the user's function, opaque
 * @param arguments each a {@link RefArgument} or an opaque value
 * @param nested the refs inside the opaque values
 * @param returns how many results; -1 for a generator
 * @param policy retries, limits and labels, opaque to all but its owner and executor
 * @param actor the actor whose method or constructor this is; null for a plain task
 */
public record TaskSpec(
    ObjectId id,
    long job,
    @Nullable ObjectId parent,
    FunctionKey schedulingClass,
    String name,
    Object function,
    @Nullable Object[] arguments,
    List<ObjectId> nested,
    int returns,
    TaskPolicy policy,
    @Nullable ActorId actor) {

  /** Whether results arrive one by one while it runs. */
  public boolean isGenerator() {
    return returns < 0;
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
    return name + " " + id;
  }
}
