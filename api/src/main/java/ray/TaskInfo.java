package ray;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One task, as its owner knows it. Ended tasks are kept up to a bounded number, the latest ones.
 *
 * @param id the task's id, which is that of its first result
 * @param name its name
 * @param function the function
 * @param state how far it is
 * @param waitingFor what it waits for, in words; empty when it does not
 * @param since when it came into this state
 * @param attempt which run this is, counted from 1; 0 before the first
 * @param actor the actor, for a method
 * @param resources what a run holds
 * @param labels its labels
 * @param error why it failed, with the remote stack
 */
public record TaskInfo(
    ObjectId id,
    String name,
    String function,
    State state,
    String waitingFor,
    Instant since,
    int attempt,
    Optional<ActorId> actor,
    Resources resources,
    Map<String, String> labels,
    Optional<String> error) {

  /** How far a task is. */
  public enum State {
    /** Some of its arguments are not ready. */
    WAITING_FOR_ARGUMENTS,
    /** It waits for resources, or for its turn. */
    QUEUED,
    /** It was handed to a worker, and has not reported its end. */
    RUNNING,
    /** It ended with a result. */
    FINISHED,
    /** It ended without one. */
    FAILED,
    /** It was cancelled. */
    CANCELLED
  }
}
