package ray.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import ray.RayOptions;

/**
 * Runs cases one after the other. A case that fails, or does not end, is reported, and the others
 * go on; results are kept as they come.
 */
final class Microbenchmark {
  /** Far more than the longest case takes: what lasts longer hangs. */
  private static final long CASE_LIMIT_SECONDS = 600;

  private final Timing timing;
  private final PrintWriter out;
  private final PrintWriter err;
  private final @Nullable JsonResults json;
  private final RayOptions options;

  Microbenchmark(
      Timing timing,
      PrintWriter out,
      PrintWriter err,
      @Nullable JsonResults json,
      RayOptions options) {
    this.timing = timing;
    this.options = options;
    this.out = out;
    this.err = err;
    this.json = json;
  }

  /** Every case there is. */
  static List<Case> allCases() {
    return Stream.of(RayCases.all(), EmbeddedCases.all()).flatMap(List::stream).toList();
  }

  /** Those that run against a node: Ray's own, and what is to be compared with bare copies. */
  static List<Case> connectedCases() {
    return Stream.of(RayCases.all(), EmbeddedCases.onNode(), ClientCases.all())
        .flatMap(List::stream)
        .toList();
  }

  /** Runs the cases and returns the results of those that went well. */
  List<Result> run(List<Case> cases) throws IOException, InterruptedException {
    Report report = new Report(out);
    List<Result> results = new ArrayList<>();
    ProgressLine progress = new ProgressLine(err, cases.size());
    for (Case each : cases) {
      OthersCpu others = new OthersCpu();
      progress.begin(each.name());
      Result result = measure(each);
      progress.clear();
      if (result != null) {
        report.line(result, others.cpus());
        results.add(result);
        if (json != null) {
          json.write(results);
        }
      }
    }
    report.table(cases, results);
    return results;
  }

  private @Nullable Result measure(Case each) throws InterruptedException {
    try {
      return Bounded.call(() -> each.measure(timing, options), CASE_LIMIT_SECONDS);
    } catch (Bounded.FailedException e) {
      err.println(each.name() + " " + e.getMessage());
      err.flush();
      return null;
    }
  }
}
