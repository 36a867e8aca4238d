package ray.runtime;

import java.util.function.Supplier;
import ray.ErrorCode;
import ray.core.Outcome;

/** Tells the driver's console, once, of failures that nobody asked for. Thread-safe. */
public final class FailureReporter {
  private final boolean quiet;
  private final Supplier<? extends Appendable> console;

  /** A reporter to a console; a quiet one says nothing. */
  public FailureReporter(boolean quiet, Supplier<? extends Appendable> console) {
    this.quiet = quiet;
    this.console = console;
  }

  /** Reports a failure, unless it was seen, or is a cancellation. */
  public void report(String task, Outcome.Failed failure) {
    if (quiet || failure.code() == ErrorCode.TASK_CANCELLED) {
      return;
    }
    String text;
    String name = task;
    if (failure.error() instanceof RemoteError error) {
      if (!error.see()) {
        return;
      }
      name = error.task;
      text = error.text;
    } else {
      text = failure.message() + System.lineSeparator();
    }
    print(
        "Ray: task "
            + name
            + " failed, and nobody has asked for its result:"
            + System.lineSeparator()
            + text);
  }

  /** Tells of something that is not as the program asked. */
  public void warn(String text) {
    if (!quiet) {
      print("Ray: " + text + System.lineSeparator());
    }
  }

  private void print(String text) {
    try {
      Appendable target = console.get();
      synchronized (this) {
        target.append(text);
      }
    } catch (java.io.IOException lost) {
      throw new java.io.UncheckedIOException(lost);
    }
  }
}
