package ray.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** README's first program, from the start of its process to the end. */
final class HelloProcess {
  private static final int WARM_UPS = 1;
  private static final int STARTS_A_ROUND = 2;
  private static final String LAST_LINE = "14";

  private HelloProcess() {}

  /** Compiled beforehand, as programs are. */
  static Result compiled(String name, Timing timing) throws Exception {
    return inDirectory(directory -> {
      compile(directory);
      return measure(name, timing, ChildJvm.ofClass(directory, "Hello"));
    });
  }

  /** From the source file: what {@code ray run Hello.java} takes. */
  static Result ofSource(String name, Timing timing) throws Exception {
    return inDirectory(
        directory -> measure(name, timing, ChildJvm.ofSource(directory.resolve("Hello.java"))));
  }

  @FunctionalInterface
  private interface InDirectory {
    Result measure(Path directory) throws Exception;
  }

  private static Result inDirectory(InDirectory measurement) throws Exception {
    Path directory = Files.createTempDirectory("ray-hello-");
    try (InputStream source = HelloProcess.class.getResourceAsStream("Hello.java.txt")) {
      if (source == null) {
        throw new IOException("the program Hello.java is missing from the benchmarks' jar");
      }
      Files.copy(source, directory.resolve("Hello.java"));
      return measurement.measure(directory);
    } finally {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  private static void compile(Path directory) throws IOException {
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path"),
                directory.resolve("Hello.java").toString());
    if (code != 0) {
      throw new IOException("Hello.java could not be compiled");
    }
  }

  private static Result measure(String name, Timing timing, ChildJvm jvm)
      throws IOException, InterruptedException {
    int starts = timing.rounds() * STARTS_A_ROUND;
    Latencies latencies = new Latencies();
    List<Double> rates = new ArrayList<>();
    for (int i = 0; i < WARM_UPS + starts; i++) {
      long startNs = System.nanoTime();
      String printed = jvm.run();
      long ns = System.nanoTime() - startNs;
      if (!printed.endsWith(LAST_LINE)) {
        throw new IOException("Hello printed something else: " + printed);
      }
      if (i >= WARM_UPS) {
        latencies.add(ns);
        rates.add(1e9 / ns);
      }
    }
    return Result.of(name, rates, latencies);
  }
}
