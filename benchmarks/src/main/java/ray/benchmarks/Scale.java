package ray.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/**
 * Measures the limits of scale one after the other, on one instance of Ray, as a program that does
 * it all would; prints a line as each comes, with its goal. A case that fails, or does not end, is
 * reported, and the others go on.
 */
final class Scale {
  /** Far more than the longest case takes: what lasts longer hangs. */
  private static final long CASE_LIMIT_SECONDS = 300;

  private static final long SETTLE_MS = 200;

  private static final String ROW = "%-46s %12s %12s  %s%n";

  private final PrintWriter out;
  private final PrintWriter err;
  private final @Nullable JsonResults json;

  Scale(PrintWriter out, PrintWriter err, @Nullable JsonResults json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  /** Starts Ray so, runs the cases on it, and returns whether all went well. */
  boolean run(List<ScaleCase> cases, RayOptions options) throws IOException, InterruptedException {
    try (RayInstance ray = Ray.init(options)) {
      Ray.remote(ScaleFunctions::nothing).on(ray).remote().get();
      return runAll(cases, options);
    }
  }

  private boolean runAll(List<ScaleCase> cases, RayOptions options)
      throws IOException, InterruptedException {
    out.printf(ROW, "", "first", "later", "goal");
    out.flush();
    boolean well = true;
    List<ScaleResult> results = new ArrayList<>();
    ProgressLine progress = new ProgressLine(err, cases.size());
    for (ScaleCase each : cases) {
      progress.begin(String.join(", ", each.names()));
      try {
        List<ScaleResult> measured = Bounded.call(() -> measure(each, options), CASE_LIMIT_SECONDS);
        progress.clear();
        measured.forEach(this::print);
        results.addAll(measured);
        if (json != null) {
          json.writeObjects(results.stream().map(ScaleResult::json).toList());
        }
      } catch (Bounded.FailedException e) {
        well = false;
        progress.clear();
        err.println(each.lines().getFirst().name() + " " + e.getMessage());
        err.flush();
      }
    }
    return well;
  }

  private static List<ScaleResult> measure(ScaleCase each, RayOptions options) throws Exception {
    double[][] values = new double[each.lines().size()][each.times()];
    for (int time = 0; time < each.times(); time++) {
      settle();
      double[] figures = each.measurement().measure(options);
      for (int line = 0; line < figures.length; line++) {
        values[line][time] = figures[line];
      }
    }
    List<ScaleResult> results = new ArrayList<>();
    for (int line = 0; line < values.length; line++) {
      results.add(ScaleResult.of(each.lines().get(line), values[line]));
    }
    return results;
  }

  /** Lets Ray notice what was dropped before, so that nothing that follows pays for it. */
  private static void settle() throws InterruptedException {
    System.gc();
    Thread.sleep(SETTLE_MS);
  }

  private void print(ScaleResult result) {
    ScaleCase.Unit unit = result.line().unit();
    OptionalDouble later = result.later();
    out.printf(
        ROW,
        result.line().name(),
        unit.text(result.first()),
        later.isEmpty() ? "" : unit.text(later.getAsDouble()),
        goal(result));
    out.flush();
  }

  /** Missed by the first, reached later: what a program does once has no warm code. */
  private static String goal(ScaleResult result) {
    OptionalDouble goal = result.line().goal();
    if (goal.isEmpty()) {
      return "";
    }
    double first = result.reached(result.first()).orElseThrow();
    double later = result.reached(result.later().orElse(result.first())).orElseThrow();
    String verdict = first >= 1 ? "reached" : later >= 1 ? "reached later" : "MISSED";
    double best = first >= 1 ? first : later;
    return String.format(
        Locale.ROOT, "%s: %s %.2fx", result.line().unit().text(goal.getAsDouble()), verdict, best);
  }
}
