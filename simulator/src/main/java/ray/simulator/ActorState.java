package ray.simulator;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The object of an actor of scripts: counts the calls of each caller, and keeps refs for each. */
final class ActorState {
  private static final int TAINTED = -1;

  private final Map<Long, Integer> calls = new HashMap<>();
  private final Map<Long, ArrayDeque<Object>> kept = new LinkedHashMap<>();

  /** Counts a call; returns the number of the caller's call before it. */
  int called(long token, int sequence) {
    int before = calls.getOrDefault(token, 0);
    if (before != TAINTED) {
      calls.put(token, Math.max(before, sequence));
    }
    return before;
  }

  /** A call of this caller did not come to its end: the state is not what it should be. */
  void taint(long token) {
    calls.put(token, TAINTED);
  }

  boolean isTainted(long token) {
    return calls.getOrDefault(token, 0) == TAINTED;
  }

  ArrayDeque<Object> keptFor(long token) {
    return kept.computeIfAbsent(token, missing -> new ArrayDeque<>());
  }

  /** Takes all refs that it keeps. */
  List<Object> takeAll() {
    List<Object> all = kept.values().stream().flatMap(ArrayDeque::stream).toList();
    kept.clear();
    return all;
  }
}
