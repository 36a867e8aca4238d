package ray.extras;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program started with {@code java Hello.java}, without flags and without a logging backend,
 * prints what it prints and nothing else.
 */
class PlainProgramTest {
  private static final int MAX_SECONDS = 110;

  @TempDir Path folder;

  /** What a program printed and how it ended. */
  private record Run(int status, String output, String errors) {}

  private Run run(String program) throws Exception {
    Path source = Files.writeString(folder.resolve("Hello.java"), program);
    Path output = folder.resolve("out");
    Path errors = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath(),
                source.toString())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder
        .environment()
        .keySet()
        .removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "RAY_ADDRESS"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Run(process.exitValue(), Files.readString(output), Files.readString(errors));
  }

  /** The tests' class path without what only tests have, and without any logging backend. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.matches(".*(slf4j-simple|slf4j-nop|logback|junit|test-classes).*"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void helloPrintsItsResultsAndNothingElse() throws Exception {
    Run run =
        run(
            """
            import module java.base;
            import ray.*;

            class Hello {
              static int square(int x) { return x * x; }
              static class Counter { int n; int add(int by) { return n += by; } }

              void main() {
                try (var ray = Ray.init()) {
                  var square = Ray.remote(Hello::square);
                  ObjectRef<Integer> nine = square.remote(3);
                  ObjectRef<Integer> eightyOne = square.remote(nine);
                  System.out.println(eightyOne.get());
                  List<ObjectRef<Integer>> refs =
                      IntStream.range(0, 100).mapToObj(square::remote).toList();
                  System.out.println(Ray.get(refs).getLast());
                  var counter = Ray.actor(Counter::new).remote();
                  counter.call(Counter::add, 5);
                  System.out.println(counter.call(Counter::add, nine).get());
                }
              }
            }
            """);

    assertThat(run.errors()).isEmpty();
    assertThat(run.output().lines()).containsExactly("81", "9801", "14");
    assertThat(run.status()).isZero();
  }

  @Test
  void helpersNeedNothingMore() throws Exception {
    Run run =
        run(
            """
            import module java.base;
            import ray.*;

            class Hello {
              record Page(String name, List<Integer> lines) {}
              static Page page(int x) { return new Page("p" + x, new ArrayList<>(List.of(x))); }
              static class Worker { int[] seen = {0}; int next(int by) { return seen[0] += by; } }

              void main() throws Exception {
                try (var ray = Ray.init(); var executor = RayExecutorService.create()) {
                  System.out.println(executor.submit(() -> page(1)).get());
                  System.out.println(
                      Stream.of(1, 2, 3).gather(RayGatherers.mapRemote(Hello::page, 2))
                          .mapToInt(page -> page.lines().getFirst()).sum());
                  var pool = new ActorPool<Worker, Integer>(List.of(Ray.actor(Worker::new).remote()));
                  System.out.println(
                      pool.map((worker, by) -> worker.call(Worker::next, by), Stream.of(1, 2))
                          .toList());
                  RayQueue<Page> queue = RayQueue.create(10);
                  Ray.remote((RayQueue<Page> q) -> q.put(page(4))).remote(queue).get();
                  System.out.println(queue.get());
                  double[] large = new double[200_000];
                  large[7] = 7;
                  System.out.println(Ray.remote((double[] a) -> a[7]).remote(Ray.put(large)).get());
                }
              }
            }
            """);

    assertThat(run.errors()).isEmpty();
    assertThat(run.output().lines())
        .containsExactly(
            "Page[name=p1, lines=[1]]", "6", "[1, 3]", "Page[name=p4, lines=[4]]", "7.0");
    assertThat(run.status()).isZero();
  }

  @Test
  void failureNobodyAskedForIsReportedOnce() throws Exception {
    Run run =
        run(
            """
            import ray.*;

            class Hello {
              static int fail() { throw new IllegalStateException("unseen"); }

              void main() {
                try (var ray = Ray.init()) {
                  ObjectRef<Integer> ref = Ray.remote(Hello::fail).remote();
                  Ray.wait(java.util.List.of(ref));
                }
              }
            }
            """);

    assertThat(run.errors().lines().filter(line -> line.contains("unseen"))).hasSize(1);
    assertThat(run.output()).isEmpty();
    assertThat(run.status()).isZero();
  }
}
