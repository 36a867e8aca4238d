package ray.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import ray.processes.NodeClient;
import ray.processes.SeenWorker;

/**
 * Measures how two programs share a node that each of them alone would fill: what the workers of
 * each have of the processors in any ten seconds, by the system's account of their time.
 */
final class Fairness {
  static final int WINDOW_SECONDS = 10;

  /** By how much a part may be off its half. */
  static final double TOLERANCE = 0.1;

  private static final String ROW = "%-44s %8s %8s %8s  %s%n";

  private final PrintWriter out;
  private final String address;
  private final int seconds;

  /**
   * Two programs.
   *
   * @param firstMs how long the tasks of the first are
   * @param secondMs those of the second
   * @param laterSeconds how much later that one comes
   */
  record Pair(String name, int firstMs, int secondMs, int laterSeconds) {}

  static final List<Pair> PAIRS =
      List.of(
          new Pair("tasks of 1 ms beside tasks of 1 ms", 1, 1, 0),
          new Pair("tasks of 50 ms beside tasks of 50 ms", 50, 50, 0),
          new Pair("tasks of 1 ms beside tasks of 50 ms", 1, 50, 0),
          new Pair("tasks of 50 ms, and later tasks of 1 ms", 50, 1, WINDOW_SECONDS));

  /** Measures each pair for so long once both are at work. */
  Fairness(PrintWriter out, String address, int seconds) {
    this.out = out;
    this.address = address;
    this.seconds = seconds;
  }

  /** Returns whether each had its half in all windows. */
  boolean run(List<Pair> pairs) throws IOException, InterruptedException {
    out.printf(ROW, "the first program's part, in any 10 s", "least", "mean", "most", "goal");
    out.flush();
    boolean well = true;
    for (Pair pair : pairs) {
      List<Double> parts = parts(measure(pair));
      double least = parts.stream().mapToDouble(part -> part).min().orElseThrow();
      double most = parts.stream().mapToDouble(part -> part).max().orElseThrow();
      double mean = parts.stream().mapToDouble(part -> part).average().orElseThrow();
      boolean fair = least >= 0.5 - TOLERANCE && most <= 0.5 + TOLERANCE;
      well &= fair;
      String goal = "50 % +- 10 %: " + (fair ? "reached" : "MISSED");
      out.printf(ROW, pair.name(), percent(least), percent(mean), percent(most), goal);
      out.flush();
    }
    return well;
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * part);
  }

  /** Each second, the processor time that each of the two has had, in nanoseconds. */
  private List<long[]> measure(Pair pair) throws IOException, InterruptedException {
    Process first = start(pair.firstMs());
    try (NodeClient node = NodeClient.connect(address)) {
      Usage usage = new Usage(node);
      awaitWork(first);
      TimeUnit.SECONDS.sleep(pair.laterSeconds());
      Process second = start(pair.secondMs());
      try {
        awaitWork(second);
        List<long[]> samples = new ArrayList<>();
        long beganNs = System.nanoTime();
        for (int i = 0; i <= seconds; i++) {
          samples.add(new long[] {usage.of(first.pid()), usage.of(second.pid())});
          TimeUnit.NANOSECONDS.sleep(beganNs + TimeUnit.SECONDS.toNanos(i + 1) - System.nanoTime());
        }
        return samples;
      } finally {
        end(second);
      }
    } finally {
      end(first);
    }
  }

  private Process start(int taskMs) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            FairnessDriver.class.getName(),
            address,
            Integer.toString(taskMs))
        .redirectErrorStream(true)
        .start();
  }

  /** Waits until a program's first task has run. */
  private static void awaitWork(Process program) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      if (line.equals(FairnessDriver.AT_WORK)) {
        return;
      }
    }
    throw new IOException("a program has ended before its first task had run");
  }

  private static void end(Process process) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** The first one's part of what both have had, in each window. */
  static List<Double> parts(List<long[]> samples) {
    List<Double> parts = new ArrayList<>();
    int window = Math.min(WINDOW_SECONDS, samples.size() - 1);
    for (int from = 0; from + window < samples.size(); from++) {
      long[] before = samples.get(from);
      long[] after = samples.get(from + window);
      double first = after[0] - before[0];
      double second = after[1] - before[1];
      parts.add(first / (first + second));
    }
    return parts;
  }

  /** What the workers of programs have had of the processors, with those that have ended. */
  private static final class Usage {
    private final NodeClient node;
    private final Map<Long, Map<Long, Long>> nsByWorkerAndJob = new HashMap<>();
    private final Map<Long, Long> jobs = new HashMap<>();

    Usage(NodeClient node) {
      this.node = node;
    }

    /** The processor time of all workers of the program with this process, in nanoseconds. */
    long of(long pid) throws IOException {
      look();
      Long job = jobs.get(pid);
      return job == null
          ? 0
          : nsByWorkerAndJob.getOrDefault(job, Map.of()).values().stream()
              .mapToLong(ns -> ns)
              .sum();
    }

    private void look() throws IOException {
      for (SeenWorker each : node.workers().entries()) {
        long pid = each.member().pid();
        long job = each.member().job();
        if (each.member().isDriver()) {
          jobs.put(pid, job);
        } else {
          ProcessHandle.of(pid)
              .flatMap(process -> process.info().totalCpuDuration())
              .map(Duration::toNanos)
              .ifPresent(ns ->
                  nsByWorkerAndJob
                      .computeIfAbsent(job, missing -> new HashMap<>())
                      .merge(pid, ns, Math::max));
        }
      }
    }
  }
}
