package ray.simulator;

import java.util.HashSet;
import java.util.Set;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Outcome;

/** What has gone wrong so far in a run, and which failures that justifies. */
final class Facts implements Script.Faults {
  /** The message of failures that programs plan. */
  static final String PLANNED = "the program says so";

  private final Set<Long> dead = new HashSet<>();
  private boolean cancelled;
  private boolean killed;
  private boolean timedOut;
  private boolean storeFailed;

  void died(long process) {
    dead.add(process);
  }

  void cancelled() {
    cancelled = true;
  }

  void killed() {
    killed = true;
  }

  void timeLimited() {
    timedOut = true;
  }

  void storeFailed() {
    storeFailed = true;
  }

  boolean anyDeath() {
    return !dead.isEmpty();
  }

  /** Whether some call may not have run as it should. */
  boolean disturbed() {
    return cancelled || killed || timedOut || storeFailed || anyDeath();
  }

  /** Whether an object may be gone though it was reachable. */
  boolean mayBeLost(ObjectId object) {
    return anyDeath();
  }

  @Override
  public boolean include(ErrorCode code) {
    return switch (code) {
      case TASK_CANCELLED -> cancelled || killed || anyDeath();
      case TASK_TIMED_OUT -> timedOut;
      case ACTOR_DIED -> killed || anyDeath() || storeFailed || timedOut || cancelled;
      case OWNER_DIED, WORKER_DIED, OBJECT_LOST, OUT_OF_RESOURCES -> anyDeath();
      case OUT_OF_STORE_MEMORY -> storeFailed;
      case TASK_FAILED,
          GET_TIMED_OUT,
          ACTOR_CALLS_PENDING,
          NOT_SERIALIZABLE,
          ALIAS_CYCLE,
          WRONG_RETURN_COUNT,
          WRONG_STATE ->
          false;
    };
  }

  /** An outcome has reached a process: a failure must be the program's, or a fault's. */
  void checkFailure(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed && !isExplained(failed)) {
      throw new Violation(Rule.SERIAL_RESULTS, "nothing explains the failure " + failed);
    }
  }

  private boolean isExplained(Outcome.Failed failed) {
    return include(failed.code())
        || failed.code() == ErrorCode.ALIAS_CYCLE
        || failed.code() == ErrorCode.TASK_FAILED && failed.message().equals(PLANNED)
        || failed.code() == ErrorCode.ACTOR_DIED && failed.message().contains(PLANNED);
  }
}
