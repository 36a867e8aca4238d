package ray.core;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * The object of an actor of scripts: counts the calls of each caller, and keeps refs for each. A
 * call out of order is an error.
 */
final class ActorState {
  private final Map<Long, Integer> calls = new HashMap<>();
  private final Map<Long, ArrayDeque<Object>> kept = new HashMap<>();

  /** Counts a call. A run again may come late; no other may. */
  int called(long token, int sequence, boolean ordered, String what) {
    int before = calls.getOrDefault(token, 0);
    if (ordered && sequence <= before) {
      throw new AssertionError(
          what
              + ": call "
              + sequence
              + " of caller "
              + Long.toHexString(token)
              + " after call "
              + before);
    }
    calls.merge(token, sequence, Math::max);
    return before;
  }

  ArrayDeque<Object> keptFor(long token) {
    return kept.computeIfAbsent(token, missing -> new ArrayDeque<>());
  }

  Iterable<Object> all() {
    return kept.values().stream().flatMap(ArrayDeque::stream).toList();
  }
}
