package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import ray.processes.RunningNode;

/** The script {@code ray} itself, with a build that has the classes of this test for a jar. */
@Timeout(180)
@EnabledOnOs(OS.LINUX)
class LauncherTest {
  /** The bit of SIGINT in the masks of {@code /proc/PID/status}. */
  private static final long SIGINT = 1L << 1;

  @TempDir Path folder;
  private int port;

  @BeforeEach
  void makeABuild() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.copy(Path.of("../ray"), folder.resolve("ray"), StandardCopyOption.COPY_ATTRIBUTES);
    Path build = Files.createDirectories(folder.resolve("target/launcher/build.1-1"));
    Files.writeString(folder.resolve("target/launcher/current"), "build.1-1\n");
    Files.writeString(build.resolve("sources"), "");
    Files.writeString(build.resolve("jdk"), System.getProperty("java.home") + "\n");
    Files.writeString(build.resolve("classpath"), System.getProperty("java.class.path") + "\n");
    Files.writeString(
        build.resolve("java.options"),
        Stream.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+UnlockDiagnosticVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Duser.home=" + System.getProperty("user.home"),
                "-cp",
                System.getProperty("java.class.path"))
            .map(option -> '"' + option + "\"\n")
            .reduce("", String::concat));
  }

  @AfterEach
  void leaveNothing() throws Exception {
    RunningNode left = RunningNode.at(port).orElse(null);
    if (left != null) {
      left.stop(true, 10_000);
    }
  }

  /** What the script did. */
  private record Ended(int exitCode, String out, String err) {}

  /** Runs it as a shell does that has a file open. */
  private Ended run(String... words) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("sh", "-c", "exec 7<\"$0\"; exec \"$@\"", file().toString(), "./ray"));
    command.addAll(List.of(words));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().put("RAY_JAVA_OPTS", "-XX:+PrintCommandLineFlags");
    int exitCode = builder.start().waitFor();
    return new Ended(exitCode, Files.readString(out), Files.readString(err));
  }

  private Ended start(String... more) throws Exception {
    return run(
        Stream.concat(
                Stream.of(
                    "start",
                    "--port",
                    "" + port,
                    "--session-dir",
                    folder.resolve("the sessions").toString(),
                    "--object-store-memory",
                    "" + (32 << 20)),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private Path file() throws IOException {
    Path file = folder.resolve("open");
    return Files.exists(file) ? file : Files.writeString(file, "");
  }

  /** The signals that a process ignores, a bit each. */
  private static long ignored(long process) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process + "/status"), StandardCharsets.UTF_8)
        .stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .findFirst()
        .orElseThrow();
  }

  private static List<Path> openFiles(long process) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of("/proc/" + process + "/fd"))) {
      for (Path each : all.toList()) {
        if (Files.isSymbolicLink(each)) {
          files.add(Files.readSymbolicLink(each));
        }
      }
    }
    return files;
  }

  @Test
  void aNodeGoesOnByItselfWithNothingOfTheShellThatStartedIt() throws Exception {
    Ended started = start("--head");

    assertThat(started.err()).isEmpty();
    assertThat(started.exitCode()).as(started.out()).isZero();
    RunningNode node = RunningNode.at(port).orElseThrow();
    assertThat(started.out())
        .contains("A node of Ray runs, process " + node.pid() + ".")
        .doesNotContain(NodeMain.EXIT);
    // What a shell without job control starts with & is deaf to it, and this test may be.
    assertThat(ignored(node.pid()) & SIGINT)
        .isEqualTo(ignored(ProcessHandle.current().pid()) & SIGINT);
    assertThat(openFiles(node.pid()))
        .doesNotContain(file(), folder.resolve("out"), folder.resolve("err"));

    Ended again = start("--head");

    assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(again.err().lines()).as(again.err()).hasSize(1);
    assertThat(again.err()).contains("" + port);

    Ended stopped = run("stop", "--port", "" + port);

    assertThat(stopped.exitCode()).as(stopped.err()).isZero();
    assertThat(RunningNode.at(port)).isEmpty();
    assertThat(folder.resolve("the sessions")).isEmptyDirectory();
  }

  @Test
  void aWrongOptionIsTheUsersMistake() throws Exception {
    Ended started = start("--haed");

    assertThat(started.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(started.err())
        .startsWith("ray start: unknown option '--haed'. Did you mean '--head'?");
    assertThat(started.out()).doesNotContain(NodeMain.EXIT);
  }

  @Test
  void helpIsPrinted() throws Exception {
    Ended help = run("start", "--help");

    assertThat(help.exitCode()).as(help.err()).isZero();
    assertThat(help.out()).contains("Usage: ray start", "--head");
  }
}
