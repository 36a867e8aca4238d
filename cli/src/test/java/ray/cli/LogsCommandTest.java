package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ray logs}: lists, prints and follows. */
@Timeout(120)
class LogsCommandTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SAID = "the keeper was asked for its pid";

  @TempDir private Path folder = Path.of("");

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNs).as(what + ", in time").isNegative();
      LockSupport.parkNanos(1_000_000);
    }
  }

  @Test
  void logsAreListedAndPrinted() throws Exception {
    try (BusyNode node = new BusyNode(folder)) {
      long worker = node.worker();

      assertThat(node.look("logs").out().lines())
          .anyMatch(line ->
              line.matches("worker-" + worker + "-\\w+\\.out +" + worker + " .* B +1 .* ago"))
          .anyMatch(line -> line.startsWith("worker-" + worker + "-"));
      Outcome both = node.look("logs", "" + worker);
      assertThat(both.out()).matches("worker-\\w+-\\w+\\.out: " + SAID + "\\R");
      String name = both.out().substring(0, both.out().indexOf(':'));
      assertThat(node.look("logs", name).out().lines()).containsExactly(SAID);
      assertThat(node.look("logs", name, "--tail", "0").out()).isEmpty();
    }
  }

  @Test
  void anUnknownNameIsAnsweredWithWhatThereIs() throws Exception {
    try (BusyNode node = new BusyNode(folder)) {
      Outcome outcome = node.look("logs", "nod");

      assertThat(outcome.exitCode()).isEqualTo(ExitCode.FAILED);
      assertThat(outcome.err().lines())
          .singleElement()
          .satisfies(line ->
              assertThat(line)
                  .startsWith("ray logs: there is no log 'nod'")
                  .contains("worker-" + node.worker() + "-"));
    }
  }

  @Test
  void logsAreFollowedUntilTheNodeStops() throws Exception {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Thread following;
    try (BusyNode node = new BusyNode(folder)) {
      String[] words = {"logs", "-f", "" + node.worker(), "--address", node.address()};
      following =
          Thread.ofPlatform()
              .start(() ->
                  RayCommandLine.run(
                      new PrintWriter(out, true), new PrintWriter(err, true), words));
      await("what was printed before", () -> out.toString().contains(SAID));
      node.print();
      await(
          "what is printed",
          () -> out.toString().lines().filter(l -> l.endsWith(SAID)).count() == 2);
    }
    following.join(PATIENCE);
    assertThat(following.isAlive()).isFalse();
    assertThat(err.toString()).contains("The node has stopped");
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void nothingIsLostOrRepeatedWhereALogIsPutAside() throws IOException {
    Path log = folder.resolve("a.log");
    List<String> lines = new ArrayList<>();
    append(log, "1\n2");
    LogReader reader = new LogReader(log, false, lines::add);
    reader.read();
    assertThat(lines).containsExactly("1");

    append(log, "2\n3\n");
    Files.copy(log, LogReader.older(log, 1));
    // Put aside, and not yet emptied.
    reader.read();
    Files.writeString(log, "4\n");
    reader.read();
    append(log, "5\n6");
    reader.read();
    reader.finish();

    assertThat(lines).containsExactly("1", "22", "3", "4", "5", "6");
  }

  @Test
  void aLogThatIsEmptiedIsReadFromItsBeginning() throws IOException {
    Path log = folder.resolve("a.log");
    List<String> lines = new ArrayList<>();
    append(log, "before\nand more\n");
    LogReader reader = new LogReader(log, true, lines::add);
    reader.read();
    Files.writeString(log, "after\n");
    reader.read();

    assertThat(lines).containsExactly("after");
  }

  @Test
  void aLogIsFoundByItsNameOrItsWorker() throws IOException {
    String id = "b0d1d11641df2db2";
    for (String name : List.of("node.log", "crash-12.log", "worker-12-" + id + ".out", "other")) {
      append(folder.resolve(name), "");
    }
    append(folder.resolve("worker-12-" + id + ".out.1"), "");
    SessionLogs logs = new SessionLogs(folder);

    assertThat(logs.all()).extracting(SessionLogs.Log::name).doesNotContain("other").hasSize(3);
    assertThat(logs.called("12")).hasSize(2);
    assertThat(logs.called("b0d1d1"))
        .singleElement()
        .satisfies(log -> {
          assertThat(log.older()).hasSize(1);
          assertThat(log.pid()).isEqualTo("12");
        });
    assertThat(logs.called("node"))
        .singleElement()
        .satisfies(log -> assertThat(log.pid()).isEmpty());
    assertThat(logs.called("1")).isEmpty();
  }
}
