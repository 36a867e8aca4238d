package ray.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results beside those of a file. */
class ComparisonTest {
  private static final Set<String> KNOWN = Set.of("tasks", "gets (Plasma Store)", "ours alone");

  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("theirs"), text);
  }

  private static Result result(String name, double perSecond) {
    return Result.of(name, List.of(perSecond), new Latencies());
  }

  @Test
  void linesOfRayAreFoundAmongWhatElseItPrints() throws Exception {
    Path printed =
        file(
            """
            2026-11-24 10:00:00,000 INFO worker.py:1918 -- Started a local Ray instance.
            gets (Plasma Store) per second 8468.12 +- 869.04
            tasks per second 1 +- 0.5
            tasks per second 415.29 +- 22.68 (a note) [not alone: others used 1.6 CPUs]
            slow per second 0.0 +- 0.0
            client: tasks per second 2e+06 +- 3.1

                              per second         +-
            """);

    Baseline baseline = Baseline.read(printed, KNOWN);

    assertThat(baseline.perSecond())
        .containsExactly(
            entry("gets (Plasma Store)", 8468.12),
            entry("tasks", 415.29),
            entry("client: tasks", 2e6));
  }

  @Test
  void fileOfOurOwnIsReadAsItWasWritten() throws Exception {
    Path json = directory.resolve("ours.json");
    List<Result> results = List.of(result("tasks", 20), result("a \"b\" \\ c", 0.25));
    new JsonResults(json).write(results);

    Baseline baseline = Baseline.read(json, KNOWN);

    assertThat(baseline.perSecond())
        .containsExactly(entry("tasks", 20.0), entry("a \"b\" \\ c", 0.25));
    new JsonResults(json, baseline).write(List.of(result("tasks", 50)));
    assertThat(Files.readString(json))
        .contains("\"theirs_per_second\": 20.0000, \"ratio\": 2.5000}");
    assertThat(Baseline.read(json, KNOWN).perSecond()).containsExactly(entry("tasks", 50.0));
  }

  @Test
  void caseThatTheFileLacksHasNoRatioInTheJson() throws Exception {
    Baseline baseline = Baseline.read(file("tasks per second 1.0 +- 0.0\n"), KNOWN);
    Path json = directory.resolve("ours.json");

    new JsonResults(json, baseline).write(List.of(result("ours alone", 1)));

    assertThat(Files.readString(json)).contains("ours alone").doesNotContain("ratio");
  }

  @Test
  void filesThatCannotBeComparedWithAreRefusedInOneSentence() throws Exception {
    Path binary = directory.resolve("binary");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    Path foreign = file("other things per second 3.0 +- 1.0\n");
    Path empty = Files.createFile(directory.resolve("empty"));

    assertThat(refusal(directory.resolve("none"))).startsWith("there is no file ");
    assertThat(refusal(directory)).contains("is a directory");
    assertThat(refusal(binary)).contains("is no text");
    assertThat(refusal(empty)).contains("has no line like");
    assertThat(refusal(foreign)).contains("none of the cases").contains("'other things'");
  }

  private static String refusal(Path file) {
    try {
      Baseline.read(file, KNOWN);
    } catch (Baseline.UnusableException e) {
      String message = String.valueOf(e.getMessage());
      assertThat(message.lines()).hasSize(1);
      return message;
    }
    throw new AssertionError("it was read");
  }

  @Test
  void ratiosAreThoseOfOursToTheirs() throws Exception {
    Path printed =
        file(
            """
            tasks per second 400.0 +- 1.0
            gets (Plasma Store) per second 10.0 +- 1.0
            failed here per second 5.0 +- 1.0
            client: tasks per second 7.0 +- 1.0
            """);
    StringWriter text = new StringWriter();

    new Comparison(new PrintWriter(text), Baseline.read(printed, KNOWN))
        .print(
            List.of(
                result("tasks", 200_000),
                result("gets (Plasma Store)", 5),
                result("ours alone", 1)),
            name -> !name.startsWith("client:"));

    assertThat(text.toString())
        .containsPattern("(?m)^tasks  +200,000 +400.00 +500x$")
        .containsPattern("(?m)^gets \\(Plasma Store\\)  +5.00 +10.00 +0.50x$")
        .contains("only here: ours alone")
        .contains("only in " + printed + ": failed here")
        .doesNotContain("client:")
        .endsWith("smallest ratio: 0.50x, gets (Plasma Store)\n");
  }

  @Test
  void whenAllCasesFailedThereIsNoSmallestRatio() throws Exception {
    StringWriter text = new StringWriter();
    Path printed = file("tasks per second 400.0 +- 1.0\n");

    new Comparison(new PrintWriter(text), Baseline.read(printed, KNOWN))
        .print(List.of(), name -> true);

    assertThat(text.toString())
        .contains("only in " + printed + ": tasks")
        .contains("nothing was measured")
        .doesNotContain("smallest");
  }
}
