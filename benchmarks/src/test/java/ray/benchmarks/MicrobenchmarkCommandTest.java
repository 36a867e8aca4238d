package ray.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import ray.RayOptions;

class MicrobenchmarkCommandTest {
  private static final Timing SHORT = new Timing(1_000, 1, 1_000, 1_000);

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return new CommandLine(new MicrobenchmarkCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(arguments);
  }

  @Test
  void casesOfAnEmbeddedRayAreNotThoseOfANode() {
    assertThat(run("--filter", "million")).isEqualTo(2);
    assertThat(err.toString()).contains("million").contains("--list");
  }

  @Test
  void filterThatMatchesNothingIsAnError() {
    assertThat(run("--embedded", "--filter", "no such case")).isEqualTo(2);
    assertThat(err.toString()).contains("no such case").contains("--list");
  }

  @Test
  void fileThatCannotBeWrittenIsAnErrorBeforeAnythingIsMeasured(@TempDir Path directory) {
    assertThat(run("--embedded", "--json", directory.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("is a directory");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void fileToCompareWithIsReadBeforeAnythingIsMeasured(@TempDir Path directory) {
    String missing = directory.resolve("missing.txt").toString();

    assertThat(run("--embedded", "--compare", missing)).isEqualTo(2);
    assertThat(err.toString()).contains("there is no file " + missing);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void limitsOfScaleAreListedByThemselves() {
    assertThat(run("--scale", "--list", "--filter", "nested")).isZero();
    assertThat(out.toString().lines())
        .containsExactly("nested tasks, 20 deep", "nested tasks, 1,000 deep");
  }

  @Test
  void limitsOfScaleAreNotComparedWithRates() {
    assertThat(run("--scale", "--compare", "any")).isEqualTo(2);
    assertThat(err.toString()).contains("--compare is for rates");
    assertThat(run("--scale", "--filter", "no such case")).isEqualTo(2);
  }

  @Test
  void asyncActorsAreMeasuredOnANodeToo() {
    assertThat(run("--list", "--filter", "async-actor")).isZero();
    assertThat(out.toString().lines())
        .containsExactly(
            "1:1 async-actor calls sync",
            "1:1 async-actor calls async",
            "1:1 async-actor calls with args async",
            "1:n async-actor calls async",
            "n:n async-actor calls async");
  }

  @Test
  void namesAreListed() {
    assertThat(run("--list", "--filter", "tasks sync")).isZero();
    assertThat(out.toString().lines()).containsExactly("single client tasks sync");
  }

  @Test
  void failedCaseIsReportedAndTheOthersGoOn() throws Exception {
    List<String> measured = new ArrayList<>();
    List<Case> cases =
        List.of(
            new Case.Special(
                "broken",
                new Goal.None(),
                (name, timing) -> {
                  throw new IllegalStateException("it broke");
                }),
            new Case.Special(
                "whole",
                new Goal.None(),
                (name, timing) -> {
                  measured.add(name);
                  return Result.of(name, List.of(1.0), new Latencies());
                }));

    List<Result> results =
        new Microbenchmark(
                SHORT, new PrintWriter(out), new PrintWriter(err), null, RayOptions.defaults())
            .run(cases);

    assertThat(results).extracting(Result::name).containsExactly("whole");
    assertThat(measured).containsExactly("whole");
    assertThat(err.toString()).contains("broken failed:").contains("it broke");
    assertThat(out.toString()).startsWith("whole per second 1.00");
  }
}
