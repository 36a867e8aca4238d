package ray.store;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ray.core.store.CreateFailure;
import ray.core.store.StoreObject;

/** A thread that waits for the outcome of its create. */
final class CreateTicket {
  /** How a create ended. */
  sealed interface Outcome {
    record Created(StoreObject object) implements Outcome {}

    record Failed(CreateFailure failure) implements Outcome {}

    record Closed() implements Outcome {}
  }

  final long key;
  private volatile Thread thread = Thread.currentThread();
  private volatile @Nullable Outcome outcome;

  CreateTicket(long key) {
    this.key = key;
  }

  @Nullable Outcome outcome() {
    return outcome;
  }

  /** Another thread waits than the one that asked. */
  void adopt() {
    thread = Thread.currentThread();
  }

  void settle(Outcome settled) {
    outcome = settled;
  }

  void wake() {
    if (thread != Thread.currentThread()) {
      LockSupport.unpark(thread);
    }
  }

  void await(long maxNs) {
    if (outcome == null) {
      LockSupport.parkNanos(this, maxNs);
    }
  }
}
