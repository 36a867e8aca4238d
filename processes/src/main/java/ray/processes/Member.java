package ray.processes;

/**
 * A program that is connected to a node, or a worker.
 *
 * @param process its id
 * @param job its job
 * @param pid the operating system's number
 * @param isDriver which of the two it is
 */
public record Member(long process, long job, long pid, boolean isDriver) {
  /** As people tell it from others. */
  public String describe() {
    return (isDriver ? "program " : "worker ") + pid;
  }
}
