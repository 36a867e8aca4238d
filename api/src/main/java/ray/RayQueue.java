package ray;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import ray.function.AsyncFunc4;
import ray.spi.Backends;

/**
 * A queue, first in first out, that tasks and actors of a program share: pass it to them, also
 * inside values. Its items live in an actor.
 *
 * <pre>{@code
 * RayQueue<String> pages = RayQueue.create(100);
 * ObjectRef<Void> crawl = Ray.remote(Crawler::crawl).remote(pages);   // calls pages.put(…)
 * String page = pages.get();
 * }</pre>
 *
 * <p>Items are copied on the way in and out, are not null, and come out in the order in which they
 * went in; who waits is served in the order of coming. Waiting holds no CPU and no thread of the
 * actor, so any number of tasks may. A thread that is interrupted while it waits gets {@link
 * TaskCancelledException}, with its interrupt status set; nothing was put or taken then. An item
 * taken by a task that dies before it has used it is gone.
 *
 * <p>The queue ends with the last reference to it, or with {@link #shutdown}; then its methods
 * throw {@link ActorDiedException}. Thread-safe.
 *
 * @param <T> the type of the items
 */
public final class RayQueue<T> {
  /** The maximum size of a queue without one. */
  private static final int UNBOUNDED = Integer.MAX_VALUE;

  /** How long to wait for the actor to take a request back when its caller was interrupted. */
  private static final Duration WITHDRAWAL_TIMEOUT = Duration.ofSeconds(5);

  private final ActorRef<QueueActor<T>> actor;
  private final int maxSize;

  private RayQueue(ActorRef<QueueActor<T>> actor, int maxSize) {
    this.actor = actor;
    this.maxSize = maxSize;
  }

  /** A queue that takes any number of items, on the calling thread's instance. */
  public static <T> RayQueue<T> create() {
    return on(Backends.current(), UNBOUNDED);
  }

  /**
   * A queue on the calling thread's instance.
   *
   * @param maxSize how many items it takes before a put waits
   */
  public static <T> RayQueue<T> create(int maxSize) {
    return on(Backends.current(), maxSize);
  }

  /**
   * A queue on an instance.
   *
   * @param maxSize how many items it takes before a put waits
   */
  public static <T> RayQueue<T> on(RayInstance instance, int maxSize) {
    OptionChecks.atLeastOne("maxSize", maxSize);
    ActorRef<QueueActor<T>> actor =
        Ray.actor((Integer size) -> new QueueActor<T>(size)).on(instance).remote(maxSize);
    return new RayQueue<>(actor, maxSize);
  }

  /** How many items it takes before a put waits; {@code Integer.MAX_VALUE}: any number. */
  public int maxSize() {
    return maxSize;
  }

  // ---- putting

  /** Adds an item, after waiting for room if need be. */
  public void put(T item) {
    putAll(List.of(item));
  }

  /** Adds an item if there is room now; returns whether it did. */
  public boolean offer(T item) {
    return offer(item, Duration.ZERO);
  }

  /** Adds an item if there is room within a time; returns whether it did. */
  public boolean offer(T item, Duration timeout) {
    return offerAll(List.of(item), timeout);
  }

  /** Adds items at once, next to each other, after waiting until there is room for all. */
  public void putAll(List<? extends T> items) {
    offerAll(List.copyOf(items), QueueActor.FOREVER_NS);
  }

  /** Adds all items or none, next to each other; returns whether it did, within a time. */
  public boolean offerAll(List<? extends T> items, Duration timeout) {
    return offerAll(List.copyOf(items), nanos(timeout));
  }

  private boolean offerAll(List<T> items, long timeoutNs) {
    checkCount(items.size());
    return request(QueueActor<T>::put, items, timeoutNs);
  }

  // ---- getting

  /** Takes the oldest item, after waiting for one if need be. */
  public T get() {
    return getAll(1).getFirst();
  }

  /** Takes the oldest item, if there is one now. */
  public Optional<T> poll() {
    return poll(Duration.ZERO);
  }

  /** Takes the oldest item, if there is one within a time. */
  public Optional<T> poll(Duration timeout) {
    return take(1, nanos(timeout)).stream().findFirst();
  }

  /** Takes so many items at once, after waiting until there are as many. */
  public List<T> getAll(int count) {
    return take(count, QueueActor.FOREVER_NS);
  }

  /** Takes what is there, up to so many items; does not wait for more. */
  public List<T> drain(int max) {
    if (max < 0) {
      throw new IllegalArgumentException("can't take " + max + " items");
    }
    return actor.call(QueueActor<T>::drain, max).get();
  }

  private List<T> take(int count, long timeoutNs) {
    checkCount(count);
    return request(QueueActor<T>::take, count, timeoutNs);
  }

  // ---- the rest

  /** How many items there are. */
  public int size() {
    return actor.call(QueueActor<T>::size).get();
  }

  /** Whether there is no item. */
  public boolean isEmpty() {
    return size() == 0;
  }

  /** Whether a put would wait. */
  public boolean isFull() {
    return size() >= maxSize;
  }

  /** Ends the queue with all its items; those who wait get {@link ActorDiedException}. */
  public void shutdown() {
    actor.kill();
  }

  private void checkCount(int items) {
    if (items < 0 || items > maxSize) {
      throw new IllegalArgumentException(
          "can't move " + items + " items at once through a queue of at most " + maxSize);
    }
  }

  private static long nanos(Duration timeout) {
    Objects.requireNonNull(timeout, "the timeout is null");
    Deadline deadline = new Deadline(timeout);
    return deadline.leftNs() == Long.MAX_VALUE ? QueueActor.FOREVER_NS : deadline.leftNs();
  }

  /** Sends a request that may wait in the actor, and takes it back if the caller is interrupted. */
  private <A, R> R request(
      AsyncFunc4<QueueActor<T>, UUID, A, Long, R> method, A argument, long timeoutNs) {
    UUID ticket = UUID.randomUUID();
    ObjectRef<R> answer = actor.call(method, ticket, argument, timeoutNs);
    try {
      return answer.get();
    } catch (TaskCancelledException cancelled) {
      if (!Thread.interrupted()) {
        throw cancelled;
      }
      try {
        if (actor.call(QueueActor<T>::withdraw, ticket).get(WITHDRAWAL_TIMEOUT)) {
          throw cancelled;
        }
        return answer.get(WITHDRAWAL_TIMEOUT); // it was served before the interruption came
      } finally {
        Thread.currentThread().interrupt();
      }
    }
  }
}
