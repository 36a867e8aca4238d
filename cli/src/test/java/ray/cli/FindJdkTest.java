package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How {@code ./mvnw} and {@code ./ray} find a JDK. The JDKs here are folders with a version;
 * versions are higher than those of the JDKs that this machine may have.
 */
class FindJdkTest {
  private static final Path SCRIPT = Path.of("..", ".mvn", "find-jdk.sh").toAbsolutePath();
  private static final int MINIMUM = 900;

  @TempDir Path folder;
  private Path home = Path.of("");

  @BeforeEach
  void makeHome() throws IOException {
    home = Files.createDirectory(folder.resolve("home"));
  }

  private Path jdk(Path place, String version) throws IOException {
    for (String program : Set.of("java", "javac")) {
      Path file = place.resolve("bin").resolve(program);
      Files.createDirectories(file.getParent());
      assertThat(Files.createFile(file).toFile().setExecutable(true)).isTrue();
    }
    Files.writeString(
        place.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
    return place;
  }

  private Found find(Map<String, String> variables) throws IOException, InterruptedException {
    String program =
        ". '%s'; ray_minimum_jdk=%d; find_jdk && echo \"$JAVA_HOME\"".formatted(SCRIPT, MINIMUM);
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", program);
    builder.environment().clear();
    builder.environment().putAll(Map.of("HOME", home.toString(), "PATH", "/usr/bin:/bin"));
    builder.environment().putAll(variables);
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return new Found(process.exitValue(), out.strip(), err);
  }

  private record Found(int exitCode, String jdk, String err) {}

  @Test
  void javaHomeComesFirst() throws Exception {
    Path named = jdk(folder.resolve("named"), "901.0.1");
    jdk(home.resolve(".jdks/other"), "900");

    assertThat(find(Map.of("JAVA_HOME", named.toString())).jdk()).isEqualTo(named.toString());
  }

  @Test
  void javaHomeThatIsTooOldIsPassedOver() throws Exception {
    Path old = jdk(folder.resolve("old"), "17.0.15");
    Path named = jdk(folder.resolve("named"), "900.0.3");

    Found found = find(Map.of("JAVA_HOME", old.toString(), "JDK25_HOME", named.toString()));

    assertThat(found.jdk()).isEqualTo(named.toString());
  }

  @Test
  void javaOnThePathIsFoundThroughLinks() throws Exception {
    Path jdk = jdk(folder.resolve("jdk"), "900");
    Path bin = Files.createDirectory(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("java"), jdk.resolve("bin/java"));

    Found found = find(Map.of("PATH", bin + ":/usr/bin:/bin"));

    assertThat(found.jdk()).isEqualTo(jdk.toRealPath().toString());
  }

  @Test
  void installedJdkNearestToTheMinimumIsTaken() throws Exception {
    jdk(home.resolve(".sdkman/candidates/java/902-tem"), "902.0.1");
    Path nearest = jdk(home.resolve(".jdks/temurin-900"), "900.0.3");
    jdk(home.resolve(".jdks/temurin-17"), "17.0.15");

    assertThat(find(Map.of()).jdk()).isEqualTo(nearest.toString());
  }

  @Test
  void folderNamesMayHaveSpaces() throws Exception {
    Path jdk = jdk(home.resolve(".jdks/my jdk"), "900");

    assertThat(find(Map.of()).jdk()).isEqualTo(jdk.toString());
  }

  @Test
  void runtimeWithoutACompilerIsPassedOver() throws Exception {
    Path runtime = jdk(home.resolve(".jdks/runtime"), "900");
    Files.delete(runtime.resolve("bin/javac"));

    assertThat(find(Map.of()).exitCode()).isEqualTo(1);
  }

  @Test
  void noneIsAnErrorThatSaysHowToGetOne() throws Exception {
    Found found = find(Map.of());

    assertThat(found.exitCode()).isEqualTo(1);
    assertThat(found.jdk()).isEmpty();
    assertThat(found.err()).contains("JDK 900", "Temurin", "apt-get install", "JAVA_HOME=");
  }
}
