package ray.benchmarks;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for what needs a heap, or a start, of its own. It runs with this one's options.
 */
final class ChildJvm {
  private static final String AOT_CACHE = "-XX:AOTCache=";

  /** A hang must not hang the whole benchmark. */
  private static final long LIMIT_SECONDS = 300;

  private final List<String> command = new ArrayList<>();

  private ChildJvm() {
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
  }

  /** A JVM that starts a compiled class with so much heap and no more. */
  static ChildJvm withHeap(int mebibytes, Class<?> main, Object... arguments) {
    ChildJvm jvm = new ChildJvm();
    for (String option : optionsOfThisJvm()) {
      if (!option.startsWith("-Xmx") && !option.startsWith(AOT_CACHE)) {
        jvm.command.add(option);
      }
    }
    jvm.command.add("-Xms" + mebibytes + "m");
    jvm.command.add("-Xmx" + mebibytes + "m");
    jvm.classPath("");
    jvm.command.add(main.getName());
    for (Object argument : arguments) {
      jvm.command.add(argument.toString());
    }
    return jvm;
  }

  /**
   * What {@code ray run FILE} starts: with the launcher's cache for source files, if there is one.
   */
  static ChildJvm ofSource(Path file) {
    ChildJvm jvm = new ChildJvm();
    for (String option : optionsOfThisJvm()) {
      jvm.command.add(option.startsWith(AOT_CACHE) ? cacheForSources(option) : option);
    }
    jvm.classPath("");
    jvm.command.add(file.toString());
    return jvm;
  }

  /** A JVM that starts a class compiled to this directory, as any program: without a cache. */
  static ChildJvm ofClass(Path directory, String main) {
    ChildJvm jvm = new ChildJvm();
    for (String option : optionsOfThisJvm()) {
      if (!option.startsWith(AOT_CACHE)) {
        jvm.command.add(option);
      }
    }
    jvm.classPath(File.pathSeparator + directory);
    jvm.command.add(main);
    return jvm;
  }

  private void classPath(String more) {
    command.add("-cp");
    command.add(System.getProperty("java.class.path") + more);
  }

  private static List<String> optionsOfThisJvm() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-X") || option.startsWith("--"))
        .filter(option -> !option.startsWith("-XX:StartFlightRecording"))
        .toList();
  }

  /** The launcher keeps its caches for commands and for source files side by side. */
  private static String cacheForSources(String option) {
    Path cache = Path.of(option.substring(AOT_CACHE.length())).resolveSibling("source.aot");
    return Files.isReadable(cache) ? AOT_CACHE + cache : option;
  }

  /** Runs it to its end and returns what it printed. */
  String run() throws IOException, InterruptedException {
    Path errors = Files.createTempFile("ray-benchmark-", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      Thread killer = Thread.startVirtualThread(() -> killWhenLate(process));
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      killer.interrupt();
      if (code != 0) {
        throw new IOException(
            "a JVM of its own ended with exit code " + code + ": " + firstLine(errors));
      }
      return printed.strip();
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  private static void killWhenLate(Process process) {
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException ended) {
      // it has ended in time
    }
  }

  private static String firstLine(Path errors) throws IOException {
    try (var lines = Files.lines(errors)) {
      return lines.findFirst().orElse("it printed nothing (killed after a time limit?)");
    }
  }
}
