package ray.core;

import java.util.HashMap;
import java.util.Map;
import ray.core.World.Body;

/** An object store that knows who pins what, and lets nobody read what nobody pins. */
final class TestStore {
  private final Map<Long, Body> bodies = new HashMap<>();
  private final Map<Long, Map<Long, Integer>> pins = new HashMap<>();
  private long nextKey = 1;

  /** Stores a body for a process. */
  long add(Body body, long process) {
    long key = nextKey++;
    bodies.put(key, body);
    pins.put(key, new HashMap<>(Map.of(process, 1)));
    return key;
  }

  Body read(long key) {
    Body body = bodies.get(key);
    if (body == null) {
      throw new AssertionError("stored value " + key + " was read after it was freed");
    }
    return body;
  }

  void pin(long key, long process) {
    read(key);
    Map<Long, Integer> holders = pins.get(key);
    if (holders != null) {
      holders.merge(process, 1, Integer::sum);
    }
  }

  void release(long key, long process) {
    Map<Long, Integer> holders = pins.get(key);
    if (holders == null || holders.getOrDefault(process, 0) <= 0) {
      throw new AssertionError(
          "process "
              + process
              + " released stored value "
              + key
              + " without holding it: "
              + holders);
    }
    if (holders.merge(process, -1, Integer::sum) == 0) {
      holders.remove(process);
    }
    if (holders.isEmpty()) {
      pins.remove(key);
      bodies.remove(key);
    }
  }

  /** A process is gone, and with it its pins. */
  void processDied(long process) {
    pins.values().forEach(holders -> holders.remove(process));
    pins.values().removeIf(Map::isEmpty);
    bodies.keySet().retainAll(pins.keySet());
  }

  Map<Long, Map<Long, Integer>> pins() {
    return pins;
  }
}
