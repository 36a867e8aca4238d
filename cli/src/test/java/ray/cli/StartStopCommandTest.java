package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import ray.processes.RunningNode;

/** {@code ray start} and {@code ray stop}, with nodes in processes of their own. */
@Timeout(180)
@EnabledOnOs(OS.LINUX)
class StartStopCommandTest {
  private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

  @TempDir private Path sessions = Path.of("");
  private int port;

  @BeforeEach
  void choosePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
  }

  @AfterEach
  void leaveNothing() throws Exception {
    RunningNode left = RunningNode.at(port).orElse(null);
    if (left != null) {
      left.stop(true, 10_000);
    }
  }

  private Outcome start() {
    return start(32 << 20);
  }

  private Outcome start(long storeBytes) {
    return Outcome.of(
        "start",
        "--head",
        "--port",
        "" + port,
        "--session-dir",
        sessions.toString(),
        "--object-store-memory",
        "" + storeBytes);
  }

  private Outcome stop(String... more) {
    return Outcome.of(
        Stream.concat(Stream.of("stop", "--port", "" + port), Stream.of(more))
            .toArray(String[]::new));
  }

  private List<Path> sessions() throws IOException {
    try (Stream<Path> all = Files.list(sessions)) {
      return all.toList();
    }
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(what + ", not in time").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Processes that were started for this test's sessions: a node, and its workers. */
  private List<Long> processes() {
    return ProcessHandle.allProcesses()
        .filter(each ->
            each.info().arguments().stream()
                .flatMap(Stream::of)
                .anyMatch(word -> word.contains(sessions.toString())))
        .map(ProcessHandle::pid)
        .toList();
  }

  private void assertNothingIsLeft() throws IOException {
    await("the end of all processes", () -> processes().isEmpty());
    assertThat(sessions()).isEmpty();
    assertThat(RunningNode.at(port)).isEmpty();
  }

  @Test
  void aNodeIsStartedOnceAPortAndStoppedWithAllThatItHas() throws Exception {
    Outcome first = start();
    Outcome second = start();
    Outcome status = Outcome.of("status", "--address", "ray://127.0.0.1:" + port);
    Outcome stopped = stop();

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out())
        .contains(
            "ray://127.0.0.1:" + port, "ray status --port " + port, "ray stop --port " + port);
    assertThat(second.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(second.err().lines())
        .containsExactly(
            "ray start: a node of yours runs at port "
                + port
                + " already: connect to ray://127.0.0.1:"
                + port
                + ", stop it with `ray stop --port "
                + port
                + "`, or start another with --port");
    assertThat(status.out())
        .containsPattern("memory of .*: [0-9.]+ GiB of [0-9.]+ GiB in use")
        .contains("workers are ended from 95 % on");
    assertThat(stopped.exitCode()).isZero();
    assertThat(stopped.out()).contains("Stopped the node at port " + port + ".");
    assertNothingIsLeft();
  }

  @Test
  void aNodeIsStoppedByForce() throws Exception {
    assertThat(start().exitCode()).isZero();

    Outcome stopped = stop("--force");

    assertThat(stopped.exitCode()).as(stopped.err()).isZero();
    assertThat(stopped.out()).contains("Stopped the node at port " + port + ".");
    assertNothingIsLeft();
  }

  @Test
  void aPortThatAnotherProgramHasIsTaken() throws Exception {
    try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(other.isBound()).isTrue();

      Outcome outcome = start();

      assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(outcome.err().lines())
          .containsExactly(
              "ray start: port "
                  + port
                  + " is taken by another program: choose one with --port, 0 for any");
    }
    assertNothingIsLeft();
  }

  @Test
  void whereNothingRunsThereIsNothingToStop() {
    Outcome outcome = stop();

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err().lines())
        .containsExactly(
            "ray stop: no node of yours runs at port " + port + "; `ray stop` stops all there are");
  }

  /** In a process of its own, for its user has no node at all. */
  @Test
  void aUserWithoutNodesIsToldHowToStartOne() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + sessions,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "stop")
            .redirectErrorStream(true)
            .start();

    String said = new String(process.getInputStream().readAllBytes());

    assertThat(process.waitFor()).isEqualTo(ExitCode.FAILED);
    assertThat(said.lines().filter(line -> !line.startsWith("WARNING")))
        .containsExactly(
            "ray stop: no node of yours runs on this machine; start one with `ray start --head`");
  }

  private long crash() throws Exception {
    assertThat(start().exitCode()).isZero();
    ProcessHandle node = ProcessHandle.of(RunningNode.at(port).orElseThrow().pid()).orElseThrow();
    node.destroyForcibly();
    await("the node's end", () -> !RunningNode.isAlive(node));
    return node.pid();
  }

  @Test
  void whatANodeThatCrashedHasLeftIsRemovedByTheNextOne() throws Exception {
    long crashed = crash();
    assertThat(sessions()).hasSize(1);

    Outcome again = start();

    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out().lines())
        .contains(
            "The node that ran at port "
                + port
                + " before, process "
                + crashed
                + ", had crashed; its files are removed.");
    assertThat(sessions()).hasSize(1);
    assertThat(stop().exitCode()).isZero();
    assertNothingIsLeft();
  }

  @Test
  void whatANodeThatCrashedHasLeftIsRemovedByStop() throws Exception {
    crash();

    Outcome stopped = stop();

    assertThat(stopped.exitCode()).isZero();
    assertThat(stopped.out())
        .contains("The node at port " + port + " had ended already; its files are removed.");
    assertNothingIsLeft();
  }

  @Test
  void aStoreThatSharedMemoryHasNoRoomForIsRefused() throws Exception {
    Outcome outcome = start(1L << 50);

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome.err().lines()).hasSize(1);
    assertThat(outcome.err())
        .contains("/dev/shm has ", "(--object-store-memory sets the size of the object store)");
    assertNothingIsLeft();
  }

  /** A process that becomes a node, as the launcher starts it. */
  private Process becoming(String... more) throws IOException {
    List<String> words =
        Stream.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + System.getProperty("user.home"),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                NodeMain.class.getName(),
                "--session-dir",
                sessions.toString(),
                "--port",
                "" + port,
                "--object-store-memory",
                "" + (32 << 20))
            .toList();
    ProcessBuilder builder =
        new ProcessBuilder(Stream.concat(words.stream(), Stream.of(more)).toList());
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return builder.start();
  }

  private static String read(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void aProcessThatBecomesANodeSaysSoAndClosesItsStreams() throws Exception {
    Process process = becoming("--head");

    String out = read(process.getInputStream());
    String err = read(process.getErrorStream());

    assertThat(out.lines())
        .as(err)
        .contains("A node of Ray runs, process " + process.pid() + ".")
        .endsWith(NodeMain.EXIT + "0");
    assertThat(err).isEmpty();
    assertThat(Outcome.of("status", "--address", "ray://127.0.0.1:" + port).exitCode()).isZero();
    assertThat(stop().exitCode()).isZero();
    assertThat(process.waitFor()).isNotZero();
    assertNothingIsLeft();
  }

  @Test
  void aProcessWhoseWordsNobodyHearsBecomesNoNode() throws Exception {
    Process process = becoming("--head");
    process.getInputStream().close();

    assertThat(process.waitFor()).isZero();
    assertNothingIsLeft();
  }

  @Test
  void aProcessThatCanNotBecomeANodeSaysWhyAndWithWhichCode() throws Exception {
    Process process = becoming("--haed");

    assertThat(read(process.getErrorStream()).lines())
        .containsExactly(
            "ray start: unknown option '--haed'. Did you mean '--head'?",
            "Try 'ray start --help'.");
    assertThat(read(process.getInputStream()).lines())
        .containsExactly(NodeMain.EXIT + ExitCode.USAGE);
    assertThat(process.waitFor()).isEqualTo(ExitCode.USAGE);
    assertNothingIsLeft();
  }
}
