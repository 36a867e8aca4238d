package ray.benchmarks;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** Prints results: a line as each comes, like Ray's own, and a table with the goals at the end. */
final class Report {
  /** Less than this of a CPU is what an idle machine does by itself. */
  private static final double QUIET_CPUS = 0.1;

  private final PrintWriter out;

  Report(PrintWriter out) {
    this.out = out;
  }

  void line(Result result, OptionalDouble othersCpus) {
    StringBuilder line = new StringBuilder();
    line.append(result.name())
        .append(
            String.format(
                Locale.ROOT, " per second %.2f +- %.2f", result.perSecond(), result.stddev()));
    if (!result.note().isEmpty()) {
      line.append(" (").append(result.note()).append(')');
    }
    if (othersCpus.orElse(0) > QUIET_CPUS) {
      line.append(
          String.format(
              Locale.ROOT, " [not alone: others used %.1f CPUs]", othersCpus.getAsDouble()));
    }
    out.println(line);
    out.flush();
  }

  void table(List<Case> cases, List<Result> results) {
    Map<String, Result> byName = new LinkedHashMap<>();
    results.forEach(result -> byName.put(result.name(), result));
    int width = results.stream().mapToInt(result -> result.name().length()).max().orElse(0);
    String row = "%-" + width + "s %14s %10s %12s %12s %12s %12s %10s  %s%n";
    out.println();
    out.printf(
        Locale.ROOT,
        row,
        "",
        "per second",
        "+-",
        "p50 us",
        "p90 us",
        "p99 us",
        "max us",
        "CPU us",
        "goal");
    for (Case each : cases) {
      Result result = byName.get(each.name());
      if (result != null) {
        out.printf(
            Locale.ROOT,
            row,
            result.name(),
            rate(result.perSecond()),
            rate(result.stddev()),
            latency(result.p50Us()),
            latency(result.p90Us()),
            latency(result.p99Us()),
            latency(result.maxUs()),
            result.cpuUs().isEmpty() ? "" : latency(result.cpuUs().getAsDouble()),
            goal(each.goal(), result, byName));
      }
    }
    out.flush();
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 100 ? "%.2f" : "%,.0f", perSecond);
  }

  private static String latency(double microseconds) {
    return String.format(Locale.ROOT, microseconds < 100 ? "%.2f" : "%,.0f", microseconds);
  }

  private static String goal(Goal goal, Result result, Map<String, Result> byName) {
    if (goal instanceof Goal.None) {
      return "";
    }
    OptionalDouble reached = goal.reached(result, byName);
    String verdict =
        reached.isEmpty()
            ? "not compared"
            : String.format(
                Locale.ROOT,
                "%s %.2fx",
                reached.getAsDouble() >= 1 ? "reached" : "MISSED",
                reached.getAsDouble());
    return goal + ": " + verdict;
  }
}
