package ray.benchmarks.soak;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The table at the end of a soak. */
final class SoakReport {
  private final PrintWriter out;

  SoakReport(PrintWriter out) {
    this.out = out;
  }

  /** Prints what ran, what was lost to killed workers, and what is wrong. */
  void print(List<Driver> drivers, int kills, Map<Kind, Long> lost, List<String> problems) {
    Map<Kind, Long> programs = new TreeMap<>();
    for (Driver driver : drivers) {
      driver.programs().forEach((kind, count) -> programs.merge(kind, count, Long::sum));
    }
    out.println();
    out.printf("%-16s %10s %16s%n", "programs", "run", "hit by a death");
    programs.forEach((kind, count) ->
        out.printf("%-16s %,10d %,16d%n", kind, count, lost.getOrDefault(kind, 0L)));
    out.printf(
        "%-16s %,10d %,16d%n",
        "together", sum(programs), lost.values().stream().mapToLong(n -> n).sum());
    out.printf(
        "%,d tasks and calls, %,d workers killed%n",
        drivers.stream().mapToLong(Driver::tasks).sum(), kills);
    if (problems.isEmpty()) {
      out.println("no wrong result; nothing is left");
    } else {
      out.printf("%,d problems:%n", problems.size());
      problems.forEach(problem -> out.println("  " + problem));
    }
    out.flush();
  }

  private static long sum(Map<Kind, Long> counts) {
    return counts.values().stream().mapToLong(count -> count).sum();
  }
}
