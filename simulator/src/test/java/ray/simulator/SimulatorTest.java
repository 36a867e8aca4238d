package ray.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of some seeds of each workload, and that a seed decides all of its run. */
class SimulatorTest {
  private static Workload workload(String name) {
    Workload found = Workload.find(name);
    assertThat(found).isNotNull();
    return found;
  }

  @ParameterizedTest
  @ValueSource(strings = {"calm", "cancels"})
  void rulesHoldWithEverySeed(String name) {
    for (long seed = 0; seed < 400; seed++) {
      Run run = Run.of(Setting.of(seed, workload(name), 0), null);

      assertThat(run.violation()).as("seed " + seed + " of " + name).isNull();
    }
  }

  @Test
  void programsSubmitManyTasksOnSeveralNodes() {
    for (long seed = 0; seed < 50; seed++) {
      Setting setting = Setting.of(seed, workload("everything"), 0);

      assertThat(setting.tasks()).isGreaterThanOrEqualTo(50);
      assertThat(setting.nodes()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void aSeedGivesTheSameRunAgain() {
    assertThat(Simulator.hash(7, workload("everything")))
        .isEqualTo(Simulator.hash(7, workload("everything")))
        .isNotEqualTo(Simulator.hash(8, workload("everything")));
  }

  @Test
  void aSeedGivesTheSameRunInAnotherJvm() throws IOException, InterruptedException {
    List<String> expected = new ArrayList<>();
    for (Workload each : Workload.list()) {
      expected.add(Long.toHexString(Simulator.hash(11, each)));
    }

    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Another order of everything that has no order of its own.
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=2",
                "-Xshare:off",
                "-Dfile.encoding=ISO-8859-1",
                "-Duser.language=" + (Locale.getDefault().getLanguage().equals("tr") ? "en" : "tr"),
                "-Duser.timezone=Asia/Tokyo",
                "-cp",
                System.getProperty("java.class.path"),
                PrintHashes.class.getName(),
                "11")
            .redirectErrorStream(true)
            .start();
    List<String> printed;
    try (BufferedReader out = other.inputReader()) {
      printed = out.lines().toList();
    }

    assertThat(other.waitFor()).as(String.join("\n", printed)).isZero();
    assertThat(printed).isEqualTo(expected);
  }

  /** Prints the hash of a seed's run with each workload. */
  static final class PrintHashes {
    private PrintHashes() {}

    public static void main(String[] arguments) {
      for (Workload each : Workload.list()) {
        System.out.println(Long.toHexString(Simulator.hash(Long.parseLong(arguments[0]), each)));
      }
    }
  }
}
