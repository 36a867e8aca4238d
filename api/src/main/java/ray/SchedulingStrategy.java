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

  /** The two that need one instance only. */
  final class Constants {
    private static final SchedulingStrategy STANDARD = new Standard();
    private static final SchedulingStrategy SPREAD = new Spread();

    private Constants() {}
  }
}
