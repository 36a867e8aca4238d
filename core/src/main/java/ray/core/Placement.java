package ray.core;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.SchedulingStrategy;

/**
 * Chooses nodes. The standard policy takes the node that holds the arguments, if it has room now;
 * else it packs until a node is half full, then spreads, as Ray's hybrid policy does; a node that
 * could provide what is asked for later is better than none.
 */
public final class Placement {
  private static final double PACK_UNTIL = 0.5;

  private Placement() {}

  /** Whether a set of resources is within another. */
  public static boolean fits(Resources asked, Resources within) {
    for (Map.Entry<String, Long> need : asked.units().entrySet()) {
      if (within.units().getOrDefault(need.getKey(), 0L) < need.getValue()) {
        return false;
      }
    }
    return true;
  }

  /** The best node for what takes no data, preferring this one; null if none ever suits. */
  public static @Nullable NodeView choose(
      Resources asked, SchedulingStrategy strategy, Collection<NodeView> nodes, long preferred) {
    return choose(asked, strategy, nodes, preferred, 0, 0);
  }

  /**
   * The best node, preferring this one where nothing speaks against it; null if none ever suits.
   *
   * @param data the node that holds most bytes of the arguments; 0 if there are none to speak of
   * @param turn how often was chosen before, for those that take turns
   */
  public static @Nullable NodeView choose(
      Resources asked,
      SchedulingStrategy strategy,
      Collection<NodeView> nodes,
      long preferred,
      long data,
      long turn) {
    List<NodeView> suited =
        nodes.stream()
            .filter(node -> fits(asked, node.total()) && suits(strategy, node))
            .sorted(Comparator.comparingLong(NodeView::id))
            .toList();
    if (suited.isEmpty()
        && strategy instanceof SchedulingStrategy.NodeAffinity(String id, boolean soft)
        && soft) {
      return choose(asked, SchedulingStrategy.standard(), nodes, preferred, data, turn);
    }
    if (strategy instanceof SchedulingStrategy.Naive && !suited.isEmpty()) {
      return suited.get((int) Math.floorMod(turn, (long) suited.size()));
    }
    if (strategy instanceof SchedulingStrategy.LocalityAware) {
      for (NodeView node : suited) {
        if (node.id() == data) {
          return node;
        }
      }
    }
    Comparator<NodeView> byRoom =
        Comparator.comparing((NodeView node) -> !fits(asked, node.available()))
            .thenComparing(node ->
                strategy instanceof SchedulingStrategy.Standard && data != 0 && node.id() != data)
            .thenComparingDouble(node ->
                strategy instanceof SchedulingStrategy.Spread
                    ? use(node)
                    : Math.max(PACK_UNTIL, use(node)))
            .thenComparing(node -> node.id() != preferred);
    return suited.stream().min(byRoom).orElse(null);
  }

  private static boolean suits(SchedulingStrategy strategy, NodeView node) {
    return switch (strategy) {
      case SchedulingStrategy.Standard any -> true;
      case SchedulingStrategy.Spread any -> true;
      case SchedulingStrategy.Naive any -> true;
      case SchedulingStrategy.LocalityAware any -> true;
      case SchedulingStrategy.NodeAffinity(String id, boolean soft) ->
          id.equals(Long.toHexString(node.id()));
      case SchedulingStrategy.WorkerAffinity worker -> true;
      case SchedulingStrategy.NodeLabels(Map<String, String> required) ->
          node.labels().entrySet().containsAll(required.entrySet());
    };
  }

  /** The share of the busiest resource that is in use. */
  private static double use(NodeView node) {
    double most = 0;
    for (Map.Entry<String, Long> has : node.total().units().entrySet()) {
      long free = node.available().units().getOrDefault(has.getKey(), 0L);
      most = Math.max(most, 1 - (double) free / has.getValue());
    }
    return most;
  }

  /** Why nothing suits: what was asked for, and what there is. */
  public static String refusal(
      String what, Resources asked, SchedulingStrategy strategy, Collection<NodeView> nodes) {
    String where =
        switch (strategy) {
          case SchedulingStrategy.Standard any -> "";
          case SchedulingStrategy.Spread any -> "";
          case SchedulingStrategy.Naive any -> "";
          case SchedulingStrategy.LocalityAware any -> "";
          case SchedulingStrategy.NodeAffinity(String id, boolean soft) -> " on node " + id;
          case SchedulingStrategy.WorkerAffinity(String id) -> " on worker " + id;
          case SchedulingStrategy.NodeLabels(Map<String, String> required) ->
              " on a node with the labels " + required;
        };
    String there =
        nodes.stream()
            .map(node ->
                "node "
                    + Long.toHexString(node.id())
                    + " has "
                    + node.total()
                    + (node.labels().isEmpty() ? "" : " and the labels " + node.labels()))
            .collect(Collectors.joining(", "));
    return what
        + " asks for "
        + asked
        + where
        + ", which no node can ever provide: "
        + there
        + "; ask for less, or start Ray with more";
  }
}
