package ray.wire.socket;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import ray.wire.Mailbox;

/**
 * Reads the connections of a process. Whoever waits for something that a message will bring reads
 * himself, one thread at a time ({@link #poll}): so a message that comes while somebody waits wakes
 * nobody. When nobody reads, a thread of the poller's own does: it looks a few times more, then
 * blocks until something comes. Thread-safe.
 */
final class Poller implements AutoCloseable {
  /** How long the own thread leaves the reading to others who did it lately. */
  private static final long LEFT_TO_OTHERS_NS = 300_000;

  /**
   * The same where they go on doing it: to look takes the processor from somebody, such as one of
   * the two that answer each other in a synchronous call.
   */
  private static final long LONG_LEFT_TO_OTHERS_NS = 1_200_000;

  /** How long the own thread goes on looking after something has come. */
  private static final long SPIN_NS = 20_000;

  /** Connections that may be read directly, which is cheaper than to ask which of them to read. */
  private static final int MAX_DIRECT = 4;

  /** Every so many direct reads, all connections are looked at. */
  private static final int DIRECT_ROUNDS = 16;

  /** How often what has waited for too long is looked for. */
  private static final long HOUSEKEEPING_MS = 1_000;

  /** What a channel's readiness means. */
  interface Channel {
    /** Reads what is there without blocking; returns whether there was anything. */
    boolean read();

    /** Whether it is worth a look each time. */
    default boolean isBusy() {
      return false;
    }

    /** Room came up to write to. */
    default void writable() {}

    /** Time passed. */
    default void tick(long nowNs) {}
  }

  private final Selector selector;
  private final Thread thread;

  /** Held by who reads. */
  private final AtomicBoolean reading = new AtomicBoolean();

  private final ConcurrentLinkedQueue<Runnable> changes = new ConcurrentLinkedQueue<>();

  /** What is read directly; changed by who reads. */
  private List<Channel> direct = List.of();

  private final List<Channel> all = new ArrayList<>();

  /** What was still read when this was closed. */
  private final List<SelectableChannel> left = new ArrayList<>();

  private int rounds;
  private volatile boolean selecting;
  private volatile boolean closed;
  private volatile long othersReadNs = System.nanoTime() - LEFT_TO_OTHERS_NS;
  private volatile @Nullable Runnable afterReading;

  Poller(String name) {
    try {
      this.selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** What the own thread does after it has read something, while others may read. */
  void afterReading(Runnable work) {
    afterReading = work;
  }

  /** Adds a channel, which does not block. */
  void add(SelectableChannel channel, int operations, Channel handler) {
    change(() -> {
      try {
        channel.register(selector, operations, handler);
        all.add(handler);
        refresh();
      } catch (IOException | CancelledKeyException gone) {
        handler.read();
      }
    });
  }

  /** Also tells a channel when there is room to write, or not any more. */
  void wantsToWrite(SelectableChannel channel, boolean wants) {
    change(() -> want(channel, SelectionKey.OP_WRITE, wants));
  }

  /** Tells a channel when there is something to read, or not any more. */
  void wantsToRead(SelectableChannel channel, boolean wants) {
    change(() -> want(channel, SelectionKey.OP_READ, wants));
  }

  private void want(SelectableChannel channel, int operation, boolean wants) {
    SelectionKey key = channel.keyFor(selector);
    try {
      if (key != null) {
        key.interestOps(wants ? key.interestOps() | operation : key.interestOps() & ~operation);
      }
    } catch (CancelledKeyException closedMeanwhile) {
      // Then there is nothing to read or write.
    }
  }

  /** Another handler has a channel from now on. */
  void handOver(SelectableChannel channel, Channel from, Channel to) {
    change(() -> {
      SelectionKey key = channel.keyFor(selector);
      all.remove(from);
      if (key != null) {
        key.attach(to);
        all.add(to);
      }
      refresh();
    });
  }

  /** Leaves a channel to a thread that reads and writes it by itself. */
  void letGo(SelectableChannel channel, Channel handler) {
    change(() -> {
      want(channel, SelectionKey.OP_READ, false);
      all.remove(handler);
      refresh();
    });
  }

  /** Whether a channel is {@linkplain Channel#isBusy busy} may be another than before. */
  void busyChanged() {
    change(this::refresh);
  }

  /** Does something on the thread that reads, between two reads. */
  void execute(Runnable work) {
    change(work);
  }

  /** Forgets a channel that was closed. */
  void remove(Channel handler) {
    change(() -> {
      all.remove(handler);
      refresh();
    });
  }

  private void refresh() {
    List<Channel> busy = all.stream().filter(Channel::isBusy).toList();
    direct = busy.size() <= MAX_DIRECT ? busy : List.of();
  }

  private void change(Runnable change) {
    changes.add(change);
    if (selecting) {
      selector.wakeup();
    }
  }

  /**
   * Reads what is there, unless another thread is at it. To be called again and again by a thread
   * that waits, which then calls {@link #leave}.
   *
   * @return whether there was anything
   */
  boolean poll() {
    if (selecting) {
      othersReadNs = System.nanoTime();
      selector.wakeup();
      return false;
    }
    if (!reading.compareAndSet(false, true)) {
      return false;
    }
    boolean any;
    try (Mailbox.Batch batch = Mailbox.batch()) {
      try {
        othersReadNs = System.nanoTime();
        any = readAll();
      } finally {
        reading.set(false);
      }
    }
    return any;
  }

  /** A thread that polled does so no more: the own thread takes over. */
  void leave() {
    othersReadNs = System.nanoTime() - LEFT_TO_OTHERS_NS;
    if (!selecting) {
      LockSupport.unpark(thread);
    }
  }

  private boolean readAll() {
    for (Runnable change; (change = changes.poll()) != null; ) {
      change.run();
    }
    if (!direct.isEmpty() && ++rounds < DIRECT_ROUNDS) {
      boolean any = false;
      for (Channel each : direct) {
        any |= each.read();
      }
      return any;
    }
    rounds = 0;
    try {
      return selector.selectNow(Poller::ready) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void ready(SelectionKey key) {
    Channel handler = (Channel) key.attachment();
    int operations;
    try {
      operations = key.readyOps();
    } catch (CancelledKeyException closedByAnotherThread) {
      return;
    }
    if ((operations & SelectionKey.OP_WRITE) != 0) {
      handler.writable();
    }
    if ((operations & ~SelectionKey.OP_WRITE) != 0) {
      handler.read();
    }
  }

  private void run() {
    long housekeptNs = System.nanoTime();
    long leaveNs = LEFT_TO_OTHERS_NS;
    while (!closed) {
      long nowNs = System.nanoTime();
      if (nowNs - othersReadNs < LEFT_TO_OTHERS_NS || !reading.compareAndSet(false, true)) {
        LockSupport.parkNanos(this, leaveNs);
        leaveNs = Math.min(2 * leaveNs, LONG_LEFT_TO_OTHERS_NS);
        continue;
      }
      leaveNs = LEFT_TO_OTHERS_NS;
      boolean any = false;
      try (Mailbox.Batch batch = Mailbox.batch()) {
        try {
          any = spin();
          if (!any) {
            any = block();
          }
          if (System.nanoTime() - housekeptNs > HOUSEKEEPING_MS * 1_000_000) {
            housekeptNs = System.nanoTime();
            for (Channel each : List.copyOf(all)) {
              each.tick(housekeptNs);
            }
          }
        } finally {
          reading.set(false);
        }
      }
      Runnable after = afterReading;
      if (any && after != null) {
        after.run();
      }
    }
  }

  private boolean spin() {
    long beganNs = System.nanoTime();
    do {
      if (readAll()) {
        return true;
      }
      Thread.onSpinWait();
    } while (System.nanoTime() - beganNs < SPIN_NS && !closed);
    return false;
  }

  private boolean block() {
    selecting = true;
    try {
      if (!changes.isEmpty() || closed) {
        return false;
      }
      return selector.select(Poller::ready, HOUSEKEEPING_MS) > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      selecting = false;
    }
  }

  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    LockSupport.unpark(thread);
    try {
      thread.join(1_000);
      if (!selector.isOpen()) {
        return;
      }
      Set<Channel> read = new HashSet<>(all);
      for (SelectionKey key : selector.keys()) {
        // What was let go is another thread's.
        if (read.contains((Channel) key.attachment())) {
          left.add(key.channel());
        }
      }
      selector.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closes those connections, once whoever ends with this has said his last on them. */
  void closeChannels() {
    for (SelectableChannel each : left) {
      try {
        each.close();
      } catch (IOException e) {
        SocketTransport.LOG.debug("closing a connection", e);
      }
    }
    left.clear();
  }
}
