package ray;

import java.util.Map;

/** Where a task or an actor runs. */
public sealed interface SchedulingStrategy {
  /** Where its data is; else packed until nodes are half full, then spread. */
  record Standard() implements SchedulingStrategy {}

  /** On as many nodes as there are. */
  record Spread() implements SchedulingStrategy {}

  /**
   * On one node.
   *
   * @param node the node's id, as in {@link NodeInfo#id}
   * @param soft whether another will do when that one is gone or too small
   */
  record NodeAffinity(String node, boolean soft) implements SchedulingStrategy {}

  /**
   * On one worker process: where that is gone, tasks fail.
   *
   * @param worker the worker's id in hexadecimal, as {@link Ray#workers} gives it
   */
  record WorkerAffinity(String worker) implements SchedulingStrategy {
    /**
     * Checks, and writes it as all others do.
     *
     * @throws IllegalArgumentException if that is no id
     */
    public WorkerAffinity {
      worker = Long.toHexString(parse(worker));
    }

    /** The id as a number. */
    public long id() {
      return parse(worker);
    }

    private static long parse(String worker) {
      try {
        return Long.parseUnsignedLong(worker, 16);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "'" + worker + "' is no id of a worker: take one of Ray.workers()", e);
      }
    }
  }

  /**
   * On a node that has all of these labels.
   *
   * @param required label values by name
   */
  record NodeLabels(Map<String, String> required) implements SchedulingStrategy {
    /** Copies. */
    public NodeLabels {
      required = Map.copyOf(required);
    }
  }

  /** The default. */
  static SchedulingStrategy standard() {
    return Constants.STANDARD;
  }

  /** On as many nodes as there are. */
  static SchedulingStrategy spread() {
    return Constants.SPREAD;
  }

  /** On one node and no other. */
  static SchedulingStrategy node(String id) {
    return new NodeAffinity(id, false);
  }

  /** On one worker and no other. */
  static SchedulingStrategy worker(String id) {
    return new WorkerAffinity(id);
  }

  /** The two that need one instance only. */
  final class Constants {
    private static final SchedulingStrategy STANDARD = new Standard();
    private static final SchedulingStrategy SPREAD = new Spread();

    private Constants() {}
  }
}
