package ray;

import java.util.Map;
import java.util.Optional;

/**
 * One actor, as the control service knows it. Dead ones are kept up to a bounded number.
 *
 * @param id the actor's id
 * @param className the class
 * @param name its name; empty: none
 * @param namespace the namespace of the name
 * @param state how far it is
 * @param detached whether it outlives its refs
 * @param restarts how often it was made again
 * @param node the node it lives on
 * @param resources what it holds
 * @param labels its labels
 * @param deathCause why it died
 */
public record ActorInfo(
    ActorId id,
    String className,
    String name,
    String namespace,
    State state,
    boolean detached,
    int restarts,
    Optional<String> node,
    Resources resources,
    Map<String, String> labels,
    Optional<String> deathCause) {

  /** How far an actor is. */
  public enum State {
    /** It waits for its constructor's arguments or for resources, or its constructor runs. */
    PENDING,
    /** It takes calls. */
    ALIVE,
    /** It died and is being made again. */
    RESTARTING,
    /** It is dead. */
    DEAD
  }
}
