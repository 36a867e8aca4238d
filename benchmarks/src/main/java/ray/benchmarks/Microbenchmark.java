package ray.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  /** Those that Ray has too, which run against a node as they do in this JVM. */
  static List<Case> connectedCases() {
    return RayCases.all().stream().filter(Case.Repeated.class::isInstance).toList();
  }

  /** Runs the cases and returns the results of those that went well. */
  List<Result> run(List<Case> cases) throws IOException, InterruptedException {
    Report report = new Report(out);
    List<Result> results = new ArrayList<>();
    for (Case each : cases) {
      OthersCpu others = new OthersCpu();
      Result result = measure(each);
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
    FutureTask<Result> measurement = new FutureTask<>(() -> each.measure(timing, options));
    Thread thread = Thread.ofPlatform().daemon().name("benchmark").start(measurement);
    try {
      return measurement.get(CASE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      fail(each, "failed: " + e.getCause());
    } catch (TimeoutException e) {
      fail(each, "did not end within " + CASE_LIMIT_SECONDS + " s; it was at " + where(thread));
      thread.interrupt();
    }
    return null;
  }

  private void fail(Case each, String what) {
    err.println(each.name() + " " + what);
    err.flush();
  }

  private static String where(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length == 0 ? "its end" : stack[0].toString();
  }
}
