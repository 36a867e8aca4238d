package ray.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import ray.simulator.Failure;
import ray.simulator.Simulator;
import ray.simulator.Workload;
import ray.simulator.coverage.Coverage;
import ray.simulator.coverage.Report;
import ray.simulator.planted.PlantedBug;

/**
 * {@code ray simulate}: runs whole clusters of the protocol's cores in virtual time, under every
 * kind of fault. Each seed is another run; a failing one replays from its seed.
 */
@Command(
    name = "simulate",
    description = "Look for bugs in the protocol: whole clusters in one thread, seed by seed.",
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  private static final long MAX_SEEDS_UNTIL_TIME_IS_OVER = Long.MAX_VALUE / 2;
  private static final String KEPT_SEEDS = "simulator/src/test/resources/ray/simulator/seeds.txt";

  private static final String ALL_WORKLOADS = "all";

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Of the last workload. */
  private long seedsRun;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many seeds of a workload (default: 1000).")
  private @Nullable Long seeds;

  @Option(
      names = "--seed",
      paramLabel = "K",
      description = "The first seed (default: any); alone, the only one.")
  private @Nullable Long seed;

  @Option(
      names = "--nodes",
      paramLabel = "M",
      description = "How many nodes at the start (default: 3 to 5, as the seed decides).")
  private int nodes;

  @Option(
      names = "--workload",
      paramLabel = "NAME",
      description =
          "What programs do and what goes wrong (default: everything); all: each of them in turn.")
  private String workload = "everything";

  @Option(names = "--trace", description = "Print every step; needs --seed.")
  private boolean trace;

  @Option(names = "--minutes", paramLabel = "T", description = "Stop after so many minutes.")
  private double minutes;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "How many seeds run at a time (default: one a processor).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--coverage",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description =
          "Say at the end which events and branches of the cores no seed has reached (default);"
              + " where they are, after 1000 seeds or more. Without it, runs are a little faster.")
  private boolean coverage;

  @Option(
      names = "--scale",
      arity = "0..1",
      fallbackValue = "10,30,100,300,1000",
      split = ",",
      paramLabel = "N,…",
      description =
          "Run clusters of so many nodes without faults, and say what they cost (default: 10 to"
              + " 1000 nodes).")
  private @Nullable List<Integer> scale;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "With --scale, draw messages a task by nodes into an SVG file.")
  private @Nullable Path plot;

  @Option(
      names = "--planted",
      arity = "0..1",
      fallbackValue = "",
      paramLabel = "NAME",
      description =
          "Plant known bugs in the cores, one at a time, and see that each is found; with a name,"
              + " those that have it in theirs. --seeds is for each (default: 10000).")
  private @Nullable String planted;

  @Override
  public Integer call() throws CommandFailedException {
    // What the simulated processes assert is part of what is checked.
    SimulateCommand.class.getClassLoader().setPackageAssertionStatus("ray.simulator", true);
    List<Workload> chosen = checked();
    PrintWriter out = spec.commandLine().getOut();
    if (scale != null) {
      new ScaleReport(out).print(scale, plot);
      return ExitCode.OK;
    }
    if (planted != null) {
      return new PlantedBugsReport(out).run(bugs(planted), seed, seeds, threads);
    }
    if (trace && seed != null) {
      Failure failure = Simulator.trace(seed, chosen.getFirst(), nodes, out::println);
      if (failure == null) {
        out.println("seed " + seed + ": all rules held");
        return ExitCode.OK;
      }
      describe(failure);
      return ExitCode.FAILED;
    }
    List<Simulator.Options> options = options(chosen);
    boolean many = options.getFirst().seeds() > 1;
    Failure failure = coverage && many ? covered(options) : inTurn(options, Simulator::new);
    if (failure == null) {
      return ExitCode.OK;
    }
    describe(failure);
    failure.trace().forEach(out::println);
    out.println(
        "replay it whole with:  ray simulate --seed %d --workload %s%s --trace"
            .formatted(
                failure.seed(),
                failure.workload(),
                failure.nodes() == 0 ? "" : " --nodes " + failure.nodes()));
    if (failure.nodes() == 0) {
      out.println(
          "once it is mended, have it run in every build: add '%s %d  # what it was' to %s"
              .formatted(failure.workload(), failure.seed(), KEPT_SEEDS));
    }
    return ExitCode.FAILED;
  }

  /** Runs workloads one after another, until one fails. */
  private @Nullable Failure inTurn(
      List<Simulator.Options> all, Function<Simulator.Options, Simulator> simulators) {
    for (Simulator.Options options : all) {
      if (options.seeds() != 1 || all.size() > 1) {
        spec.commandLine()
            .getOut()
            .println(
                "workload "
                    + options.workload().name()
                    + ", seeds from "
                    + options.firstSeed()
                    + " on");
      }
      Failure failure = simulators.apply(options).run(this::report);
      if (failure != null) {
        return failure;
      }
    }
    return null;
  }

  private @Nullable Failure covered(List<Simulator.Options> options) {
    try (Coverage watched = new Coverage()) {
      seedsRun = 0;
      Failure failure = inTurn(options, each -> new Simulator(each, watched));
      Report reached = watched.report();
      CoverageReport printed = new CoverageReport(spec.commandLine().getOut());
      printed.print(reached, seedsRun);
      if (options.size() > 1) {
        printed.printUnneeded(reached, seedsRun);
      }
      return failure;
    }
  }

  private List<Workload> checked() {
    List<Workload> chosen =
        workload.equals(ALL_WORKLOADS)
            ? Workload.list()
            : Workload.list().stream().filter(each -> each.name().equals(workload)).toList();
    if (chosen.isEmpty()) {
      throw usage(
          "there is no workload '"
              + workload
              + "'; there are "
              + Workload.list().stream().map(Workload::name).collect(Collectors.joining(", "))
              + ", and all");
    }
    if (seeds != null && seeds < 1) {
      throw usage("--seeds must be at least 1, not " + seeds);
    }
    if (nodes < 0 || nodes > 1000) {
      throw usage("--nodes must be between 1 and 1000, not " + nodes);
    }
    if (minutes < 0 || Double.isNaN(minutes)) {
      throw usage("--minutes must not be negative, not " + minutes);
    }
    if (threads < 1) {
      throw usage("--threads must be at least 1, not " + threads);
    }
    if (scale != null && scale.stream().anyMatch(each -> each < 1 || each > 1000)) {
      throw usage("--scale must be between 1 and 1000 nodes, not " + scale);
    }
    if (plot != null && (scale == null || scale.stream().distinct().count() < 2)) {
      throw usage("--plot needs --scale with several numbers of nodes: it draws how it grows");
    }
    if (trace && seed == null) {
      throw usage("--trace needs --seed: it prints one run");
    }
    if (trace && chosen.size() > 1) {
      throw usage("--trace prints one run: name one workload, not all");
    }
    return chosen;
  }

  private List<PlantedBug> bugs(String name) {
    for (String other : List.of("--workload", "--nodes", "--minutes", "--trace", "--coverage")) {
      if (spec.commandLine().getParseResult().hasMatchedOption(other)) {
        throw usage("--planted does not go with " + other);
      }
    }
    List<PlantedBug> bugs = PlantedBugsReport.named(name);
    if (bugs.isEmpty()) {
      throw usage(
          "there is no planted bug '"
              + name
              + "'; there are "
              + PlantedBugsReport.named("").stream()
                  .map(PlantedBug::name)
                  .collect(Collectors.joining(", ")));
    }
    return bugs;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private List<Simulator.Options> options(List<Workload> chosen) {
    boolean timed = minutes > 0;
    Long first = seed;
    long number =
        seeds != null ? seeds : timed ? MAX_SEEDS_UNTIL_TIME_IS_OVER : first != null ? 1 : 1000;
    long from = first != null ? first : ThreadLocalRandom.current().nextLong(1_000_000_000_000L);
    long limitNs =
        timed ? (long) (minutes * TimeUnit.MINUTES.toNanos(1)) / chosen.size() : Long.MAX_VALUE;
    return chosen.stream()
        .map(each -> new Simulator.Options(from, number, each, nodes, limitNs, threads))
        .toList();
  }

  private void report(Simulator.Progress progress) {
    seedsRun = progress.seeds();
    double seconds = progress.elapsedNs() / 1e9;
    String faults =
        progress.faults().entrySet().stream()
            .map(SimulateCommand::count)
            .collect(Collectors.joining(", "));
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "%,d seeds, %,.1f a second; %,d steps, %,.0f a second; %,d tasks; %,d results compared; %s"
            .formatted(
                progress.seeds(),
                progress.seeds() / seconds,
                progress.steps(),
                progress.steps() / seconds,
                progress.tasks(),
                progress.compared(),
                faults.isEmpty() ? "no faults" : faults));
    out.flush();
  }

  private static String count(Map.Entry<ray.simulator.FaultKind, Long> each) {
    String name = each.getKey().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    return "%,d %s".formatted(each.getValue(), name);
  }

  private void describe(Failure failure) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("seed " + failure.seed() + " of " + failure.workload() + " breaks a rule");
    out.println("rule: " + failure.rule().text());
    out.println("what: " + failure.what());
    out.println("the smallest run found that breaks it: " + failure.setting());
  }
}
