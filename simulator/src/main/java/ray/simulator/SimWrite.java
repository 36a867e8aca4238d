package ray.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Outcome;
import ray.core.store.CreateFailure;
import ray.simulator.World.Body;
import ray.simulator.World.Disturbance;

/**
 * A large value on its way into its maker's store: it may wait for room, and writing it takes a
 * while. Its maker does nothing else meanwhile, as a thread of the product's. One that is written
 * to a chunk is there for its maker at once, and for others when the node has acknowledged it.
 */
final class SimWrite {
  private static final long WRITING_NS = 50_000;

  private final SimProcess process;
  private final Body body;
  private final long sizeBytes;
  private final List<ObjectId> contained;
  private Runnable goOn;

  /** The chunk that it is written to; 0 if it has room of its own. */
  private final long chunk;

  final long key;
  final long keeper;
  private boolean begun;
  private boolean created;
  private boolean written;
  private boolean sealed;
  private @Nullable ErrorCode failure;

  /**
   * Begins to write.
   *
   * @param keeper who pins the value
   * @param goOn is run when there is more to say, unless there is at once
   */
  SimWrite(
      SimProcess process,
      Body body,
      long sizeBytes,
      List<ObjectId> contained,
      long keeper,
      Runnable goOn) {
    this.process = process;
    this.body = body;
    this.sizeBytes = sizeBytes;
    this.contained = contained;
    this.keeper = keeper;
    this.goOn = goOn;
    this.key = process.cluster.nextStoreKey();
    boolean fails = process.cluster.faults().storeFails(process.id);
    this.chunk = fails ? 0 : process.chunks().take(sizeBytes);
    created = chunk != 0;
    if (fails) {
      failure = ErrorCode.OUT_OF_STORE_MEMORY;
    } else if (!created) {
      process.node.create(this);
    }
    begun = true;
    if (created) {
      write();
    }
  }

  long writer() {
    return process.id;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** The bytes are there to be written. */
  void created() {
    created = true;
    if (begun) {
      process.cluster.later(process, WRITING_NS, this::finish);
    }
  }

  /** There was room at once. */
  private void write() {
    if (process.node.isRoomy() || process.dice().coin()) {
      seal();
    } else {
      process.cluster.later(process, WRITING_NS, this::finish);
    }
  }

  private void finish() {
    if (failure == null) {
      seal();
      goOn.run();
    }
  }

  private void seal() {
    written = true;
    if (chunk == 0) {
      sealed = true;
      process.node.seal(this, body);
    } else {
      process.chunks().carve(chunk, this, body);
    }
  }

  /** The node knows of a value in a chunk, or does not take it: then its writer counts as dead. */
  void acknowledged(boolean taken) {
    if (taken) {
      sealed = true;
    } else {
      failure = ErrorCode.OBJECT_LOST;
    }
    goOn.run();
  }

  /** There is no room, or nobody wants the value any more. */
  void failed(CreateFailure why) {
    switch (why) {
      case CreateFailure.TimedOut late -> noRoom();
      case CreateFailure.TooLarge large -> noRoom();
      case CreateFailure.TooManyWaiting many -> noRoom();
      case CreateFailure.Cancelled cancelled -> failure = ErrorCode.TASK_CANCELLED;
      case CreateFailure.ProcessDied died -> failure = ErrorCode.OBJECT_LOST;
      case CreateFailure.KeyInUse used -> throw new AssertionError(used);
    }
    tell();
  }

  private void noRoom() {
    failure = ErrorCode.OUT_OF_STORE_MEMORY;
    process.cluster.facts().storeFailed();
    process.cluster.trace().note("finds no room", process.id, key);
  }

  private void tell() {
    if (begun) {
      process.cluster.later(process, 1000, goOn);
    }
  }

  /** Whoever writes is not wanted any more: gives up what waits for room, and perhaps the rest. */
  void interrupt() {
    if (failure == null && !written && (!created || process.dice().coin())) {
      if (chunk == 0) {
        process.node.cancel(this);
      } else {
        process.chunks().giveUp(chunk);
      }
      if (failure == null) {
        failure = ErrorCode.TASK_CANCELLED;
        tell();
      }
    }
  }

  /** Where the value lies; null as long as it is not there. */
  Outcome.@Nullable Stored result() {
    ErrorCode why = failure;
    if (why != null) {
      throw new Disturbance(why);
    }
    return sealed ? stored() : null;
  }

  private Outcome.Stored stored() {
    return new Outcome.Stored(process.node.id, key, sizeBytes, contained, null);
  }

  /**
   * The value, if it is written and only its node does not know it yet; null otherwise. One that
   * holds refs is not to be had: they must not go before it is known.
   */
  Outcome.@Nullable Stored ahead() {
    return written && !sealed && failure == null && contained.isEmpty() ? stored() : null;
  }

  /** Whether the node took it, after it was acknowledged. */
  boolean isTaken() {
    return sealed;
  }

  /** Says what is to be done once the node has acknowledged it. */
  void whenAcknowledged(Runnable then) {
    goOn = then;
  }
}
