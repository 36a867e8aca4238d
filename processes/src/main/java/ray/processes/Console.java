package ray.processes;

import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Prints what workers print, on the streams of the program that they work for: each line with the
 * name of its task and its worker's number, a line that comes again only once, with how often. What
 * comes faster than it can be printed is left out, and counted. Thread-safe.
 */
final class Console implements AutoCloseable {
  private static final int MAX_WAITING = 10_000;
  private static final long FOLD_MS = 1_000;
  private static final long CLOSING_MS = 5_000;

  private final BlockingQueue<Payload.Output> waiting = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AtomicLong leftOut = new AtomicLong();
  private final boolean colours = coloursAreWanted();
  private final Thread printer;
  private volatile boolean closed;

  /** The line that was printed last; used by the thread that prints, as what follows. */
  private Payload.@Nullable Output last;

  private int repeats;

  Console(String name) {
    printer = Thread.ofPlatform().daemon().name("ray-console-" + name).start(this::run);
  }

  private static boolean coloursAreWanted() {
    return System.getenv("NO_COLOR") == null
        && System.console() != null
        && System.console().isTerminal();
  }

  /** Takes a line; does not block. */
  void print(Payload.Output output) {
    if (!waiting.offer(output)) {
      leftOut.incrementAndGet();
    }
  }

  private void run() {
    try {
      while (!closed || !waiting.isEmpty()) {
        Payload.Output next = waiting.poll(FOLD_MS, TimeUnit.MILLISECONDS);
        if (next == null) {
          endRepeats();
        } else {
          show(next);
        }
      }
    } catch (InterruptedException e) {
      // Closed, while it waited for more.
    }
    for (Payload.Output rest; (rest = waiting.poll()) != null; ) {
      show(rest);
    }
    endRepeats();
  }

  private void show(Payload.Output output) {
    if (last != null && output.saysTheSameAs(last)) {
      repeats++;
      return;
    }
    endRepeats();
    long missing = leftOut.getAndSet(0);
    if (missing > 0) {
      System.err.println(
          "Ray: "
              + missing
              + " lines of workers are left out; `ray logs` has them, unless they are too many");
    }
    write(output, "");
    last = output;
  }

  private void endRepeats() {
    Payload.Output again = last;
    if (again != null && repeats > 0) {
      write(again, " [repeated " + repeats + (repeats == 1 ? " time]" : " times]"));
    }
    repeats = 0;
    last = null;
  }

  private void write(Payload.Output output, String more) {
    String prefix = "(" + output.name() + " pid=" + output.pid() + ")";
    PrintStream to = output.isError() ? System.err : System.out;
    to.println((colours ? "\033[36m" + prefix + "\033[0m " : prefix + " ") + output.line() + more);
  }

  /** Prints what has come, and ends. */
  @Override
  public void close() {
    closed = true;
    printer.interrupt();
    try {
      printer.join(CLOSING_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
