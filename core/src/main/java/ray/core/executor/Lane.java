package ray.core.executor;

import java.util.List;

/** Runs that one thread has taken, to be run one after the other under one permit. */
public final class Lane {
  final CallQueue queue;
  private final List<Execution> runs;

  /** Whether the permit is still held. */
  boolean open = true;

  Lane(CallQueue queue, List<Execution> runs) {
    this.queue = queue;
    this.runs = runs;
  }

  /** The runs, in order. */
  public List<Execution> runs() {
    return runs;
  }
}
