package ray.core.owner;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;

/**
 * One process's calls of an actor that were not sent: a line for each caller, in which calls keep
 * their order. Lines are served in turn, so that none waits for another.
 *
 * <p>Mostly one caller alone has calls that wait, if any do; only a second one makes a map of them.
 */
final class CallerLines {
  /** The line whose turn it is, and whose it is. */
  private ArrayDeque<Task> current = new ArrayDeque<>(2);

  private @Nullable ObjectId caller;

  /** The other callers' lines, none of them empty, in the order of their turns. */
  private @Nullable SequencedMap<@Nullable ObjectId, ArrayDeque<Task>> others;

  /** The line of a task's caller. */
  ArrayDeque<Task> of(Task task) {
    if (others == null && current.isEmpty()) {
      caller = task.caller;
      return current;
    }
    if (Objects.equals(caller, task.caller)) {
      return current;
    }
    if (others == null) {
      others = new LinkedHashMap<>();
    }
    return others.computeIfAbsent(task.caller, missing -> new ArrayDeque<>(2));
  }

  /** A call comes behind those that its caller made before. */
  void add(Task task) {
    of(task).add(task);
  }

  /** A call that was sent comes back: behind those that its caller made before it. */
  void putBack(Task task) {
    ArrayDeque<Task> line = of(task);
    long number = task.spec().id().number();
    ArrayDeque<Task> earlier = new ArrayDeque<>(0);
    while (!line.isEmpty() && line.getFirst().spec().id().number() < number) {
      earlier.push(line.removeFirst());
    }
    line.addFirst(task);
    while (!earlier.isEmpty()) {
      line.addFirst(earlier.pop());
    }
  }

  /** The line whose turn it is. */
  ArrayDeque<Task> current() {
    return current;
  }

  /** The turn passes to the next line. */
  void next() {
    if (others == null) {
      return;
    }
    if (!current.isEmpty()) {
      others.putLast(caller, current);
    }
    var first = others.pollFirstEntry();
    caller = first.getKey();
    current = first.getValue();
    forgetOthersIfNone();
  }

  /** Out of its turn, calls of this one's caller were sent. */
  void served(Task task) {
    if (others != null
        && others.get(task.caller) instanceof ArrayDeque<Task> line
        && line.isEmpty()) {
      others.remove(task.caller);
      forgetOthersIfNone();
    }
  }

  private void forgetOthersIfNone() {
    if (others != null && others.isEmpty()) {
      others = null;
    }
  }

  /** How many lines there are. */
  int count() {
    return others == null ? 1 : 1 + others.size();
  }

  /** How many calls wait. */
  int size() {
    int size = current.size();
    if (others != null) {
      for (ArrayDeque<Task> line : others.values()) {
        size += line.size();
      }
    }
    return size;
  }

  void forEach(Consumer<Task> visitor) {
    current.forEach(visitor);
    if (others != null) {
      others.values().forEach(line -> line.forEach(visitor));
    }
  }

  void clear() {
    current.clear();
    others = null;
  }
}
