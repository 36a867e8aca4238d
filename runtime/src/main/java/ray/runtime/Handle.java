package ray.runtime;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import ray.GetTimeoutException;
import ray.ObjectId;
import ray.ObjectRef;
import ray.RayStateException;
import ray.core.Outcome;

/** The program's handle on an object: one an object and process. */
public final class Handle<T extends @Nullable Object> implements ObjectRef<T> {
  private final OwnerShell owner;
  private final ObjectId id;
  private final HandleCell cell;

  @SuppressWarnings("UnusedVariable") // only to be reachable
  private volatile @Nullable Handle<?> adopted;

  Handle(OwnerShell owner, ObjectId id) {
    this.owner = owner;
    this.id = id;
    this.cell = new HandleCell(this, owner.collected());
  }

  @Override
  public ObjectId id() {
    return id;
  }

  /** Whether another process owns the object. */
  boolean isBorrowed() {
    return id.owner() != owner.id();
  }

  HandleCell cell() {
    return cell;
  }

  OwnerShell owner() {
    return owner;
  }

  @Override
  public T get() {
    Outcome outcome = outcomeNow();
    if (outcome == null) {
      outcome = owner.await(this, Long.MAX_VALUE);
    }
    return read(Objects.requireNonNull(outcome));
  }

  @Override
  public T get(Duration timeout) {
    Outcome outcome = outcomeNow();
    if (outcome == null) {
      outcome = owner.await(this, Clocks.deadlineNs(timeout));
      if (outcome == null) {
        throw new GetTimeoutException(
            "object "
                + id
                + " was not ready within "
                + timeout
                + "; its task goes on: wait longer, or cancel it with Ray.cancel(ref)");
      }
    }
    return read(outcome);
  }

  private @Nullable Outcome outcomeNow() {
    cell.observe();
    if (cell.isReleased() || owner.isClosed()) {
      throw unusable();
    }
    return cell.outcome();
  }

  RayStateException unusable() {
    return new RayStateException(
        cell.isReleased()
            ? "ref " + id + " was closed: read its value before close(), or keep another ref to it"
            : "ref " + id + " belongs to a Ray instance that was closed");
  }

  @SuppressWarnings({"unchecked", "NullAway"}) // null is a value of a T that allows it
  T read(Outcome outcome) {
    try {
      return (T) owner.values().read(outcome, id);
    } finally {
      // Else the value could go while it is read: the program may have no other use for this.
      java.lang.ref.Reference.reachabilityFence(this);
    }
  }

  /** Keeps what another process of this JVM has made of this handle for as long as this one. */
  void keep(Handle<?> own) {
    adopted = own;
  }

  @Override
  public boolean isReady() {
    if (cell.isReleased() || owner.isClosed()) {
      throw unusable();
    }
    if (cell.outcome() != null) {
      return true;
    }
    if (isBorrowed()) {
      owner.want(id);
    }
    return cell.outcome() != null;
  }

  @Override
  public CompletableFuture<T> toFuture() {
    cell.observe();
    CompletableFuture<T> future = new CompletableFuture<>();
    HandleCell.Waiter waiter =
        new HandleCell.Waiter(() -> Thread.startVirtualThread(() -> complete(future)));
    owner.want(id);
    if (!cell.whenComplete(waiter)) {
      complete(future);
    }
    return future;
  }

  private void complete(CompletableFuture<T> future) {
    try {
      future.complete(read(Objects.requireNonNull(cell.outcome())));
    } catch (Throwable failure) {
      future.completeExceptionally(failure);
    }
  }

  @Override
  public void close() {
    if (cell.release()) {
      cell.clear();
      owner.dropped(cell);
    }
  }

  @Override
  public String toString() {
    Outcome outcome = cell.outcome();
    return "ObjectRef(" + id + (outcome == null ? ", pending)" : ")");
  }
}
