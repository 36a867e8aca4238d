package ray.core.executor;

import org.jspecify.annotations.Nullable;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskSpec;

/** One run of a task in this worker, from its arrival to its end. */
public final class Execution {
  /** How far a run is. */
  enum State {
    QUEUED,
    TAKEN,
    BLOCKED,
    LENDING,
    DETACHED,
    ENDED
  }

  private final long owner;
  private final TaskSpec spec;
  private final int attempt;
  private final Outcome @Nullable [] values;

  /** Where it waits and what limits it. */
  final CallQueue queue;

  /** Whose permit it runs on: that of its queue, or of the run that has lent it its lease. */
  final CallQueue permits;

  State state = State.QUEUED;

  /**
   * Whether it was claimed from the middle of its queue, where its entry is left to be skipped: if
   * it is given back, it has its place again.
   */
  boolean placeKept;

  /** The suspended lease, while it is blocked; where leases differ, its own from the start. */
  long lease;

  /** Since when it lends its lease, and for how long it did since it had it from the node. */
  long lendingSinceNs;

  long lentNs;

  /** The GPUs that it has, a bit for each. */
  private volatile long gpus;

  /** Whether its owner is gone, so that nobody waits for its result. */
  boolean orphaned;

  /** When its time is over; 0 without limit or before its start. */
  long deadlineNs;

  /** Neighbours in its actor's list of runs that threads have taken. */
  @Nullable Execution previousTaken;

  @Nullable Execution nextTaken;

  /** Whether it must not start; written under the shell's lock, read by whoever runs it. */
  private volatile boolean cancelled;

  /** Whether what it submits is cancelled with it; written and read as that. */
  private volatile boolean childrenCancelled;

  /** Whether its worker is ended if it goes on; written and read as that. */
  private volatile boolean forced;

  /** What the shell runs it with, opaque. */
  private volatile @Nullable Object runner;

  Execution(long owner, Message.Push push, CallQueue queue, CallQueue permits) {
    this(owner, push.spec(), push.attempt(), push.values(), queue, permits);
  }

  Execution(long owner, TaskSpec spec, int attempt, Outcome @Nullable [] values, CallQueue queue) {
    this(owner, spec, attempt, values, queue, queue);
  }

  private Execution(
      long owner,
      TaskSpec spec,
      int attempt,
      Outcome @Nullable [] values,
      CallQueue queue,
      CallQueue permits) {
    this.owner = owner;
    this.spec = spec;
    this.attempt = attempt;
    this.values = values;
    this.queue = queue;
    this.permits = permits;
  }

  /** The process that submitted it. */
  public long owner() {
    return owner;
  }

  /** What to run. */
  public TaskSpec spec() {
    return spec;
  }

  /** Which run of the task this is, from 1. */
  public int attempt() {
    return attempt;
  }

  /** The values of the arguments given as refs, in order; null where there are none. */
  public Outcome @Nullable [] values() {
    return values;
  }

  /** The GPUs that it has, a bit for each. */
  public long gpus() {
    ActorSlot actor = queue.actor;
    return actor != null ? actor.gpus : gpus;
  }

  /** It runs on this lease, which has these GPUs. */
  void runOn(long itsLease, long itsGpus) {
    lease = itsLease;
    gpus = itsGpus;
  }

  /** The actor whose method or constructor it is; null for a task. */
  public @Nullable ActorSlot actor() {
    return queue.actor;
  }

  /** Whether it waits in a {@code get}. */
  boolean isWaiting() {
    return state == State.BLOCKED || state == State.LENDING;
  }

  /** Whether it must not start. */
  public boolean isCancelled() {
    return cancelled;
  }

  void cancel() {
    cancelled = true;
  }

  /**
   * Whether what it has submitted was cancelled: what it submits after that is to be cancelled at
   * once, by whoever submits for it.
   */
  public boolean areChildrenCancelled() {
    return childrenCancelled;
  }

  void cancelChildren() {
    childrenCancelled = true;
  }

  /** Whether it was cancelled by force; so is then what is cancelled with it. */
  public boolean isForced() {
    return forced;
  }

  void force() {
    forced = true;
  }

  /** What the shell runs it with. */
  public @Nullable Object runner() {
    return runner;
  }

  /** Lets the shell find what it runs this with. */
  public void runner(Object changed) {
    this.runner = changed;
  }

  @Override
  public String toString() {
    return spec + " attempt " + attempt + " " + state;
  }
}
