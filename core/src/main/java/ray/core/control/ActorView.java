package ray.core.control;

import org.jspecify.annotations.Nullable;
import ray.ActorInfo;
import ray.core.ActorSpec;
import ray.core.Outcome;

/**
 * What is shown of an actor.
 *
 * @param spec what it is
 * @param state how far it is
 * @param restarts how often it was made again
 * @param node where it lives; 0: nowhere
 * @param worker in which process; 0: none
 * @param cause why it died
 */
public record ActorView(
    ActorSpec spec,
    ActorInfo.State state,
    int restarts,
    long node,
    long worker,
    Outcome.@Nullable Failed cause) {
  static ActorView of(ActorRecord actor) {
    return new ActorView(
        actor.spec, actor.state, actor.restarts, actor.node, actor.worker, actor.cause);
  }
}
