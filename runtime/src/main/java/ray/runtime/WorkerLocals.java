package ray.runtime;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ray.spi.LentValue;

/**
 * The values that a worker lends to its runs: each to one at a time. User code, which makes, resets
 * and closes them, never runs under the lock. Thread-safe.
 */
final class WorkerLocals implements AutoCloseable {
  /** How many values of a kind are kept that nobody uses: as many as can be in use all the time. */
  private static final int MAX_IDLE = Runtime.getRuntime().availableProcessors();

  private final Map<String, ArrayDeque<Object>> idle = new HashMap<>();
  private boolean closed;

  /** What one run has. Used by its thread alone. */
  static final class Loans {
    private final List<Loan> all = new ArrayList<>(1);

    private @Nullable Object find(String id) {
      for (Loan each : all) {
        if (each.of().id().equals(id)) {
          return each.value();
        }
      }
      return null;
    }
  }

  private record Loan(LentValue<?> of, Object value) {}

  /** Lends a run a value; throws what making one does. */
  @SuppressWarnings("unchecked") // values of an id are of one type
  <T> T lend(LentValue<T> what, Loans loans) throws Exception {
    Object lent = loans.find(what.id());
    if (lent == null) {
      lent = poll(what.id());
      if (lent == null) {
        lent = Objects.requireNonNull(what.maker().apply(), "a WorkerLocal's maker returned null");
      }
      loans.all.add(new Loan(what, lent));
    }
    return (T) lent;
  }

  private synchronized @Nullable Object poll(String id) {
    ArrayDeque<Object> values = idle.get(id);
    return values == null ? null : values.poll();
  }

  /** A run has ended: what it had is for others, the last that it asked for first. */
  void giveBack(Loans loans) {
    for (Loan each : loans.all.reversed()) {
      if (!reset(each) || !keep(each)) {
        close(each.value());
      }
    }
    loans.all.clear();
  }

  @SuppressWarnings("unchecked") // a value is reset by what belongs to its maker
  private static boolean reset(Loan loan) {
    LentValue<Object> of = (LentValue<Object>) loan.of();
    if (of.resetter() == null) {
      return true;
    }
    try {
      of.resetter().apply(loan.value());
      return true;
    } catch (Throwable failure) {
      log().warn("a WorkerLocal's value can't be reset, so it is dropped", failure);
      return false;
    }
  }

  private synchronized boolean keep(Loan loan) {
    if (closed) {
      return false;
    }
    ArrayDeque<Object> values = idle.computeIfAbsent(loan.of().id(), id -> new ArrayDeque<>());
    if (values.size() >= MAX_IDLE) {
      return false;
    }
    // The one that was used last is the likeliest to be in the processor's cache.
    values.push(loan.value());
    return true;
  }

  private static void close(Object value) {
    if (value instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Throwable failure) {
        log().warn("a WorkerLocal's value can't be closed", failure);
      }
    }
  }

  /** Closes the values; those that are lent follow when they are given back. */
  @Override
  public void close() {
    List<Object> values = new ArrayList<>();
    synchronized (this) {
      closed = true;
      idle.values().forEach(values::addAll);
      idle.clear();
    }
    values.forEach(WorkerLocals::close);
  }

  /** Not a constant: where no logger is bound, SLF4J says so when it makes its first. */
  private static Logger log() {
    return LoggerFactory.getLogger(WorkerLocals.class);
  }
}
