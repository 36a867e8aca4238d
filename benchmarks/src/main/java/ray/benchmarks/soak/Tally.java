package ray.benchmarks.soak;

import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** What a driver has done so far. Thread-safe. */
final class Tally {
  private final LongAdder tasks = new LongAdder();
  private final Map<Kind, LongAdder> programs = new ConcurrentSkipListMap<>();

  void tasks(long count) {
    tasks.add(count);
  }

  void ended(Kind kind) {
    programs.computeIfAbsent(kind, missing -> new LongAdder()).increment();
  }

  /** Tasks, then programs by kind, for {@link DriverProcess}. */
  String line() {
    StringJoiner line = new StringJoiner("\t");
    line.add(Long.toString(tasks.sum()));
    programs.forEach((kind, count) -> line.add(kind.name() + "=" + count.sum()));
    return line.toString();
  }
}
