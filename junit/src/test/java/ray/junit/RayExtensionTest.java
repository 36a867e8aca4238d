package ray.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import program.Keeper;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayStateException;

/** Runs classes with the extension and looks at what came of them. */
class RayExtensionTest {
  private static TestExecutionSummary run(Class<?> type) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(type))
            .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
            .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
            .configurationParameter(
                "junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
            .configurationParameter("junit.jupiter.execution.timeout.default", "60 s")
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    return listener.getSummary();
  }

  private static Throwable onlyFailure(TestExecutionSummary summary) {
    assertThat(summary.getFailures()).hasSize(1);
    return summary.getFailures().getFirst().getException();
  }

  private static void assertAllPassed(TestExecutionSummary summary, int tests) {
    assertThat(summary.getFailures()).isEmpty();
    assertThat(summary.getTestsSucceededCount()).isEqualTo(tests);
  }

  // ---- one for each test

  @RayTest(cpus = 1)
  static class TwoTests {
    static final Queue<RayInstance> SEEN = new ConcurrentLinkedQueue<>();

    @Test
    void one(RayInstance ray) {
      SEEN.add(ray);
    }

    @Test
    void another(RayInstance ray) {
      SEEN.add(ray);
    }
  }

  @Test
  void eachTestHasItsOwnWhichIsClosedAfterwards() {
    assertAllPassed(run(TwoTests.class), 2);

    assertThat(TwoTests.SEEN).hasSize(2).doesNotHaveDuplicates();
    assertThat(TwoTests.SEEN)
        .allSatisfy(
            ray -> assertThatThrownBy(() -> ray.put(1)).isInstanceOf(RayStateException.class));
  }

  @RayTest(cpus = 1)
  @Execution(ExecutionMode.CONCURRENT)
  static class ParallelTests {
    static final CountDownLatch BOTH = new CountDownLatch(2);

    static int meet() throws InterruptedException {
      BOTH.countDown();
      assertThat(BOTH.await(30, TimeUnit.SECONDS)).isTrue();
      return Ray.actors().size();
    }

    @Test
    void one() {
      ObjectRef<Void> ready = Ray.actor(Object::new).name("same name").remote().ready();
      ready.get();
      assertThat(Ray.remote(ParallelTests::meet).remote().get()).isEqualTo(1);
    }

    @Test
    void another() {
      one();
    }
  }

  @Test
  void testsInParallelDoNotSeeEachOther() {
    assertAllPassed(run(ParallelTests.class), 2);
  }

  @ExtendWith(RayExtension.class)
  static class WithoutSettings {
    @Test
    void works() {
      assertThat(Ray.put(1).get()).isEqualTo(1);
    }
  }

  @Test
  void extensionAloneMeansTheDefaults() {
    assertAllPassed(run(WithoutSettings.class), 1);
  }

  // ---- one for the class

  @RayTest(cpus = 1, lifecycle = RayTest.Lifecycle.PER_CLASS)
  static class SharedByTests {
    static final Queue<RayInstance> SEEN = new ConcurrentLinkedQueue<>();

    SharedByTests(RayInstance ray) {
      SEEN.add(ray);
    }

    @BeforeAll
    static void before(RayInstance ray) {
      Ray.actor(Object::new).name("shared").detached().remote().ready().get();
      SEEN.add(ray);
    }

    @AfterAll
    static void after(RayInstance ray) {
      assertThat(Ray.actor("shared")).isPresent();
      SEEN.add(ray);
    }

    @Test
    void one() {
      assertThat(Ray.actor("shared")).isPresent();
    }

    @Nested
    class Inside {
      @Test
      void another(RayInstance ray) {
        SEEN.add(ray);
        assertThat(Ray.actor("shared")).isPresent();
      }
    }
  }

  @Test
  void classSharesOneWithNestedClasses() {
    assertAllPassed(run(SharedByTests.class), 2);

    RayInstance ray = SharedByTests.SEEN.element();
    assertThat(SharedByTests.SEEN).hasSize(5).allMatch(each -> each == ray);
    assertThatThrownBy(() -> ray.put(1)).isInstanceOf(RayStateException.class);
  }

  // ---- leaks

  @RayTest(cpus = 1, leakCheck = true)
  static class Tidy {
    static int length(List<ObjectRef<byte[]>> refs) {
      return refs.getFirst().get().length;
    }

    @Test
    void leavesRefsToTheCollector() {
      ObjectRef<byte[]> large = Ray.put(new byte[200_000]);
      ObjectRef<Integer> length = Ray.remote(Tidy::length).remote(List.of(large));
      assertThat(length.get()).isEqualTo(200_000);
    }
  }

  @RayTest(cpus = 1, leakCheck = true)
  static class Untidy {
    @Test
    void keepsARef() {
      Keeper.keep();
    }
  }

  @RayTest(cpus = 1)
  static class Unchecked {
    @Test
    void keepsARef() {
      Keeper.keep();
    }
  }

  @Test
  void leakIsFoundAndNamedWhenAsked() {
    assertAllPassed(run(Tidy.class), 1);
    assertAllPassed(run(Unchecked.class), 1);

    assertThat(onlyFailure(run(Untidy.class)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("still held after the test (1)")
        .hasMessageContaining("LOCAL_HANDLE")
        .hasMessageContaining("program.Keeper.keep");
  }

  // ---- mistakes

  @RayTest(resources = "tickets")
  static class BadResource {
    @Test
    void neverRuns() {}
  }

  static class SharedByAMethod {
    @Test
    @RayTest(lifecycle = RayTest.Lifecycle.PER_CLASS)
    void neverRuns() {}
  }

  @RayTest
  static class TooEarly {
    @BeforeAll
    static void before(RayInstance ray) {}

    @Test
    void neverRuns() {}
  }

  @Test
  void mistakesAreExplained() {
    assertThat(onlyFailure(run(BadResource.class))).hasMessageContaining("name=amount");
    assertThat(onlyFailure(run(SharedByAMethod.class))).hasMessageContaining("belongs on a class");
    assertThat(onlyFailure(run(TooEarly.class))).hasMessageContaining("PER_CLASS");
  }
}
