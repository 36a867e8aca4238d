package ray.core.executor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs that one thread has taken, to be run one after the other under one permit. */
public final class Lane {
  final CallQueue queue;

  /** Whose permit it has: one of its own queue, or that of the run that waits for it. */
  final CallQueue permits;

  /** Whether a run that waits for it has lent it that. */
  final boolean lent;

  private final List<Execution> runs;

  /** From here on its runs were given back. */
  int end;

  /** Whether the permit is still held. */
  boolean open = true;

  Lane(CallQueue queue, List<Execution> runs, @Nullable Execution lender) {
    this.queue = queue;
    this.lent = lender != null;
    this.permits = lender == null ? queue : lender.permits;
    this.runs = runs;
    this.end = runs.size();
  }

  /** The runs, in order. */
  public List<Execution> runs() {
    return runs;
  }
}
