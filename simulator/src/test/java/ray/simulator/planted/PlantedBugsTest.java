package ray.simulator.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import ray.simulator.Rule;
import ray.simulator.SeedCheck;
import ray.simulator.ShrinkBug;
import ray.simulator.cores.CoreClassLoader;
import ray.simulator.cores.CoreSources;

/**
 * Planted bugs can be planted, are found by a rule that should find them, and can be made small.
 */
class PlantedBugsTest {
  private static PlantedBug named(String name) {
    return PlantedBugs.all().stream()
        .filter(bug -> bug.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static PlantedBug change(String text, String replacement) {
    return new PlantedBug(
        "a-change",
        "something",
        "owner/References.java",
        text,
        replacement,
        "everything",
        EnumSet.of(Rule.CORE));
  }

  private static PlantedSearch.Result search(PlantedBug bug, long seeds, int threads) {
    var options = new PlantedSearch.Options(List.of(bug), CoreSources.find(), 0, seeds, threads);
    return new PlantedSearch(options).run(progress -> {}).getFirst();
  }

  static List<PlantedBug> all() {
    return PlantedBugs.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void everyBugCanBePlanted(PlantedBug bug) {
    CoreClassLoader loader = new PatchedCores(CoreSources.find()).load(bug);

    assertThat(loader.make(SeedCheck.class, LongFunction.class, bug.workload())).isNotNull();
  }

  @Test
  void namesAreUnique() {
    assertThat(PlantedBugs.all())
        .extracting(PlantedBug::name)
        .doesNotHaveDuplicates()
        .hasSizeGreaterThanOrEqualTo(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "retained-untold",
        "retry-too-many",
        "dependents-sleep",
        "cancel-forgotten",
        "returned-twice",
        "restart-too-many"
      })
  void aBugIsFound(String name) {
    PlantedSearch.Result result = search(named(name), 200, 1);

    assertThat(result.found()).isNotNull();
    assertThat(result.bug().rules()).contains(result.found().rule());
    assertThat(result.seeds()).isEqualTo(result.found().seed() + 1);
  }

  @Test
  void severalThreadsFindTheSameSeed() {
    PlantedSearch.Result alone = search(named("cancel-forgotten"), 50, 1);
    PlantedSearch.Result together = search(named("cancel-forgotten"), 50, 3);

    assertThat(together.found()).isEqualTo(alone.found());
    assertThat(together.seeds()).isEqualTo(alone.seeds());
  }

  @Test
  void withoutABugNothingIsFound() {
    PlantedBug none = change("private boolean checking;", "private boolean checking = false;");
    List<PlantedSearch.Progress> told = new ArrayList<>();
    var options = new PlantedSearch.Options(List.of(none), CoreSources.find(), 0, 30, 1);

    List<PlantedSearch.Result> results = new PlantedSearch(options).run(told::add);

    assertThat(results).hasSize(1);
    assertThat(results.getFirst().found()).isNull();
    assertThat(results.getFirst().seeds()).isEqualTo(30);
    assertThat(told.getLast().results()).isEqualTo(results);
  }

  @Test
  void aTextThatIsNowhereIsAnErrorThatNamesTheBug() {
    assertThatThrownBy(() -> search(change("there is no such text", ""), 1, 1))
        .isInstanceOf(PlantingException.class)
        .hasMessageContainingAll("'a-change'", "owner/References.java has nowhere", "no such text");
  }

  @Test
  void aFileThatIsNotThereIsAnErrorThatNamesTheBug() {
    PlantedBug lost =
        new PlantedBug(
            "a-change", "something", "owner/Gone.java", "a", "b", "calm", EnumSet.of(Rule.CORE));

    assertThatThrownBy(() -> search(lost, 1, 1))
        .isInstanceOf(PlantingException.class)
        .hasMessageContainingAll("'a-change'", "there is no file owner/Gone.java");
  }

  @Test
  void aTextThatIsThereTwiceIsAnErrorThatNamesTheBug() {
    assertThatThrownBy(() -> search(change("private ", ""), 1, 1))
        .isInstanceOf(PlantingException.class)
        .hasMessageContainingAll("'a-change'", "owner/References.java has more than once");
  }

  @Test
  void whatDoesNotCompileIsAnErrorThatNamesTheBug() {
    assertThatThrownBy(() -> search(change("private boolean checking;", ""), 1, 1))
        .isInstanceOf(PlantingException.class)
        .hasMessageContainingAll("'a-change' does not compile", "checking");
  }

  @ParameterizedTest
  @CsvSource({"retry-too-many, 16, RUNS", "dependents-sleep, 9, FREED"})
  @SuppressWarnings("unchecked") // what ShrinkBug returns
  void theRunOfABugIsMadeSmall(String name, long seed, Rule broken) {
    CoreClassLoader loader = new PatchedCores(CoreSources.find()).load(named(name));

    var said = (Map<String, Object>) loader.make(ShrinkBug.class, LongFunction.class).apply(seed);

    System.out.println(name + " made small: " + said);
    assertThat(said.get("rule before")).isEqualTo(broken.name());
    assertThat(said.get("rule after")).isEqualTo(broken.name());
    assertThat(number(said, "program steps before")).isGreaterThan(10);
    assertThat(number(said, "program steps after")).isLessThanOrEqualTo(5);
    assertThat(number(said, "steps after")).isLessThan(number(said, "steps before"));
    assertThat(number(said, "faults after")).isLessThanOrEqualTo(number(said, "faults before"));
  }

  private static long number(Map<String, Object> said, String what) {
    return ((Number) Objects.requireNonNull(said.get(what))).longValue();
  }
}
