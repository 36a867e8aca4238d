package ray.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import ray.RayOptions;
import ray.processes.LocalNode;
import ray.processes.NodeLauncher;

/** {@code ray microbenchmark}: measures this Ray by the cases of Ray's own, and a few more. */
@Command(
    name = "microbenchmark",
    description = "Measure how fast Ray is on this machine.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Cases have the names of Ray's own microbenchmark, and are warmed up and timed as there.",
      "Latencies are those of single operations; in a batch, of a sample of them.",
      "All cases take about six minutes; so much heap is needed: RAY_JAVA_OPTS=-Xmx4g"
    })
public final class MicrobenchmarkCommand implements Callable<Integer> {
  /** Enough for a few of the largest values, which are of 800 MB. */
  private static final long STORE_BYTES = 3L << 30;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--embedded", description = "Measure Ray inside this JVM.")
  private boolean embedded;

  @Option(
      names = "--address",
      paramLabel = "ray://HOST:PORT",
      description = "Measure this node (default: RAY_ADDRESS, or one that is started for it).")
  private @Nullable String address;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the results to this file, as a JSON array.")
  private @Nullable Path json;

  @Option(
      names = "--compare",
      paramLabel = "FILE",
      description = {
        "Print each rate beside the one of the same name in this file:",
        "what Ray's own microbenchmark printed, or what --json wrote."
      })
  private @Nullable Path compare;

  @Option(
      names = "--filter",
      paramLabel = "TEXT",
      description = "Run only the cases whose name contains this.")
  private String filter = "";

  @Option(
      names = "--scale",
      description = {
        "Measure how far Ray goes instead: many arguments, tasks and actors,",
        "deep nesting, a value of 1 GiB, the memory of an idle node."
      })
  private boolean scale;

  @Option(
      names = "--fairness",
      description = {
        "Measure instead how two programs share a node that each of them fills,",
        "by the processor time of their workers in any ten seconds."
      })
  private boolean fairness;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description =
          "How long --fairness looks at each pair of programs (default: ${DEFAULT-VALUE}).")
  private int seconds = 40;

  @Option(names = "--list", description = "Print the names of the cases and do nothing else.")
  private boolean list;

  /** For the command line. */
  public MicrobenchmarkCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    return fairness ? callFairness() : scale ? callScale() : callCases();
  }

  private int callFairness() throws IOException, InterruptedException {
    if (scale || embedded || compare != null || json != null) {
      throw misused(
          "--fairness measures two programs on a node and prints their parts; leave --scale,"
              + " --embedded, --compare and --json out");
    }
    if (seconds < Fairness.WINDOW_SECONDS) {
      throw misused("--seconds must be at least " + Fairness.WINDOW_SECONDS + ", not " + seconds);
    }
    List<Fairness.Pair> pairs = named(Fairness.PAIRS, pair -> List.of(pair.name()));
    if (list) {
      print(pairs.stream().map(Fairness.Pair::name).toList());
      return 0;
    }
    return withRay(options ->
        new Fairness(spec.commandLine().getOut(), options.address(), seconds).run(pairs) ? 0 : 1);
  }

  private int callScale() throws IOException, InterruptedException {
    if (compare != null) {
      throw misused(
          "--compare is for rates, which --scale does not measure; give one of the two options");
    }
    List<ScaleCase> cases = named(ScaleCases.all(), ScaleCase::names);
    if (list) {
      cases.forEach(each -> print(each.names()));
      return 0;
    }
    JsonResults kept = results(null);
    Scale measurement = new Scale(spec.commandLine().getOut(), spec.commandLine().getErr(), kept);
    return withRay(options -> measurement.run(cases, options) ? 0 : 1);
  }

  private int callCases() throws IOException, InterruptedException {
    List<Case> cases =
        named(
            embedded ? Microbenchmark.allCases() : Microbenchmark.connectedCases(),
            each -> List.of(each.name()));
    if (list) {
      print(cases.stream().map(Case::name).toList());
      return 0;
    }
    Baseline baseline = baseline(cases);
    JsonResults kept = results(baseline);
    return withRay(options -> measure(cases, baseline, kept, options));
  }

  private void print(List<String> names) {
    names.forEach(spec.commandLine().getOut()::println);
  }

  @FunctionalInterface
  private interface Measurement {
    int run(RayOptions options) throws IOException, InterruptedException;
  }

  /** Runs it with what the options name: this JVM, a node that runs, or one that is started. */
  private int withRay(Measurement measurement) throws IOException, InterruptedException {
    if (embedded) {
      return measurement.run(RayOptions.defaults().address(ScaleCases.IN_THIS_JVM));
    }
    String given = address != null ? address : System.getenv("RAY_ADDRESS");
    if (given != null) {
      return measurement.run(RayOptions.defaults().address(given));
    }
    if (scale || fairness) {
      return withNodeOfItsOwn(measurement);
    }
    try (LocalNode node = LocalNode.start(RayOptions.defaults().objectStore(STORE_BYTES))) {
      return measurement.run(RayOptions.defaults().address(node.address()));
    }
  }

  /** In a process of its own, whose memory can be told from this one's. */
  private int withNodeOfItsOwn(Measurement measurement) throws IOException, InterruptedException {
    try (OwnNode node = OwnNode.start(STORE_BYTES)) {
      return measurement.run(RayOptions.defaults().address(node.address()));
    } catch (NodeLauncher.StartFailedException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private int measure(
      List<Case> cases, @Nullable Baseline baseline, @Nullable JsonResults kept, RayOptions options)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    List<Result> results = new Microbenchmark(Timing.RAY, out, err, kept, options).run(cases);
    if (baseline != null) {
      new Comparison(out, baseline).print(results, name -> name.contains(filter));
    }
    return results.size() == cases.size() ? 0 : 1;
  }

  private <T> List<T> named(List<T> all, Function<T, List<String>> names) {
    List<T> cases =
        all.stream()
            .filter(each -> names.apply(each).stream().anyMatch(name -> name.contains(filter)))
            .toList();
    if (cases.isEmpty()) {
      throw misused("no case's name contains '" + filter + "'; --list prints all names");
    }
    return cases;
  }

  private @Nullable Baseline baseline(List<Case> cases) {
    if (compare == null) {
      return null;
    }
    try {
      return Baseline.read(compare, cases.stream().map(Case::name).collect(Collectors.toSet()));
    } catch (Baseline.UnusableException e) {
      throw misused(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable JsonResults results(@Nullable Baseline baseline) {
    if (json == null) {
      return null;
    }
    JsonResults results = new JsonResults(json, baseline);
    String obstacle = results.obstacle();
    if (!obstacle.isEmpty()) {
      throw misused("the results can't be written: " + obstacle);
    }
    return results;
  }

  private ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
