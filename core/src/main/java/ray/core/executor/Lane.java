package ray.core.executor;

import java.util.List;

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

  Lane(CallQueue queue, List<Execution> runs, long lease) {
    this.queue = queue;
    this.lease = lease;
    this.runs = runs;
    this.end = runs.size();
  }

  /** The runs, in order. */
  public List<Execution> runs() {
    return runs;
  }
}
