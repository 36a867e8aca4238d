package ray.cli;

import java.io.PrintWriter;
import java.util.Map;
import ray.simulator.coverage.Gap;
import ray.simulator.coverage.Report;

/** Prints what seeds have reached of the cores. */
final class CoverageReport {
  /** Of fewer seeds, what was not reached says more about their number than about the cores. */
  static final long SEEDS_FOR_LIST = 1000;

  private final PrintWriter out;

  CoverageReport(PrintWriter out) {
    this.out = out;
  }

  /** Prints it; where in the cores the gaps are, only if there were seeds enough. */
  void print(Report report, long seeds) {
    out.println(
        "events: %,d kinds; not reached: %s"
            .formatted(
                report.events(),
                report.unreachedEvents().isEmpty()
                    ? "none but those explained"
                    : String.join(", ", report.unreachedEvents())));
    StringBuilder branches = new StringBuilder("branches:");
    for (Map.Entry<String, Report.Branches> each : report.branches().entrySet()) {
      Report.Branches counts = each.getValue();
      branches.append(" %s %,d of %,d;".formatted(each.getKey(), counts.taken(), counts.all()));
    }
    out.println(branches + " explained gaps: " + report.explained());
    if (report.unreached().isEmpty()) {
      out.println("every line and branch of the cores was reached, but those explained");
    } else if (seeds < SEEDS_FOR_LIST) {
      out.println(
          "not reached, and not explained: %,d places; run %,d seeds or more to see which"
              .formatted(report.unreached().size(), SEEDS_FOR_LIST));
    } else {
      out.println("not reached, and not explained (%,d):".formatted(report.unreached().size()));
      for (Gap gap : report.unreached()) {
        out.println("  " + gap);
      }
    }
    out.flush();
  }

  /** Prints which explanations are of what these seeds have reached: they may be out of date. */
  void printUnneeded(Report report, long seeds) {
    if (seeds >= SEEDS_FOR_LIST && !report.unneeded().isEmpty()) {
      out.println("explained, but reached (%,d):".formatted(report.unneeded().size()));
      report.unneeded().forEach(entry -> out.println("  " + entry));
      out.flush();
    }
  }
}
