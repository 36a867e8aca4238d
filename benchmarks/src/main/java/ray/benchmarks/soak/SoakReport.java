package ray.benchmarks.soak;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/** The table at the end of a soak. */
final class SoakReport {
  private final PrintWriter out;

  SoakReport(PrintWriter out) {
    this.out = out;
  }

  /** Prints what ran and what went wrong, what was lost to deaths, and what is wrong. */
  void print(
      Drivers drivers, Map<Fault, Integer> faults, Map<Kind, Long> lost, List<String> problems) {
    Map<Kind, Long> programs = drivers.programs();
    out.println();
    out.printf("%-16s %10s %16s%n", "programs", "run", "hit by a death");
    programs.forEach((kind, count) ->
        out.printf("%-16s %,10d %,16d%n", kind, count, lost.getOrDefault(kind, 0L)));
    out.printf(
        "%-16s %,10d %,16d%n",
        "together", sum(programs), lost.values().stream().mapToLong(n -> n).sum());
    out.println();
    out.printf("%-16s %10s%n", "faults", "struck");
    faults.forEach((fault, count) -> out.printf("%-16s %,10d%n", fault, count));
    out.println();
    out.printf(
        "%,d tasks and calls, %,d workers killed%n",
        drivers.tasks(), faults.getOrDefault(Fault.KILLED_WORKER, 0));
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
