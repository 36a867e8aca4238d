package ray.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import ray.RayOptions;
import ray.benchmarks.ScaleCase.Line;
import ray.processes.LocalNode;

/** The limits of scale: what is measured, and what becomes of it. */
@ResourceLock("the default instance of Ray")
class ScaleTest {
  private static final RayOptions EMBEDDED = RayOptions.defaults().address("local");

  /** A million tasks, and a gibibyte, are more than a test should need. */
  private static final List<String> SMALL =
      List.of("10,000 refs", "3,000 returns", "of 10,000 objects", "40 actors", "1,000 deep");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Scale scale(Path json) {
    return new Scale(new PrintWriter(out), new PrintWriter(err), new JsonResults(json));
  }

  private static List<ScaleCase> small() {
    return ScaleCases.all().stream()
        .filter(each -> SMALL.stream().anyMatch(each.names().getFirst()::contains))
        .toList();
  }

  @Test
  void casesOfSmallSizeDoWhatTheySayInThisJvm(@TempDir Path directory) throws Exception {
    Path json = directory.resolve("scale.json");

    boolean well = scale(json).run(small(), EMBEDDED);

    assertThat(err.toString()).isEmpty();
    assertThat(well).isTrue();
    assertThat(Files.readAllLines(json)).hasSize(SMALL.size() + 2);
    assertThat(Files.readString(json))
        .containsPattern(
            "\\{\"name\": \"40 actors up\", \"unit\": \"s\", \"first\": [0-9.]+, \"later\": [0-9.]+,"
                + " \"goal\": 0.100000}");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void casesOfSmallSizeDoWhatTheySayOnANode(@TempDir Path directory) throws Exception {
    try (LocalNode node = LocalNode.start(RayOptions.defaults().cpus(2))) {
      boolean well =
          scale(directory.resolve("scale.json"))
              .run(small(), RayOptions.defaults().address(node.address()));

      assertThat(err.toString()).isEmpty();
      assertThat(well).isTrue();
    }
  }

  @Test
  void goalIsReachedAtOnceOrLaterOrMissed(@TempDir Path directory) throws Exception {
    boolean well =
        scale(directory.resolve("scale.json"))
            .run(
                List.of(
                    of(Line.seconds("at once", 1), 0.5, 4, 4),
                    of(Line.seconds("later", 1), 4, 0.008, 0.008),
                    of(Line.seconds("never", 1), 4, 2, 3),
                    of(Line.mebibytes("memory", 200), 100),
                    of(Line.seconds("without a goal"), 2)),
                EMBEDDED);

    assertThat(well).isTrue();
    assertThat(out.toString())
        .containsPattern("(?m)^at once +0.500 s +4.000 s  1.000 s: reached 2.00x$")
        .containsPattern("(?m)^later +4.000 s +8.000 ms  1.000 s: reached later 125.00x$")
        .containsPattern("(?m)^never +4.000 s +2.000 s  1.000 s: MISSED 0.50x$")
        .containsPattern("(?m)^memory +100 MiB +200 MiB: reached 2.00x$")
        .containsPattern("(?m)^without a goal +2.000 s +$");
  }

  private static ScaleCase of(Line line, double... values) {
    Queue<Double> left = new ArrayDeque<>();
    for (double value : values) {
      left.add(value);
    }
    return new ScaleCase(List.of(line), options -> new double[] {left.remove()}, values.length);
  }

  @Test
  void caseThatFailsIsReportedAndTheOthersGoOn(@TempDir Path directory) throws Exception {
    Path json = directory.resolve("scale.json");
    ScaleCase broken =
        new ScaleCase(
            List.of(Line.seconds("broken")),
            options -> {
              throw new IllegalStateException("it broke");
            },
            1);

    boolean well = scale(json).run(List.of(broken, of(Line.seconds("whole"), 1)), EMBEDDED);

    assertThat(well).isFalse();
    assertThat(err.toString())
        .isEqualTo(
            "broken failed: java.lang.IllegalStateException: it broke" + System.lineSeparator());
    assertThat(Files.readString(json))
        .isEqualTo("[\n  {\"name\": \"whole\", \"unit\": \"s\", \"first\": 1.000000}\n]\n");
  }

  @Test
  void laterIsTheMedianOfAllButTheFirst() {
    Line line = Line.seconds("any", 1);

    assertThat(ScaleResult.of(line, new double[] {9, 3, 1, 2}).later()).hasValue(2);
    assertThat(ScaleResult.of(line, new double[] {9}).later()).isEqualTo(OptionalDouble.empty());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void memoryIsThatOfAProcessAndItsChildren() throws Exception {
    Process child = new ProcessBuilder("sleep", "60").start();
    try {
      long self = ProcessHandle.current().pid();
      double alone = ProportionalMemory.kibibytesOf(self) / 1024.0;

      assertThat(ProportionalMemory.kibibytesOf(child.pid())).isPositive();
      assertThat(ProportionalMemory.mebibytesOfTree(self)).isGreaterThan(alone / 2);
      assertThat(ProportionalMemory.tree(self)).contains(self, child.pid());
    } finally {
      child.destroyForcibly().waitFor();
    }
    assertThatThrownBy(() -> ProportionalMemory.mebibytesOfTree(child.pid()))
        .hasMessageContaining("no process " + child.pid());
  }
}
