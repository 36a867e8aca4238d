package ray.core.owner;

import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.Outcome;
import ray.core.TaskSpec;

/** One task as its owner sees it, from submission to its last run's end. */
public final class Task {
  /**
   * How often a task makes room for others without losing a retry: often enough for those to end
   * meanwhile, as each start of a process takes some tenths of a second.
   */
  static final int MAX_ROOM_MADE = 100;

  private TaskSpec spec;

  /** The program's side of a generator, opaque; null for others. */
  final @Nullable Object stream;

  /**
   * Among whose calls of an actor it keeps its place; null for the driver. Of no meaning for plain
   * tasks.
   */
  final @Nullable ObjectId caller;

  /** How far it is. */
  TaskInfo.State state = TaskInfo.State.WAITING_FOR_ARGUMENTS;

  /** When it came into that state. */
  long sinceNs;

  /** How many arguments are not ready. */
  int unresolved;

  /** Which run this is, from 1; 0 before the first. Results of other runs are not believed. */
  int attempt;

  /** How often it may run again; -1 without limit. */
  int retriesLeft;

  /** Whether a worker may have died of it. */
  private boolean suspect;

  /** How often it lost its worker because that was ended to make room for others. */
  private int madeRoom;

  /** The worker that runs it; 0 when none does. */
  long worker;

  /** Whether its current run is made in place of one that waits for it, on that one's lease. */
  boolean inPlace;

  /** Where it waits; null for methods of actors. */
  @Nullable LeaseQueue queue;

  /** Items of a generator that were accepted. */
  int items;

  /** How many of them the program took. */
  int itemsTaken;

  /** The incarnation of its actor that the last attempt was sent to. */
  int incarnation;

  /** Why it failed. */
  Outcome.@Nullable Failed failure;

  /** A task to be submitted; {@code stream} is the program's side of a generator. */
  public Task(TaskSpec spec, @Nullable Object stream) {
    this(spec, stream, spec.parent());
  }

  /**
   * A call of an actor to be submitted, behind those that this caller made before.
   *
   * @param caller the run or the actor that calls; null for the driver
   */
  public Task(TaskSpec spec, @Nullable Object stream, @Nullable ObjectId caller) {
    this.spec = spec;
    this.stream = stream;
    this.caller = caller;
    this.retriesLeft = spec.policy().maxRetries();
  }

  /** What to run. */
  public TaskSpec spec() {
    return spec;
  }

  /** How far it is. */
  public TaskInfo.State state() {
    return state;
  }

  boolean isEnded() {
    return switch (state) {
      case FINISHED, FAILED, CANCELLED -> true;
      case WAITING_FOR_ARGUMENTS, QUEUED, RUNNING -> false;
    };
  }

  /**
   * It runs in a process of its own from now on: it was on a worker that died, with others, and one
   * of them may be why. If it proves to be innocent, it gets back the retry that this took, if it
   * did.
   */
  void isolate(boolean tookRetry) {
    spec = spec.isolated();
    suspect |= tookRetry;
  }

  /** A run has ended, so it was not this that its worker died of. */
  void acquit() {
    if (suspect) {
      suspect = false;
      if (retriesLeft >= 0) {
        retriesLeft++;
      }
    }
  }

  /**
   * Whether it may run again though its worker was ended to make room for others, which takes no
   * retry, up to a limit: else what others hold for ever would start it for ever.
   */
  boolean mayMakeRoom() {
    return spec.policy().maxRetries() != 0 && madeRoom++ < MAX_ROOM_MADE;
  }

  /** Takes a retry, if one is left. */
  boolean takeRetry() {
    if (retriesLeft == 0) {
      return false;
    }
    if (retriesLeft > 0) {
      retriesLeft--;
    }
    return true;
  }

  void enter(TaskInfo.State next, long nowNs) {
    state = next;
    sinceNs = nowNs;
  }

  @Override
  public String toString() {
    return spec + " " + state;
  }
}
