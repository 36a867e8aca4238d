package ray.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** A class with its own Ray, as users write it. */
@RayTest(
    cpus = 3,
    resources = {"tickets=2", "lamps = 0.5"},
    memoryBytes = 1 << 20,
    objectStoreBytes = 16 << 20,
    namespace = "theatre")
class RayTestTest {
  /** An actor. */
  static class Counter {
    private int count;

    int add(int by) {
      return count += by;
    }
  }

  static int square(int x) {
    return x * x;
  }

  private ObjectRef<Integer> fromBefore;

  @BeforeEach
  void put(RayInstance ray) {
    fromBefore = Ray.put(7);
    assertThat(ray.get(List.of(fromBefore))).containsExactly(7);
  }

  @AfterEach
  void rayIsStillThere() {
    assertThat(fromBefore.get()).isEqualTo(7);
    assertThat(Ray.put(1).get()).isEqualTo(1);
  }

  @Test
  void staticMethodsGoToTheTestsInstance(RayInstance ray) {
    ActorRef<Counter> counter = Ray.actor(Counter::new).name("counter").remote();

    assertThat(Ray.remote(RayTestTest::square).remote(fromBefore).get()).isEqualTo(49);
    assertThat(counter.call(Counter::add, 2).get()).isEqualTo(2);
    assertThat(ray.<Counter>actor("counter", "theatre")).contains(counter);
  }

  @Test
  void optionsAreThoseOfTheAnnotation(RayInstance ray) {
    assertThat(ray.clusterResources().amount("CPU")).isEqualTo(3);
    assertThat(ray.clusterResources().amount("tickets")).isEqualTo(2);
    assertThat(ray.clusterResources().amount("lamps")).isEqualTo(0.5);
    assertThat(ray.clusterResources().amount("memory")).isEqualTo(1 << 20);
    assertThat(ray.nodes().getFirst().objectStoreBytes()).isEqualTo(16 << 20);
    assertThat(ray.context().namespace()).isEqualTo("theatre");
  }

  @Test
  @RayTest(cpus = 1, serial = true)
  void methodsAnnotationTakesThePlaceOfTheClasss() {
    String caller = Thread.currentThread().getName();

    assertThat(Ray.clusterResources().amount("CPU")).isEqualTo(1);
    assertThat(Ray.remote(() -> Thread.currentThread().getName()).remote().get()).isEqualTo(caller);
  }

  @RepeatedTest(3)
  void eachRepetitionHasItsOwn() {
    assertThat(Ray.actor("once")).isEmpty();
    Ray.actor(Counter::new).name("once").remote().ready().get();
    assertThat(Ray.actors()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void parametersAndTheInstanceGoTogether(int x, RayInstance ray) {
    assertThat(ray.put(x).get()).isEqualTo(x);
    assertThat(Ray.remote(RayTestTest::square).remote(x).get()).isEqualTo(x * x);
  }

  @TestFactory
  Stream<DynamicTest> dynamicTestsUseTheirFactorysInstance() {
    ObjectRef<Integer> ref = Ray.put(3);
    return Stream.of(1, 2)
        .map(x ->
            DynamicTest.dynamicTest(
                "dynamic " + x,
                () -> assertThat(Ray.get(ref) + Ray.put(x).get()).isEqualTo(3 + x)));
  }

  @Test
  void otherInstancesGoOnBesideIt(RayInstance ray) throws Exception {
    try (RayInstance other = Ray.start(RayOptions.defaults().address("local").cpus(1))) {
      assertThat((double) other.call(() -> Ray.clusterResources().amount("CPU"))).isEqualTo(1);
      assertThat(Ray.clusterResources().amount("CPU")).isEqualTo(3);
    }
  }

  @Nested
  class Inside {
    @Test
    void usesTheSettingsAround(RayInstance ray) {
      assertThat(ray.clusterResources().amount("tickets")).isEqualTo(2);
      assertThat(Ray.put(1).get()).isEqualTo(1);
    }
  }

  @Nested
  @RayTest(cpus = 1)
  class InsideWithItsOwn {
    @Test
    void usesItsOwn() {
      assertThat(Ray.clusterResources().amount("CPU")).isEqualTo(1);
      assertThatThrownBy(
              () -> Ray.remote(RayTestTest::square).resource("tickets", 1).remote(1).get())
          .hasMessageContaining("tickets");
    }
  }
}
