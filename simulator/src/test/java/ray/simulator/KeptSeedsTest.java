package ray.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Seeds that once broke a rule, or that show a planted bug: the rules hold with each of them. */
class KeptSeedsTest {
  /**
   * A line of the file of seeds.
   *
   * @param workload of the seed
   * @param seed the seed
   * @param why what it was
   */
  record Kept(String workload, long seed, String why) {
    static Kept of(String line) {
      String[] parts = line.split("#", 2);
      String[] words = parts[0].strip().split("\\s+");
      assertThat(words).as("a workload and a seed in: " + line).hasSize(2);
      assertThat(parts).as("what it was, behind a #, in: " + line).hasSize(2);
      return new Kept(words[0], Long.parseLong(words[1]), parts[1].strip());
    }
  }

  static List<Kept> kept() throws IOException {
    try (InputStream file = KeptSeedsTest.class.getResourceAsStream("seeds.txt");
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(Objects.requireNonNull(file), StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(Kept::of)
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("kept")
  void rulesHold(Kept kept) {
    Map.Entry<String, String> broken = new SeedCheck(kept.workload()).apply(kept.seed());

    assertThat(broken)
        .as("ray simulate --seed %d --workload %s --trace", kept.seed(), kept.workload())
        .isNull();
  }
}
