package ray.simulator;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happened, in order: as a hash, by which two runs are compared, and as text where that is
 * asked for.
 */
final class Trace {
  private final Schedule schedule;
  private final @Nullable Consumer<String> lines;
  private final Map<Class<?>, Integer> hashes = new HashMap<>();
  private long hash = 1;
  private long events;

  Trace(Schedule schedule, @Nullable Consumer<String> lines) {
    this.schedule = schedule;
    this.lines = lines;
  }

  long hash() {
    return hash;
  }

  /** How many things have happened. */
  long events() {
    return events;
  }

  void message(long from, long to, Object message) {
    Class<?> type = message.getClass();
    Integer known = hashes.get(type);
    if (known == null) {
      known = type.getSimpleName().hashCode();
      hashes.put(type, known);
    }
    add(known, from, to);
    if (lines != null) {
      line(name(from) + " → " + name(to) + "  " + message);
    }
  }

  void note(String what, long where, long about) {
    add(what.hashCode(), where, about);
    if (lines != null) {
      line(name(where) + " " + what + (about == 0 ? "" : " " + name(about)));
    }
  }

  void note(String what, long where, Object about) {
    add(what.hashCode(), where, 0);
    if (lines != null) {
      line(name(where) + " " + what + " " + about);
    }
  }

  private void add(long what, long a, long b) {
    events++;
    hash = Dice.mix(hash * 31 + what) + Dice.mix(schedule.nowNs() + a * 31 + b * 17);
  }

  private void line(String text) {
    if (lines != null) {
      lines.accept("%,15d ns  %s".formatted(schedule.nowNs(), text));
    }
  }

  /** What a process is called in traces: its kind and its number. */
  static String name(long process) {
    if (process == Cluster.CONTROL) {
      return "control";
    }
    String kind =
        switch ((int) (process >>> Cluster.KIND_BITS)) {
          case Cluster.NODE -> "node";
          case Cluster.DRIVER -> "driver";
          case Cluster.WORKER -> "worker";
          default -> "process";
        };
    return kind + (process & ((1L << Cluster.KIND_BITS) - 1));
  }
}
