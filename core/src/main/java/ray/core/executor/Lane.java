package ray.core.executor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs that one thread has taken, to be run one after the other under one permit. */
public final class Lane {
  final CallQueue queue;
  private final List<Execution> runs;

  /** From here on its runs were given back. */
  int end;

  /** Whether the permit is still held. */
  boolean open = true;

  /** The lease that it uses, where they differ; else 0. */
  final long lease;

  /** The run that waits for it and has lent it its permit; null if it has one of its queue's. */
  final @Nullable Execution lender;

  Lane(CallQueue queue, List<Execution> runs, long lease) {
    this(queue, runs, lease, null);
  }

  /** One run, in place of another. */
  Lane(Execution run, Execution lender) {
    this(run.queue, List.of(run), 0, lender);
  }

  private Lane(CallQueue queue, List<Execution> runs, long lease, @Nullable Execution lender) {
    this.queue = queue;
    this.lease = lease;
    this.lender = lender;
    this.runs = runs;
    this.end = runs.size();
  }

  /** The runs, in order. */
  public List<Execution> runs() {
    return runs;
  }
}
