package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ray run}, with real programs in JVMs of their own. */
class RunCommandTest {
  @TempDir Path folder;

  private Path program(String text) throws IOException {
    return Files.writeString(folder.resolve("Program.java"), text);
  }

  @Test
  void programSeesRayAndItsArguments() throws IOException {
    Path output = folder.resolve("output");
    Path file =
        program(
            """
            import module java.base;
            import ray.*;
            void main(String[] arguments) throws Exception {
              var words = new ArrayList<>(List.of(arguments));
              var file = Path.of(words.removeFirst());
              Files.writeString(file, Resources.class.getName() + words);
            }
            """);

    Outcome outcome = Outcome.of("run", file.toString(), output.toString(), "--verbose", "-x");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(output).hasContent("ray.Resources[--verbose, -x]");
  }

  @Test
  void exitCodeIsThePrograms() throws IOException {
    Path file = program("void main() { System.exit(42); }");

    assertThat(Outcome.of("run", file.toString()).exitCode()).isEqualTo(42);
  }

  /** A class without a package, compiled into a folder. */
  private Path compiled(String text) throws IOException {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    int failures =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                program(text).toString());
    assertThat(failures).isZero();
    return classes;
  }

  private static final String COMPILED =
      """
      import module java.base;
      void main(String[] arguments) {
        System.exit(ray.Resources.class.getSimpleName().length() + arguments.length);
      }
      """;

  @Test
  void compiledClassSeesRayAndItsArguments() throws IOException {
    Path classes = compiled(COMPILED);

    Outcome outcome = Outcome.of("run", "-cp", classes.toString(), "Program", "--help", "-cp");

    assertThat(outcome.exitCode()).isEqualTo("Resources".length() + 2);
  }

  private Path jar(Path classes, String mainClass) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    if (!mainClass.isEmpty()) {
      manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, mainClass);
    }
    Path jar = folder.resolve("program.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      out.putNextEntry(new JarEntry("Program.class"));
      out.write(Files.readAllBytes(classes.resolve("Program.class")));
    }
    return jar;
  }

  @Test
  void jarSeesRayAndItsArguments() throws IOException {
    Path jar = jar(compiled(COMPILED), "Program");

    assertThat(Outcome.of("run", jar.toString(), "--help").exitCode())
        .isEqualTo("Resources".length() + 1);
  }

  @Test
  void jarWithoutAMainClassIsRefused() throws Exception {
    Path jar = jar(compiled(COMPILED), "");

    assertThat(saidOf(jar))
        .containsExactly(
            "ray run: "
                + jar
                + " can't be run: its manifest names no Main-Class; name the class with: ray run"
                + " -cp "
                + jar
                + " MAIN");
  }

  @Test
  void jarWhoseMainClassIsMissingIsRefused() throws Exception {
    Path jar = jar(compiled(COMPILED), "no.Such");

    assertThat(saidOf(jar))
        .containsExactly("ray run: " + jar + " can't be run: its main class no.Such is not there");
  }

  /** In a process of its own, as a program writes to the process's own streams. */
  private static List<String> saidOf(Path jar) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                JarProgram.class.getName(),
                jar.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(ExitCode.FAILED);
    return said.lines().toList();
  }

  @Test
  void missingFileIsNamed() {
    Outcome outcome = Outcome.of("run", "no-such-file.java");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err().lines())
        .containsExactly(
            "ray run: there is no file 'no-such-file.java'; name a Java source file or a jar");
  }

  @Test
  void fileThatIsNotASourceIsNamed() throws IOException {
    Path file = Files.createFile(folder.resolve("Program.class"));

    Outcome outcome = Outcome.of("run", file.toString());

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err())
        .contains("Program.class' is not a Java source file")
        .contains("ray run -cp CLASSES MAIN");
  }
}
