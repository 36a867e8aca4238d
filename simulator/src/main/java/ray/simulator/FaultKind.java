package ray.simulator;

/** Kinds of faults. */
public enum FaultKind {
  /** A connection breaks and comes back. */
  BREAK(When.AT_ANY_TIME),
  /** A worker stops. */
  WORKER_DEATH(When.AT_ANY_TIME),
  /** A node's memory runs short, and it ends a worker. */
  MEMORY_KILL(When.AT_ANY_TIME),
  /** A driver stops. */
  DRIVER_DEATH(When.AT_ANY_TIME),
  /** A driver's program ends while its tasks run, and its job with it. */
  CLOSE(When.AT_ANY_TIME),
  /** A node stops, with all that is on it. */
  NODE_DEATH(When.AT_ANY_TIME),
  /** A worker is given up by others while it still runs. */
  FENCED(When.AT_ANY_TIME),
  /** A node comes. */
  NODE_BIRTH(When.AT_ANY_TIME),
  /** A worker comes without being asked for. */
  WORKER_BIRTH(When.AT_ANY_TIME),
  /** A process does nothing for a while. */
  PAUSE(When.AT_ANY_TIME),
  /** Some nodes are very slow. */
  SLOW_NODE(When.ON_ITS_OCCASION),
  /** Clocks differ, and run at different speeds. */
  SKEWED_CLOCKS(When.ON_ITS_OCCASION),
  /** A store refuses a value. */
  STORE_FAILURE(When.ON_ITS_OCCASION),
  /** Stores are so small that values wait for room, some of them in vain. */
  FULL_STORE(When.ON_ITS_OCCASION),
  /** A worker that is wanted can't be started. */
  NO_WORKER(When.ON_ITS_OCCASION),
  /** All workers of a job on a node are exchanged. */
  RESTART(When.ON_ITS_OCCASION),
  /** A task is cancelled. */
  CANCEL(When.AT_ANY_TIME),
  /** A task that runs is cancelled by force, and may ignore its interrupt. */
  FORCE(When.AT_ANY_TIME),
  /** A run takes longer than it may. */
  TIMEOUT(When.ON_ITS_OCCASION),
  /** An actor is killed. */
  KILL(When.AT_ANY_TIME);

  private enum When {
    AT_ANY_TIME,
    /** When a process starts, a value is stored, or a task is submitted. */
    ON_ITS_OCCASION
  }

  private final When when;

  FaultKind(When when) {
    this.when = when;
  }

  /** Whether it strikes at a time of its own. */
  boolean isTimed() {
    return when == When.AT_ANY_TIME;
  }

  /** Whether a process is gone by it, or is held to be gone. */
  boolean isDeath() {
    return switch (this) {
      case WORKER_DEATH, MEMORY_KILL, FORCE, DRIVER_DEATH, NODE_DEATH, FENCED -> true;
      case BREAK,
          NODE_BIRTH,
          WORKER_BIRTH,
          PAUSE,
          SLOW_NODE,
          SKEWED_CLOCKS,
          STORE_FAILURE,
          FULL_STORE,
          NO_WORKER,
          RESTART,
          CANCEL,
          TIMEOUT,
          CLOSE,
          KILL ->
          false;
    };
  }
}
