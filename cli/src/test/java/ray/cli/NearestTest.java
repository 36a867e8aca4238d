package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The nearest word, and the distance that says which it is. */
class NearestTest {
  @ParameterizedTest
  @CsvSource({
    "run, run, 0",
    "rnu, run, 1",
    "ru, run, 1",
    "runs, run, 1",
    "ran, run, 1",
    "RUN, run, 0",
    "kitten, sitting, 3",
    "'', run, 3"
  })
  void distanceCountsEdits(String first, String second, int edits) {
    assertThat(Nearest.distance(first, second)).isEqualTo(edits);
  }

  @Property
  void distanceIsSymmetricAndBounded(
      @ForAll @AlphaChars @StringLength(max = 12) String first,
      @ForAll @AlphaChars @StringLength(max = 12) String second) {
    int distance = Nearest.distance(first, second);

    assertThat(distance).isEqualTo(Nearest.distance(second, first));
    assertThat(distance)
        .isBetween(
            Math.abs(first.length() - second.length()), Math.max(first.length(), second.length()));
    assertThat(distance == 0).isEqualTo(first.equalsIgnoreCase(second));
  }

  @ParameterizedTest
  @CsvSource({"shel, shell", "exmaple, example", "ex, example", "rum, run"})
  void slipsFindTheirWord(String word, String meant) {
    assertThat(Nearest.to(word, List.of("example", "run", "shell", "status"))).contains(meant);
  }

  @ParameterizedTest
  @CsvSource({"banana", "x", "stop"})
  void wordsFarFromAllFindNone(String word) {
    assertThat(Nearest.to(word, List.of("example", "run", "shell"))).isEmpty();
  }
}
