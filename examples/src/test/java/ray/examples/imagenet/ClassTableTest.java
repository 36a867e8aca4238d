package ray.examples.imagenet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClassTableTest {
  @Test
  void aLineAClassWithItsWordsThenTheTotalsAndTheProblems() {
    Tally tally = new Tally();
    Problem cut = new Problem(Problem.Kind.TRUNCATED_IMAGE, "a.tar", "1.jpg", "cut");
    tally.add(new BatchReport(Map.of("n01440764", 1000, "n01443537", 30), List.of(), 1));
    tally.add(new BatchReport(Map.of("n01440764", 300), List.of(cut), 1));
    Synsets synsets =
        Synsets.parse(Optional.of("n01440764\ttench, Tinca tinca\n\nn01443537 goldfish\nodd\n"));
    StringWriter text = new StringWriter();

    ClassTable.print(tally, synsets, new PrintWriter(text));

    assertThat(text.toString().lines())
        .containsExactly(
            "class         images  words",
            "n01440764      1,300  tench, Tinca tinca",
            "n01443537         30  goldfish",
            "total          1,330",
            "                   1  truncated image");
  }

  @Test
  void withoutWordsThereAreNone() {
    assertThat(Synsets.parse(Optional.empty()).of("n01440764")).isEmpty();
  }
}
