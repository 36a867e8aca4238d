package ray.core.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The creates that wait for room, in the order in which they came. */
final class WaitingCreates {
  private final Map<Long, WaitingCreate> byKey = new LinkedHashMap<>();
  private long bytes;

  boolean isEmpty() {
    return byKey.isEmpty();
  }

  int size() {
    return byKey.size();
  }

  /** How many bytes they ask for. */
  long bytes() {
    return bytes;
  }

  /** The one with a key; there mostly are none at all, and then it is not looked for. */
  @Nullable WaitingCreate find(long key) {
    return byKey.isEmpty() ? null : byKey.get(key);
  }

  /** The one whose turn is next; there must be one. */
  WaitingCreate first() {
    return byKey.values().iterator().next();
  }

  void add(WaitingCreate create) {
    byKey.put(create.key(), create);
    bytes += create.sizeBytes();
  }

  void remove(WaitingCreate create) {
    byKey.remove(create.key());
    bytes -= create.sizeBytes();
  }

  /** Those that have waited until their deadline. */
  List<WaitingCreate> overdue(long nowNs) {
    return byKey.values().stream().filter(create -> create.isOverdue(nowNs)).toList();
  }

  /** Those that a process would own or write. */
  List<WaitingCreate> of(long process) {
    return byKey.values().stream()
        .filter(create -> create.owner() == process || create.writer() == process)
        .toList();
  }

  OptionalLong nextDeadlineNs() {
    OptionalLong next = OptionalLong.empty();
    for (WaitingCreate create : byKey.values()) {
      if (next.isEmpty() || create.deadlineNs() - next.getAsLong() < 0) {
        next = OptionalLong.of(create.deadlineNs());
      }
    }
    return next;
  }

  void forEach(Consumer<WaitingCreate> visitor) {
    byKey.values().forEach(visitor);
  }
}
