package ray.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import ray.RayOptions;

/**
 * Every case that fits into the heap of a test does what its name says, in a fraction of its time.
 */
@ResourceLock("the default instance of Ray")
class CasesTest {
  private static final Timing SHORT = new Timing(1_000_000, 2, 1_000_000, 60_000_000);

  /** These hold arrays of 800 MB, or start JVMs with heaps of gigabytes. */
  private static final Set<String> TOO_LARGE =
      Set.of(
          RayCases.PUT_GIGABYTES,
          RawCopies.WARM,
          RawCopies.FRESH,
          RayCases.MULTI_PUT_GIGABYTES,
          RayCases.MULTI_COPY_GIGABYTES,
          RawCopies.FRESH_PUT,
          RawCopies.TO_HEAP,
          RawCopies.GET_DOUBLES,
          "million queued tasks",
          "million idle actors");

  static final List<Case> SMALL =
      Microbenchmark.allCases().stream().filter(each -> !TOO_LARGE.contains(each.name())).toList();

  /** The lines of Ray 2.60's own output that an embedded Ray can have. */
  private static final List<String> NAMES_OF_RAY =
      List.of(
          "single client get calls (Plasma Store)",
          "single client put calls (Plasma Store)",
          "multi client put calls (Plasma Store)",
          "single client put gigabytes",
          "single client tasks and get batch",
          "multi client put gigabytes",
          "single client get object containing 10k refs",
          "single client wait 1k refs",
          "single client tasks sync",
          "single client tasks async",
          "multi client tasks async",
          "1:1 actor calls sync",
          "1:1 actor calls async",
          "1:1 actor calls concurrent",
          "1:n actor calls async",
          "n:n actor calls async",
          "n:n actor calls with arg async",
          "1:1 async-actor calls sync",
          "1:1 async-actor calls async",
          "1:1 async-actor calls with args async",
          "1:n async-actor calls async",
          "n:n async-actor calls async");

  @Test
  void casesHaveTheNamesOfRaysOwnInItsOrder() {
    Stream<String> names = RayCases.all().stream().map(Case::name);

    Set<String> ours = Set.of(RawCopies.WARM, RayCases.MULTI_COPY_GIGABYTES);
    assertThat(names.filter(name -> !ours.contains(name))).containsExactlyElementsOf(NAMES_OF_RAY);
  }

  @Test
  void namesAreUniqueAndGoalsCompareWithCasesThatExist() {
    List<Case> cases = Microbenchmark.allCases();
    List<String> names = cases.stream().map(Case::name).toList();

    assertThat(names).doesNotHaveDuplicates().containsAll(TOO_LARGE);
    assertThat(cases)
        .allSatisfy(each -> {
          if (each.goal() instanceof Goal.ShareOf(double share, String other)) {
            assertThat(names).contains(other);
            assertThat(share).isBetween(0.0, 1.0);
          }
        });
  }

  @ParameterizedTest
  @FieldSource("SMALL")
  void caseMeasuresSomething(Case small) throws Exception {
    Result result = small.measure(SHORT, RayOptions.defaults());

    assertThat(result.name()).isEqualTo(small.name());
    assertThat(result.perSecond()).isPositive().isFinite();
    assertThat(result.stddev()).isNotNegative().isFinite();
    assertThat(result.p50Us()).isNotNegative();
    assertThat(result.maxUs())
        .isGreaterThanOrEqualTo(result.p99Us())
        .isGreaterThanOrEqualTo(result.p50Us());
  }
}
