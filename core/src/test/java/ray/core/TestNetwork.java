package ray.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Queues between pairs of processes: in order within a pair, in any order across pairs, as a seed
 * decides.
 */
final class TestNetwork {
  /** How often another message is chosen in place of a slow one. */
  private static final int PATIENCE = 6;

  /** One message on its way. */
  record Delivery(long from, long to, Message message) {}

  private record Pair(long from, long to) {}

  private final Map<Pair, ArrayDeque<Delivery>> queues = new HashMap<>();
  private final List<ArrayDeque<Delivery>> filled = new ArrayList<>();
  private final Random random;

  /** How many pairs in sixteen are slow: of theirs, only one message in many is chosen. */
  private final int slowPairs;

  TestNetwork(Random random) {
    this.random = random;
    this.slowPairs = random.nextInt(8);
  }

  void send(long from, long to, Message message) {
    ArrayDeque<Delivery> queue =
        queues.computeIfAbsent(new Pair(from, to), missing -> new ArrayDeque<>());
    if (queue.isEmpty()) {
      filled.add(queue);
    }
    queue.add(new Delivery(from, to, message));
  }

  private boolean isSlow(Delivery delivery) {
    long mixed = (delivery.from() * 31 + delivery.to() + slowPairs) * 0x9E3779B97F4A7C15L;
    return (mixed >>> 60) < slowPairs;
  }

  boolean isEmpty() {
    return filled.isEmpty();
  }

  /** Takes the oldest message of some pair. */
  Delivery next() {
    int index = random.nextInt(filled.size());
    for (int i = 0; i < PATIENCE && isSlow(filled.get(index).element()); i++) {
      index = random.nextInt(filled.size());
    }
    ArrayDeque<Delivery> queue = filled.get(index);
    Delivery delivery = queue.remove();
    if (queue.isEmpty()) {
      filled.set(index, filled.getLast());
      filled.removeLast();
    }
    return delivery;
  }

  /** A process is gone: nothing reaches it, and of what it sent last some is lost. */
  void cut(long process) {
    queues.forEach((pair, queue) -> {
      if (pair.to() == process) {
        queue.clear();
      } else if (pair.from() == process) {
        int lost = random.nextInt(queue.size() + 1);
        for (int i = 0; i < lost; i++) {
          queue.removeLast();
        }
      }
    });
    filled.removeIf(ArrayDeque::isEmpty);
  }

  void forEach(Consumer<Delivery> visitor) {
    queues.values().forEach(queue -> queue.forEach(visitor));
  }
}
