package ray.core.owner;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.FunctionKey;
import ray.core.Outcome;

/**
 * What is shown of a task, and remembered of it when it has ended: nothing that would keep its
 * arguments.
 *
 * @param id the task
 * @param name what people call it
 * @param schedulingClass function and needs
 * @param state how far it is
 * @param sinceNs when it came into that state
 * @param attempt which run this is
 * @param unresolved how many arguments it waits for
 * @param actor the actor, for a method
 * @param labels free text
 * @param failure why it failed
 */
public record TaskView(
    ObjectId id,
    String name,
    FunctionKey schedulingClass,
    TaskInfo.State state,
    long sinceNs,
    int attempt,
    int unresolved,
    @Nullable ActorId actor,
    Map<String, String> labels,
    Outcome.@Nullable Failed failure) {

  static TaskView of(Task task) {
    return new TaskView(
        task.spec().id(),
        task.spec().name(),
        task.spec().schedulingClass(),
        task.state,
        task.sinceNs,
        task.attempt,
        task.unresolved,
        task.spec().actor(),
        task.spec().policy().labels(),
        task.failure);
  }
}
