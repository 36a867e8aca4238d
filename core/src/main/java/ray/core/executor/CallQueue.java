package ray.core.executor;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.core.FunctionKey;

/**
 * Runs that wait under one limit: tasks of one owner's scheduling class, limited by its leases, or
 * calls of one concurrency group of an actor, limited by that.
 */
final class CallQueue {
  /** How much work one thread takes at a time. */
  private static final long TAKE_NS = 100_000;

  /** By how much a thread that waits for one result may be late for running others. */
  private static final long CLAIM_NS = 10_000;

  private static final int MAX_CLAIM = 16;

  /** How many runs one thread takes at a time, however short they are. */
  private static final int MAX_TAKE = 128;

  final long owner;

  /** The tasks' job; 0 until one has come, for a lease can come first. */
  long job;

  final @Nullable FunctionKey key;
  final @Nullable ActorSlot actor;

  final ArrayDeque<Execution> waiting = new ArrayDeque<>(2);

  /** Entries of {@link #waiting} that were claimed or cancelled, and are skipped. */
  int stale;

  /** Leases that may be used now, for tasks. */
  final ArrayDeque<Long> leases = new ArrayDeque<>(2);

  /** Which of them has which GPUs; null where tasks ask for none. */
  final @Nullable GpuLeases gpus;

  /** Leases that the owner wants returned as soon as no lane uses them. */
  int toReturn;

  /** How many lanes run. */
  int running;

  /** The limit, for actors. */
  int limit;

  /** Whether the node was asked for a lease in place of suspended ones. */
  boolean replacing;

  /** Whether this waits to be taken. */
  boolean listed;

  /** Whether the owner is gone. */
  boolean abandoned;

  private long averageNs = 1_000_000;

  CallQueue(long owner, long job, FunctionKey key) {
    this.owner = owner;
    this.job = job;
    this.key = key;
    this.actor = null;
    this.gpus = key.resources().units().containsKey(Resources.GPU) ? new GpuLeases() : null;
  }

  CallQueue(ActorSlot actor, int limit) {
    this.owner = 0;
    this.job = 0;
    this.key = null;
    this.actor = actor;
    this.gpus = null;
    this.limit = limit;
  }

  int size() {
    return waiting.size() - stale;
  }

  /** Takes a lease out that no lane uses. */
  long removeUnusedLease() {
    return gpus == null ? leases.removeLast() : gpus.removeUnused(leases);
  }

  boolean canStart() {
    if (size() == 0) {
      return false;
    }
    return actor == null ? leases.size() > running : running < limit && actor.accepts(this);
  }

  /** How many runs a thread should take now. */
  int takeSize() {
    return (int) Math.max(1, Math.min(MAX_TAKE, TAKE_NS / Math.max(1, averageNs)));
  }

  /** How many runs a thread should take that waits for the first of them. */
  int claimSize() {
    return (int) Math.max(1, Math.min(MAX_CLAIM, CLAIM_NS / Math.max(1, averageNs)));
  }

  void observe(long durationNs) {
    averageNs += (durationNs - averageNs) / 8;
  }

  @Nullable Execution poll() {
    for (Execution next; (next = waiting.poll()) != null; ) {
      if (next.state == Execution.State.QUEUED) {
        return next;
      }
      next.placeKept = false;
      stale--;
    }
    return null;
  }
}
