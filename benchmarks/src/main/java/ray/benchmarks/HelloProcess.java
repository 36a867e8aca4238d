package ray.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * README's first program, a source file, from the start of its process to the end: what {@code ray
 * run Hello.java} takes.
 */
final class HelloProcess {
  private static final int WARM_UPS = 1;
  private static final int STARTS_A_ROUND = 2;
  private static final String LAST_LINE = "14";

  private HelloProcess() {}

  static Result measure(String name, Timing timing) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("ray-hello-");
    Path file = directory.resolve("Hello.java");
    try (InputStream source = HelloProcess.class.getResourceAsStream("Hello.java.txt")) {
      if (source == null) {
        throw new IOException("the program Hello.java is missing from the benchmarks' jar");
      }
      Files.copy(source, file);
      return measure(name, timing.rounds() * STARTS_A_ROUND, ChildJvm.ofSource(file));
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    }
  }

  private static Result measure(String name, int starts, ChildJvm jvm)
      throws IOException, InterruptedException {
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
