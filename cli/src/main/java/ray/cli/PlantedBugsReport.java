package ray.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import ray.simulator.cores.CoreSources;
import ray.simulator.planted.PlantedBug;
import ray.simulator.planted.PlantedBugs;
import ray.simulator.planted.PlantedSearch;
import ray.simulator.planted.PlantingException;

/** {@code ray simulate --planted}: plants known bugs in the cores, and tells which are found. */
final class PlantedBugsReport {
  private static final long DEFAULT_SEEDS = 10_000;

  private final PrintWriter out;
  private Set<String> failing = Set.of();

  PlantedBugsReport(PrintWriter out) {
    this.out = out;
  }

  /** Bugs with this in their name; all for the empty name. */
  static List<PlantedBug> named(String part) {
    return PlantedBugs.all().stream().filter(bug -> bug.name().contains(part)).toList();
  }

  /** Looks for the bugs; fails if one is not found. */
  int run(List<PlantedBug> bugs, @Nullable Long firstSeed, @Nullable Long seeds, int threads)
      throws CommandFailedException {
    PlantedSearch.Options options;
    List<PlantedSearch.Result> results;
    try {
      options =
          new PlantedSearch.Options(
              bugs,
              CoreSources.find(),
              firstSeed == null ? 0 : firstSeed,
              seeds == null ? DEFAULT_SEEDS : seeds,
              threads);
      results = new PlantedSearch(options).run(this::progress);
    } catch (PlantingException failure) {
      throw new CommandFailedException(String.valueOf(failure.getMessage()));
    }
    table(results);
    long found = results.stream().filter(result -> result.found() != null).count();
    if (!failing.isEmpty()) {
      out.println("these break a rule without any planted bug: " + String.join(", ", failing));
    }
    out.printf(
        Locale.ROOT,
        "%d of %d planted bugs found, with up to %,d seeds each from %d on%n",
        found,
        results.size(),
        options.seeds(),
        options.firstSeed());
    out.flush();
    return found == results.size() ? ExitCode.OK : ExitCode.FAILED;
  }

  private void progress(PlantedSearch.Progress progress) {
    failing = progress.failing();
    for (PlantedSearch.Result result : progress.results()) {
      PlantedSearch.Found found = result.found();
      out.println(
          found == null
              ? result.bug().name() + " was not found: " + result.bug().breaks()
              : result.bug().name() + " is found by seed " + found.seed());
    }
    if (!progress.open().isEmpty()) {
      out.println(
          progress.open().entrySet().stream()
              .map(PlantedBugsReport::open)
              .collect(Collectors.joining(", ", "looking for ", "")));
    }
    out.flush();
  }

  private static String open(Map.Entry<String, Long> each) {
    return String.format(Locale.ROOT, "%s (%,d seeds)", each.getKey(), each.getValue());
  }

  private void table(List<PlantedSearch.Result> results) {
    String row = "%-28s  %-5s  %6s  %7s  %s%n";
    out.printf(Locale.ROOT, row, "planted bug", "found", "seeds", "seconds", "rule that it breaks");
    for (PlantedSearch.Result result : results) {
      PlantedSearch.Found found = result.found();
      out.printf(
          Locale.ROOT,
          row,
          result.bug().name(),
          found == null ? "no" : "yes",
          String.format(Locale.ROOT, "%,d", result.seeds()),
          String.format(Locale.ROOT, "%.1f", result.seconds()),
          found == null ? "" : found.rule().text());
    }
  }
}
