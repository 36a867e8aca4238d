package ray.simulator;

/** Kinds of faults. */
public enum FaultKind {
  /** A connection breaks and comes back. */
  BREAK,
  /** A worker stops. */
  WORKER_DEATH,
  /** A driver stops. */
  DRIVER_DEATH,
  /** A node stops, with all that is on it. */
  NODE_DEATH,
  /** A worker is given up by others while it still runs. */
  FENCED,
  /** A node comes. */
  NODE_BIRTH,
  /** A worker comes without being asked for. */
  WORKER_BIRTH,
  /** A process does nothing for a while. */
  PAUSE,
  /** Some nodes are very slow. */
  SLOW_NODE,
  /** Clocks differ, and run at different speeds. */
  SKEWED_CLOCKS,
  /** A store refuses a value. */
  STORE_FAILURE,
  /** A task is cancelled. */
  CANCEL,
  /** A run takes longer than it may. */
  TIMEOUT,
  /** An actor is killed. */
  KILL
}
