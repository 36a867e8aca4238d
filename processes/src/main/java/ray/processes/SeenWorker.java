package ray.processes;

import java.time.Instant;
import java.util.List;
import ray.ObjectId;

/**
 * A process of a node, as those see it who look in.
 *
 * @param member who it is; its job is 0 if it waits for one
 * @param state what it does
 * @param tasks what is on its threads
 * @param actors who lives in it
 * @param memory what it takes of the machine's memory
 * @param heapUsedBytes how much of its heap is in use; 0 if that is not known
 * @param heapMaxBytes how large its heap may become; 0 if that is not known
 * @param started when it began; 1970 if that is not known
 */
public record SeenWorker(
    Member member,
    State state,
    List<Part> tasks,
    List<Part> actors,
    ProcessMemory memory,
    long heapUsedBytes,
    long heapMaxBytes,
    Instant started) {
  /** Copies. */
  public SeenWorker {
    tasks = List.copyOf(tasks);
    actors = List.copyOf(actors);
  }

  /** What a process does. */
  public enum State {
    /** It is a program, not a worker. */
    PROGRAM,
    /** It runs something. */
    BUSY,
    /** Nothing runs in it, or only what waits for others. */
    IDLE,
    /** It has no job yet. */
    READY,
    /** It does not answer. */
    SILENT
  }

  /**
   * A task or an actor in a worker.
   *
   * @param id its id; of an actor, that of its creation
   * @param name its name; of an actor without one, its class
   */
  public record Part(ObjectId id, String name) {}
}
