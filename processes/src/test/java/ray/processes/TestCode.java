package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/** Programs that are compiled while a test runs, and JVMs that run them. */
final class TestCode {
  private static final long MAX_SECONDS = 120;

  private TestCode() {}

  /** A program that has ended, or runs. */
  record Program(Process process, Path out) {
    /** Waits until it has printed a line that begins so, and returns the rest of that. */
    String awaitLine(String beginning) throws IOException {
      long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
      while (true) {
        String all = Files.readString(out);
        for (String line : all.substring(0, all.lastIndexOf('\n') + 1).lines().toList()) {
          if (line.startsWith(beginning)) {
            return line.substring(beginning.length());
          }
        }
        assertThat(process.isAlive() && System.nanoTime() < deadlineNs)
            .as("a line '%s…' comes, in time, in: %s", beginning, all)
            .isTrue();
        java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
      }
    }

    /** Waits for its end; returns what it printed. */
    String await() throws IOException, InterruptedException {
      try {
        assertThat(process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)).as("ends in time").isTrue();
      } finally {
        process.destroyForcibly();
      }
      String printed =
          Files.readAllLines(out).stream()
              .filter(line -> !line.startsWith("SLF4J("))
              .map(line -> line + "\n")
              .collect(java.util.stream.Collectors.joining());
      assertThat(process.exitValue()).as(printed).isZero();
      return printed;
    }
  }

  /** Compiles sources, each named by its file, into a folder of classes. */
  static Path compile(Path folder, Map<String, String> sources, Path... more) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<String> words =
        new ArrayList<>(
            List.of("-d", classes.toString(), "-proc:none", "-cp", classPath(List.of(more))));
    for (Map.Entry<String, String> each : sources.entrySet()) {
      Path source = folder.resolve("source").resolve(each.getKey());
      Files.createDirectories(source.getParent());
      Files.writeString(source, each.getValue());
      words.add(source.toString());
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int result =
        ToolProvider.getSystemJavaCompiler().run(null, said, said, words.toArray(String[]::new));
    assertThat(result).as(said.toString(StandardCharsets.UTF_8)).isZero();
    return classes;
  }

  /** Packs a folder into a jar with such a manifest. */
  static Path jar(Path jar, Path classes, Map<String, String> about) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    about.forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> files = Files.walk(classes)) {
      files
          .filter(Files::isRegularFile)
          .sorted()
          .forEach(each -> {
            try {
              out.putNextEntry(new ZipEntry(classes.relativize(each).toString()));
              Files.copy(each, out);
              out.closeEntry();
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    return jar;
  }

  /** A class path of these, and Ray. */
  static String classPath(List<Path> elements) {
    List<String> all = new ArrayList<>(elements.stream().map(Path::toString).toList());
    Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
        .filter(each -> !each.contains("test-classes"))
        .forEach(all::add);
    return String.join(java.io.File.pathSeparator, all);
  }

  /** Starts a JVM that is connected to a node. */
  static Program start(String address, Path out, List<String> words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1"));
    command.add("-Duser.home=" + System.getProperty("user.home"));
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().put("RAY_ADDRESS", address);
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return new Program(builder.start(), out);
  }

  /** Runs one to its end; returns what it printed. */
  static String run(String address, Path out, List<String> words)
      throws IOException, InterruptedException {
    return start(address, out, words).await();
  }
}
