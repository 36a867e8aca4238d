package ray;

/** The kinds of failure, one an exception class. */
public enum ErrorCode {
  /** A task threw a checked exception or an error; it is the cause. */
  TASK_FAILED,
  /** A task was cancelled. */
  TASK_CANCELLED,
  /** A task ran longer than its time limit. */
  TASK_TIMED_OUT,
  /** A {@code get} waited longer than its timeout. */
  GET_TIMED_OUT,
  /** An actor is dead. */
  ACTOR_DIED,
  /** A caller has more calls waiting than the actor accepts. */
  ACTOR_CALLS_PENDING,
  /** The process that owned an object is dead. */
  OWNER_DIED,
  /** The worker that ran a task died, and no retry is left. */
  WORKER_DIED,
  /** No copy of an object is left, and it can't be made again. */
  OBJECT_LOST,
  /** The object store is full. */
  OUT_OF_STORE_MEMORY,
  /** No node can ever provide what a task or an actor asks for. */
  OUT_OF_RESOURCES,
  /** A value can't be serialized. */
  NOT_SERIALIZABLE,
  /** Aliases form a cycle. */
  ALIAS_CYCLE,
  /** A function returned another number of results than it was declared with. */
  WRONG_RETURN_COUNT,
  /** Ray is used in a state that does not allow it. */
  WRONG_STATE,
  /** The worker that ran a task was ended because memory ran short, and no retry is left. */
  OUT_OF_MEMORY
}
