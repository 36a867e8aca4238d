package ray.core.executor;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.core.ActorSpec;

/** An actor in this worker: its object, its calls and its limits. */
public final class ActorSlot {
  private final ActorSpec spec;
  final int incarnation;
  final long lease;

  /** The GPUs that it has, a bit for each. */
  final long gpus;

  final CallQueue calls;
  private final @Nullable Map<String, CallQueue> groups;

  /** The constructor's run, until it has ended. */
  @Nullable Execution creation;

  boolean creating = true;
  boolean draining;
  boolean stopped;

  /** Lanes that run calls, and how many of them wait in a {@code get}. */
  int running;

  int blocked;

  /** Whether the lease's resources are given back meanwhile. */
  boolean suspended;

  /** The runs that threads have taken and that have not ended, linked. */
  @Nullable Execution firstTaken;

  private volatile @Nullable Object instance;

  ActorSlot(ActorSpec spec, int incarnation, long lease, long gpus) {
    this.gpus = gpus;
    this.spec = spec;
    this.incarnation = incarnation;
    this.lease = lease;
    this.calls = new CallQueue(this, spec.options().maxConcurrency());
    if (spec.options().concurrencyGroups().isEmpty()) {
      groups = null;
    } else {
      groups = new HashMap<>();
      spec.options()
          .concurrencyGroups()
          .forEach((group, limit) -> groups.put(group, new CallQueue(this, limit)));
    }
  }

  /** What the actor is. */
  public ActorSpec spec() {
    return spec;
  }

  /** How often it was made before. */
  public int incarnation() {
    return incarnation;
  }

  /** The user's object; null until the constructor has run. */
  public @Nullable Object instance() {
    return instance;
  }

  /** Sets the user's object. */
  public void instance(@Nullable Object made) {
    this.instance = made;
  }

  void addTaken(Execution run) {
    run.nextTaken = firstTaken;
    if (firstTaken != null) {
      firstTaken.previousTaken = run;
    }
    firstTaken = run;
  }

  void removeTaken(Execution run) {
    if (run.previousTaken != null) {
      run.previousTaken.nextTaken = run.nextTaken;
    } else if (firstTaken == run) {
      firstTaken = run.nextTaken;
    }
    if (run.nextTaken != null) {
      run.nextTaken.previousTaken = run.previousTaken;
    }
    run.previousTaken = null;
    run.nextTaken = null;
  }

  @Nullable CallQueue queue(String group) {
    if (group.isEmpty()) {
      return calls;
    }
    return groups == null ? null : groups.get(group);
  }

  Iterable<CallQueue> queues() {
    if (groups == null) {
      return java.util.List.of(calls);
    }
    java.util.List<CallQueue> all = new java.util.ArrayList<>(groups.values());
    all.add(calls);
    return all;
  }

  /** The constructor runs alone. */
  boolean accepts(CallQueue queue) {
    return !stopped && (!creating || queue == calls && running == 0);
  }

  boolean isIdle() {
    if (running > 0) {
      return false;
    }
    for (CallQueue queue : queues()) {
      if (queue.size() > 0) {
        return false;
      }
    }
    return true;
  }
}
