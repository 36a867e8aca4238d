package ray.core;

import ray.ActorId;
import ray.ActorOptions;

/**
 * All that does not change about an actor. Its creation is a task, so that arguments are resolved
 * and counted as those of any task.
 *
 * @param id the actor
 * @param className its class, for people
 * @param namespace the namespace of its name
 * @param options as the program gave them
 * @param creation the constructor and its arguments
 */
public record ActorSpec(
    ActorId id, String className, String namespace, ActorOptions options, TaskSpec creation) {

  /** How messages call it: its class, its name if it has one, and its id. */
  public String describe() {
    String name = options.name();
    return className + (name.isEmpty() ? "" : " '" + name + "'") + " " + id;
  }

  /** Whether it runs one call at a time. */
  public boolean isSerial() {
    return options.maxConcurrency() == 1 && options.concurrencyGroups().isEmpty();
  }

  /** Whether it outlives its refs and its job. */
  public boolean isDetached() {
    return options.lifetime() == ActorOptions.Lifetime.DETACHED;
  }
}
