package ray;

import java.util.Map;

/** Where a task or an actor runs. */
public sealed interface SchedulingStrategy {
  /** Where its data is; else packed until nodes are half full, then spread. */
  record Standard() implements SchedulingStrategy {}

  /** On as many nodes as there are. */
  record Spread() implements SchedulingStrategy {}

  /**
   * On any node that can, one after the other, whatever they hold and however busy they are: the
   * first Ray's policy for comparison. It shows what moving data costs.
   */
  record Naive() implements SchedulingStrategy {}

  /**
   * On the node that holds most bytes of the arguments, even if it is busy and another is not; the
   * first Ray's policy for tasks that take far more data than time. Without large arguments: the
   * standard policy.
   */
  record LocalityAware() implements SchedulingStrategy {}

  /**
   * On one node.
   *
   * @param node the node's id, as in {@link NodeInfo#id}
   * @param soft whether another will do when that one is gone or too small
   */
  record NodeAffinity(String node, boolean soft) implements SchedulingStrategy {}

  /**
   * On one worker process: where that is gone, tasks fail, as do those that ask for a process of
   * their own, or for GPUs there, where it is none, or sees others.
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

  /** On any node that can, one after the other. */
  static SchedulingStrategy naive() {
    return Constants.NAIVE;
  }

  /** On the node that holds most bytes of the arguments. */
  static SchedulingStrategy localityAware() {
    return Constants.LOCALITY_AWARE;
  }

  /** On one node and no other. */
  static SchedulingStrategy node(String id) {
    return new NodeAffinity(id, false);
  }

  /** On one worker and no other. */
  static SchedulingStrategy worker(String id) {
    return new WorkerAffinity(id);
  }

  /** Those that need one instance only. */
  final class Constants {
    private static final SchedulingStrategy STANDARD = new Standard();
    private static final SchedulingStrategy SPREAD = new Spread();
    private static final SchedulingStrategy NAIVE = new Naive();
    private static final SchedulingStrategy LOCALITY_AWARE = new LocalityAware();

    private Constants() {}
  }
}
