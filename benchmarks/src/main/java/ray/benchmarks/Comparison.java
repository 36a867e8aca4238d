package ray.benchmarks;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Stands results beside a {@link Baseline}: a line a case that both have, what only one side has,
 * and the smallest ratio.
 */
final class Comparison {

  private final PrintWriter out;
  private final Baseline baseline;

  Comparison(PrintWriter out, Baseline baseline) {
    this.out = out;
    this.baseline = baseline;
  }

  /**
   * Prints it.
   *
   * @param asked whether a case was to be measured: others of the file are not missed
   */
  void print(List<Result> results, Predicate<String> asked) {
    List<Result> both =
        results.stream().filter(result -> baseline.of(result.name()).isPresent()).toList();
    int width = both.stream().mapToInt(result -> result.name().length()).max().orElse(0) + 1;
    String row = "%-" + width + "s%15s %15s %11s%n";
    out.println();
    out.printf(row, "", "ours", "theirs", "ratio");
    for (Result result : both) {
      out.printf(
          row,
          result.name(),
          rate(result.perSecond()),
          rate(baseline.of(result.name()).orElseThrow()),
          ratio(result));
    }
    printLonely(results, asked);
    both.stream()
        .min((a, b) -> Double.compare(ratioOf(a), ratioOf(b)))
        .ifPresentOrElse(
            least -> out.println("smallest ratio: " + ratio(least) + ", " + least.name()),
            () -> out.println("nothing was measured that stands in " + baseline.file()));
    out.flush();
  }

  private void printLonely(List<Result> results, Predicate<String> asked) {
    Set<String> measured = results.stream().map(Result::name).collect(Collectors.toSet());
    results.stream()
        .map(Result::name)
        .filter(name -> baseline.of(name).isEmpty())
        .forEach(name -> out.println("only here: " + name));
    baseline.perSecond().keySet().stream()
        .filter(asked)
        .filter(name -> !measured.contains(name))
        .forEach(name -> out.println("only in " + baseline.file() + ": " + name));
  }

  private double ratioOf(Result result) {
    return baseline.ratio(result).orElseThrow();
  }

  private String ratio(Result result) {
    double ratio = ratioOf(result);
    return String.format(Locale.ROOT, ratio < 100 ? "%.2fx" : "%,.0fx", ratio);
  }

  private static String rate(double perSecond) {
    return String.format(Locale.ROOT, perSecond < 1_000 ? "%.2f" : "%,.0f", perSecond);
  }
}
