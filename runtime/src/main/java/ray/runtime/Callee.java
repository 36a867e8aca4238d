package ray.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.function.RayFunction;
import ray.runtime.serialization.FunctionSnapshot;

/**
 * A function as it travels with its tasks.
 *
 * @param snapshot the function, with what it captured
 * @param captured the refs that it captured
 * @param kinds what each of those is: what an actor is, or null for an object
 * @param spread whether its one value holds several results
 * @param retryExceptions classes of exceptions after which it runs again, by name
 */
record Callee(
    FunctionSnapshot snapshot,
    List<ObjectId> captured,
    List<@Nullable ActorKind> kinds,
    boolean spread,
    List<String> retryExceptions) {

  /** The function for one run. */
  RayFunction function(Values values, OwnerShell owner, Acquired acquired) {
    if (snapshot instanceof FunctionSnapshot.Shared(var info, Object function)) {
      return (RayFunction) function;
    }
    ray.runtime.serialization.HandleTable handles =
        captured.isEmpty()
            ? new ray.runtime.serialization.HandleTable()
            : new ray.runtime.serialization.HandleTable(
                owner.open(captured, kinds, null, acquired));
    return (RayFunction) snapshot.restore(values.serializers(), handles);
  }

  /** By name, as the exception's class may be one of another loader. */
  boolean retries(Throwable thrown) {
    if (retryExceptions.isEmpty()) {
      return false;
    }
    for (Class<?> at = thrown.getClass(); at != null; at = at.getSuperclass()) {
      if (retryExceptions.contains(at.getName())) {
        return true;
      }
    }
    return false;
  }
}
