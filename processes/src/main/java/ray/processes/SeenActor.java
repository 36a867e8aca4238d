package ray.processes;

import java.util.Optional;
import ray.ActorInfo;

/**
 * An actor, as those see it who look into a node.
 *
 * @param info what the control service knows of it
 * @param worker where it lives; empty where it does not
 */
public record SeenActor(ActorInfo info, Optional<Member> worker) {}
