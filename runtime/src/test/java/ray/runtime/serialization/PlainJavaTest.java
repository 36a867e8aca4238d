package ray.runtime.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program started with a plain {@code java Hello.java} needs no flag, sees no warning of the JVM,
 * and its compact class, its records and its lambdas travel although they live in the loader of the
 * source launcher. Fory is not even loaded for values that do not need it.
 */
class PlainJavaTest {
  private static final int MAX_SECONDS = 100;

  private static final String PROGRAM =
      """
      import ray.runtime.serialization.*;

      record Point(int x, List<String> names) {}
      interface Fn extends java.io.Serializable { int apply(int x); }
      class Counter { int n; int add(int by) { return n += by; } }

      class Maths { static int square(int x) { return x * x; } }

      void main() {
        var loader = Thread.currentThread().getContextClassLoader();
        var serializers = ValueSerializers.forLoader(loader).build();
        HandleTable handles = new HandleTable();

        IO.println(serializers.copy(5) + " " + serializers.copy(List.of("a")));
        Fn square = Maths::square;
        IO.println(Functions.inspect(square).name());
        IO.println(Functions.snapshot(square, serializers, handles).getClass().getSimpleName());

        Point point = new Point(1, new ArrayList<>(List.of("a")));
        IO.println(serializers.copy(point) + " " + (serializers.copy(point) == point));
        int[] state = {1};
        Fn capturing = x -> state[0] += x;
        Fn copy = (Fn) Functions.snapshot(capturing, serializers, handles)
            .restore(serializers, handles);
        IO.println(copy.apply(5) + " " + state[0]);
        Fn bound = new Counter()::add;
        IO.println(((Fn) Functions.snapshot(bound, serializers, handles)
            .restore(serializers, handles)).apply(3));
        serializers.compileNow();
        IO.println(serializers.copy(point) + " " + serializers.copy(new ArrayList<>(List.of(copy))).size());
        IO.println(serializers.copy(new IllegalStateException("m", new RuntimeException("c"))));
      }
      """;

  @Test
  void aSourceFileRunsWithoutFlagsAndWithoutWarnings(@TempDir Path folder) throws Exception {
    Path source = Files.writeString(folder.resolve("Hello.java"), PROGRAM);
    Path output = folder.resolve("out");
    Path errors = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path", "."),
                source.toString())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().remove("JDK_JAVA_OPTIONS");

    Process process = builder.start();
    boolean ended = process.waitFor(MAX_SECONDS, TimeUnit.SECONDS);
    process.destroyForcibly();

    assertThat(read(errors.toFile())).isEmpty();
    assertThat(read(output.toFile()))
        .isEqualTo(
            """
            5 [a]
            Hello.Maths.square
            Shared
            Point[x=1, names=[a]] false
            6 1
            3
            Point[x=1, names=[a]] 1
            java.lang.IllegalStateException: m
            """);
    assertThat(ended).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void foryIsNotLoadedForValuesThatDoNotNeedIt(@TempDir Path folder) throws Exception {
    Path source =
        Files.writeString(
            folder.resolve("Small.java"),
            """
            import ray.runtime.serialization.*;

            record Point(int x, Optional<String> name) {}
            interface Fn extends java.io.Serializable { int apply(int x); }

            void main() {
              var serializers =
                  ValueSerializers.forLoader(Thread.currentThread().getContextClassLoader()).build();
              HandleTable handles = new HandleTable();
              serializers.copy(5);
              serializers.copy(new Point(1, Optional.of("a")));
              serializers.copy(new int[10000]);
              serializers.deserialize(serializers.serialize("text", handles), handles);
              int five = 5;
              Fn add = x -> x + five;
              Functions.snapshot(add, serializers, handles);
              IO.println("done");
            }
            """);
    Path log = folder.resolve("classes");
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load:file=" + log,
                "-cp",
                System.getProperty("java.class.path", "."),
                source.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();

    assertThat(output).isEqualTo("done\n");
    assertThat(Files.readString(log))
        .contains(ValueSerializers.class.getName())
        .doesNotContain("org.apache.fory");
  }

  private static String read(File file) throws Exception {
    return Files.readString(file.toPath());
  }
}
