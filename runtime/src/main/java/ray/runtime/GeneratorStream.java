package ray.runtime;

import java.util.ArrayDeque;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import ray.CancelOptions;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.core.TaskSpec;
import ray.core.owner.Task;

/** The consumer's side of a generator task. One thread consumes; the owner's core adds. */
final class GeneratorStream<T extends @Nullable Object> implements ObjectRefStream<T> {
  private final OwnerShell owner;
  private final Parker parker;
  private final ArrayDeque<Handle<T>> items = new ArrayDeque<>();
  private final int reportEvery;
  private @Nullable Task task;
  private boolean ended;
  private boolean closed;
  private int taken;
  private int reported;

  /** Waits on behalf of a thread, giving its CPU back. */
  interface Parker {
    /** Waits until a condition holds, being woken by {@link GeneratorStream#signal}. */
    void await(java.util.function.BooleanSupplier condition, GeneratorStream<?> stream);
  }

  private volatile @Nullable Thread consumer;

  GeneratorStream(OwnerShell owner, Parker parker, TaskSpec spec) {
    this.owner = owner;
    this.parker = parker;
    this.reportEvery = Math.max(1, spec.policy().backpressure() / 4);
  }

  void start(Task generator) {
    this.task = generator;
  }

  Task task() {
    Task started = task;
    if (started == null) {
      throw new IllegalStateException("the generator was not submitted");
    }
    return started;
  }

  OwnerShell owner() {
    return owner;
  }

  void consumer(@Nullable Thread waiting) {
    this.consumer = waiting;
  }

  // ---- from the core

  @SuppressWarnings("unchecked")
  synchronized void add(Handle<?> item) {
    if (closed) {
      return;
    }
    items.add((Handle<T>) item);
  }

  synchronized void end() {
    ended = true;
  }

  void signal() {
    Thread waiting = consumer;
    if (waiting != null) {
      java.util.concurrent.locks.LockSupport.unpark(waiting);
    }
  }

  // ---- from the program

  private synchronized boolean isDecided() {
    return !items.isEmpty() || ended || closed;
  }

  @Override
  public boolean hasNext() {
    if (!isDecided()) {
      report();
      parker.await(this::isDecided, this);
    }
    synchronized (this) {
      return !items.isEmpty();
    }
  }

  @Override
  public ObjectRef<T> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the generator has ended");
    }
    Handle<T> item;
    synchronized (this) {
      item = items.remove();
      taken++;
    }
    if (taken - reported >= reportEvery) {
      report();
    }
    return item;
  }

  private void report() {
    if (taken > reported) {
      reported = taken;
      owner.itemsTaken(task(), taken);
    }
  }

  @Override
  public void close() {
    ArrayDeque<Handle<T>> left;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      left = new ArrayDeque<>(items);
      items.clear();
    }
    owner.cancel(task().spec().id(), CancelOptions.DEFAULT);
    left.forEach(Handle::close);
  }
}
