package ray.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of results: lines, the table with its goals, the file. */
class ReportingTest {
  private static Result result(String name, double... rates) {
    return timed(name, 1_000, rates);
  }

  private static Result timed(String name, long stepNs, double... rates) {
    Latencies latencies = new Latencies();
    for (int i = 1; i <= 100; i++) {
      latencies.add(i * stepNs);
    }
    return Result.of(name, Arrays.stream(rates).boxed().toList(), latencies);
  }

  @Test
  void resultHasMeanDeviationAndPercentiles() {
    Result result = result("some", 10, 20);

    assertThat(result.perSecond()).isEqualTo(15);
    assertThat(result.stddev()).isEqualTo(5);
    assertThat(result.p50Us()).isBetween(49.9, 50.1);
    assertThat(result.p90Us()).isBetween(89.9, 90.1);
    assertThat(result.p99Us()).isBetween(98.9, 99.1);
    assertThat(result.maxUs()).isBetween(99.9, 100.1);
  }

  @Test
  void goalsSayHowFarTheyAreReached() {
    Result result = result("some", 50).withHeapBytes(512L << 20);
    // Half of its operations take half as long; its rate, with the slow ones, is lower.
    Map<String, Result> all = Map.of("other", timed("other", 500, 40));

    assertThat(new Goal.PerSecond(100).reached(result, all)).hasValue(0.5);
    assertThat(new Goal.ShareOf(0.5, "other").reached(result, all).orElseThrow())
        .isBetween(0.99, 1.01);
    assertThat(new Goal.ShareOf(0.5, "missing").reached(result, all)).isEmpty();
    assertThat(new Goal.HeapAtMost(1024).reached(result, all)).hasValue(2);
    assertThat(new Goal.None().reached(result, all)).isEmpty();
    assertThat(new Goal.MedianMs(0.05).reached(result, all).orElseThrow()).isBetween(0.99, 1.01);
  }

  @Test
  void lineIsLikeRaysAndSaysWhenOthersWereBusy() {
    StringWriter text = new StringWriter();
    Report report = new Report(new PrintWriter(text));

    report.line(result("tasks", 10, 20), OptionalDouble.of(0.01));
    report.line(result("noisy", 10, 20).withNote("a note"), OptionalDouble.of(1.5));

    assertThat(text.toString().lines())
        .containsExactly(
            "tasks per second 15.00 +- 5.00",
            "noisy per second 15.00 +- 5.00 (a note) [not alone: others used 1.5 CPUs]");
  }

  @Test
  void tableShowsWhichGoalsWereReached() {
    StringWriter text = new StringWriter();
    List<Case> cases =
        List.of(
            new Case.Special("good", new Goal.PerSecond(10), (name, timing) -> result(name, 20)),
            new Case.Special("bad", new Goal.PerSecond(40), (name, timing) -> result(name, 20)),
            new Case.Special("failed", new Goal.None(), (name, timing) -> result(name, 20)));

    new Report(new PrintWriter(text)).table(cases, List.of(result("good", 20), result("bad", 20)));

    assertThat(text.toString())
        .containsPattern("good .*20.00 .*10/s: reached 2.00x")
        .containsPattern("bad .*20.00 .*40/s: MISSED 0.50x")
        .doesNotContain("failed");
  }

  @Test
  void fileIsAnArrayOfObjects(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("results.json");
    JsonResults json = new JsonResults(file);

    assertThat(json.obstacle()).isEmpty();
    json.write(List.of(result("a \"quoted\" name", 1.5), result("b", 2)));

    assertThat(Files.readString(file))
        .isEqualTo(
            """
            [
              {"name": "a \\"quoted\\" name", "per_second": 1.5000, "stddev": 0.0000, "p50_us": 50.015,\
             "p90_us": 90.047, "p99_us": 99.007, "max_us": 100.031},
              {"name": "b", "per_second": 2.0000, "stddev": 0.0000, "p50_us": 50.015,\
             "p90_us": 90.047, "p99_us": 99.007, "max_us": 100.031}
            ]
            """);
    assertThat(directory).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void obstaclesAreNamed(@TempDir Path directory) {
    assertThat(new JsonResults(directory).obstacle()).contains("is a directory");
    assertThat(new JsonResults(directory.resolve("none").resolve("file")).obstacle())
        .contains("there is no directory");
  }
}
