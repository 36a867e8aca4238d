package ray;

import java.time.Duration;
import java.util.List;

/**
 * What the scheduler is doing.
 *
 * @param queues scheduling classes with tasks that wait, the longest first
 * @param running how many tasks run, or are handed to a worker
 * @param blocked how many running tasks wait in a {@code get} and gave their CPU back
 * @param waitingForArguments how many tasks wait for an argument
 * @param functions the functions known, by name
 * @param total what all nodes have
 * @param available what is free
 */
public record SchedulerInfo(
    List<Queue> queues,
    long running,
    long blocked,
    long waitingForArguments,
    List<FunctionInfo> functions,
    Resources total,
    Resources available) {

  /**
   * Tasks of one function with the same needs.
   *
   * @param function the function
   * @param resources what each needs
   * @param waiting how many wait
   * @param waitingFor for what, in words
   * @param oldest how long the first of them has waited
   */
  public record Queue(
      String function, Resources resources, long waiting, String waitingFor, Duration oldest) {}
}
