package ray.core.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.Placement;

/**
 * What a node knows of all nodes, which may be old. What none of them can provide is not refused
 * for that: the control service, which knows all, is asked first.
 */
final class KnownNodes {
  private final long self;
  private final NodeEffects effects;
  private final Map<Long, NodeView> others = new HashMap<>();

  /** A scheduling class of an owner. */
  private record Wish(long owner, FunctionKey schedulingClass) {}

  /** What no node that is known here can provide. */
  private final Map<Wish, Message.RequestLeases> undecided = new LinkedHashMap<>();

  /** How often a node was chosen. */
  private long turn;

  /** How many questions have no answer yet. */
  private int asked;

  KnownNodes(long self, NodeEffects effects) {
    this.self = self;
    this.effects = effects;
  }

  /** Asks for all nodes, and makes this one known. */
  void ask(NodeView own) {
    asked++;
    effects.send(effects.control(), new Message.RegisterNode(own));
  }

  /** Returns the requests that can be decided now: it is known which nodes there are. */
  List<Message.RequestLeases> changed(Message.NodesChanged changed) {
    boolean answer = false;
    for (NodeView node : changed.nodes()) {
      if (node.id() == self) {
        answer = true;
      } else {
        others.put(node.id(), node);
      }
    }
    changed.gone().forEach(others::remove);
    if (!answer || asked == 0 || --asked > 0) {
      return List.of();
    }
    List<Message.RequestLeases> decided = List.copyOf(undecided.values());
    undecided.clear();
    return decided;
  }

  /** Keeps a request until control has said which nodes there are. */
  void defer(Message.RequestLeases request, NodeView own) {
    undecided.put(wish(request), request);
    ask(own);
  }

  /** There is a newer request for the same. */
  void forget(Message.RequestLeases request) {
    undecided.remove(wish(request));
  }

  private static Wish wish(Message.RequestLeases request) {
    return new Wish(request.owner(), request.schedulingClass());
  }

  void processDied(long process) {
    undecided.keySet().removeIf(wish -> wish.owner() == process);
  }

  boolean isAlone() {
    return others.isEmpty();
  }

  /** Whether this node can run a task, now or later. */
  boolean suits(FunctionKey wanted, NodeView own) {
    return Placement.choose(wanted.resources(), wanted.strategy(), List.of(own), self) != null;
  }

  /** The best node for a task, this one if nothing speaks against it; null if none suits. */
  @Nullable NodeView best(Message.RequestLeases request, NodeView own) {
    FunctionKey wanted = request.schedulingClass();
    return Placement.choose(
        wanted.resources(), wanted.strategy(), all(own), self, request.data(), turn);
  }

  /** What was chosen is used: of those that take turns the next comes. */
  void turn() {
    turn++;
  }

  /** Why no node suits. */
  String refusal(FunctionKey wanted, NodeView own) {
    return Placement.refusal(
        "task " + wanted.function(), wanted.resources(), wanted.strategy(), all(own));
  }

  private List<NodeView> all(NodeView own) {
    List<NodeView> all = new ArrayList<>(others.values());
    all.add(own);
    return all;
  }
}
