package ray;

import java.util.List;
import java.util.Optional;

/**
 * Where the calling code runs: in the driver, or in a task or an actor of a worker.
 *
 * @param job the id of the program's job
 * @param node the id of the node
 * @param process the id of the driver or worker
 * @param task the running task; empty in the driver
 * @param taskName its name; empty in the driver
 * @param attempt which run of the task this is, counted from 1; 0 in the driver
 * @param actor the actor whose method or constructor runs, if any
 * @param resources what the task or actor holds
 * @param gpuIds the indices of the GPUs that the task or actor has on its node; of one that it has
 *     a fraction of, too
 * @param namespace where names of actors are looked up
 */
public record RuntimeContext(
    String job,
    String node,
    String process,
    Optional<ObjectId> task,
    String taskName,
    int attempt,
    Optional<ActorId> actor,
    Resources resources,
    List<Integer> gpuIds,
    String namespace) {
  /** Copies. */
  public RuntimeContext {
    gpuIds = List.copyOf(gpuIds);
  }
}
