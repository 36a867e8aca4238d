package ray.processes;

import java.util.Comparator;
import java.util.Optional;
import ray.TaskInfo;

/**
 * A task, as those see it who look into a node.
 *
 * @param owner who submitted it
 * @param info what that process knows of it
 * @param worker where it is on a thread; empty where it is not
 */
public record SeenTask(Member owner, TaskInfo info, Optional<Member> worker) {
  private static final int ENDED = 3;

  /** Running ones, then those that wait, the oldest first; then ended ones, the latest first. */
  static final Comparator<SeenTask> ORDER =
      (a, b) -> {
        int byRank = Integer.compare(rank(a), rank(b));
        int byTime = a.info().since().compareTo(b.info().since());
        return byRank != 0 ? byRank : rank(a) < ENDED ? byTime : -byTime;
      };

  private static int rank(SeenTask task) {
    return switch (task.info().state()) {
      case RUNNING -> 0;
      case QUEUED -> 1;
      case WAITING_FOR_ARGUMENTS -> 2;
      case FINISHED, FAILED, CANCELLED -> ENDED;
    };
  }
}
