package ray.wire;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * Runs a core one event at a time, without a thread of its own: whoever posts an event handles it,
 * and all others that wait, unless another thread is at it already; then that one does. So nobody
 * waits for a lock to tell a core something, and a message between two parts of one JVM costs a
 * function call.
 *
 * <p>Handling an event may post to other mailboxes. That only queues; the thread goes on to them
 * when it has left this one, so no thread holds two mailboxes, and chains of messages use no stack.
 * Events of one thread are handled in the order in which it posted them. What must happen outside,
 * such as waking a thread, is left to {@link #afterwards}.
 */
public abstract class Mailbox {
  /** How many events one thread handles before it lets others in. */
  private static final int MAX_BATCH = 512;

  /** How many events a chunk of the queue has room for. */
  private static final int CHUNK = 256;

  /** How often a thread that needs the mailbox at once tries before it yields its processor. */
  private static final int SPINS = 200;

  private static final ThreadLocal<Round> ROUND = ThreadLocal.withInitial(Round::new);

  private final MpscUnboundedAtomicArrayQueue<Object> events =
      new MpscUnboundedAtomicArrayQueue<>(CHUNK);
  private final AtomicBoolean busy = new AtomicBoolean();

  /** The mailboxes that this thread has still to visit. */
  private static final class Round implements Batch {
    private final ArrayDeque<Mailbox> pending = new ArrayDeque<>(8);
    private boolean running;

    @Override
    public void close() {
      try {
        visitPending(this);
      } finally {
        running = false;
      }
    }
  }

  /** Handles one event. Must not block. */
  protected abstract void handle(Object event);

  /** Called when a batch was handled, still alone: returns what is to be done outside, or null. */
  protected @Nullable Object leaving() {
    return null;
  }

  /** Does what {@link #leaving} returned; other threads may be in the mailbox meanwhile. */
  protected void afterwards(Object work) {}

  /** Hands an event over; when this returns it is handled, or another thread is about to. */
  public final void post(Object event) {
    events.offer(event);
    Round round = ROUND.get();
    if (round.running) {
      if (round.pending.peekLast() != this) {
        round.pending.add(this);
      }
      return;
    }
    round.running = true;
    try {
      drain();
      visitPending(round);
    } finally {
      round.running = false;
    }
  }

  /**
   * Runs a question in the mailbox, after the events that wait, and returns its answer. What it
   * posts elsewhere is handled before this returns, or another thread is about to.
   */
  public final <R extends @Nullable Object> R call(Supplier<R> question) {
    Round round = ROUND.get();
    if (round.running) {
      throw new IllegalStateException("a core must not be asked while another one runs");
    }
    round.running = true;
    try {
      enter();
      R answer;
      Object work;
      try {
        handleWaiting(Integer.MAX_VALUE);
        answer = question.get();
        work = leaving();
      } finally {
        busy.set(false);
      }
      if (work != null) {
        afterwards(work);
      }
      drain();
      visitPending(round);
      return answer;
    } finally {
      round.running = false;
    }
  }

  /**
   * Until it is closed, what this thread posts is only queued: each mailbox is visited once, with
   * all that came for it.
   */
  public static Batch batch() {
    Round round = ROUND.get();
    if (round.running) {
      return Batch.WITHIN_ANOTHER;
    }
    round.running = true;
    return round;
  }

  /** What one thread posts together. */
  public interface Batch extends AutoCloseable {
    /** A batch that is part of a larger one. */
    Batch WITHIN_ANOTHER = () -> {};

    /** Visits the mailboxes. */
    @Override
    void close();
  }

  private void enter() {
    for (int spins = 0; !busy.compareAndSet(false, true); ) {
      if (++spins < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  private static void visitPending(Round round) {
    for (Mailbox next; (next = round.pending.poll()) != null; ) {
      next.drain();
    }
  }

  private void drain() {
    while (!events.isEmpty() && busy.compareAndSet(false, true)) {
      Object work;
      try {
        handleWaiting(MAX_BATCH);
        work = leaving();
      } finally {
        busy.set(false);
      }
      if (work != null) {
        afterwards(work);
      }
    }
  }

  private void handleWaiting(int most) {
    for (int i = 0; i < most; i++) {
      Object event = events.poll();
      if (event == null) {
        return;
      }
      handle(event);
    }
  }
}
