package ray.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ray list} and {@code ray memory}, on a node that has something to do. */
@Timeout(120)
class LookingInCommandsTest {
  @TempDir private Path folder = Path.of("");
  private BusyNode node;

  @BeforeEach
  void start() throws Exception {
    node = new BusyNode(folder);
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void tasksAreListedForPeopleAndForPrograms() {
    Outcome people = node.look("list", "tasks");
    Outcome programs = node.look("list", "tasks", "--json");

    assertThat(people.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(people.err()).isEmpty();
    assertThat(people.out().lines().findFirst())
        .hasValueSatisfying(line ->
            assertThat(line)
                .matches("TASK +NAME +STATE +FOR +RUN +WORKER +OWNER +JOB +WAITS FOR.*"));
    assertThat(people.out().lines())
        .anyMatch(line ->
            line.matches("\\w{6}-\\w+ +BusyNode.waits +running .* " + node.worker() + " .*"));
    assertThat(programs.err()).isEmpty();
    assertThat(programs.out()).startsWith("[\n {").endsWith("}\n]\n");
    assertThat(programs.out().lines())
        .anySatisfy(line ->
            assertThat(line)
                .startsWith(
                    " {\"id\": \"" + node.running().id() + "\", \"name\": \"BusyNode.waits\"")
                .contains("\"state\": \"RUNNING\"", "\"workerPid\": " + node.worker() + ","));
  }

  @Test
  void atMostAsManyAreListedAsWereAskedFor() {
    Outcome limited = node.look("list", "tasks", "--limit", "1");

    assertThat(limited.out().lines()).hasSize(2).anyMatch(line -> line.contains("running"));
    assertThat(limited.err()).contains("These are 1 of 3");
    assertThat(node.look("list", "tasks", "--limit", "0").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void actorsObjectsWorkersAndNodesAreListed() {
    assertThat(node.look("list", "actors").out().lines())
        .anyMatch(line -> line.matches(".* keeper +alive +" + node.worker() + " .*"));
    assertThat(node.look("list", "objects").out().lines())
        .anyMatch(line -> line.matches(".* ready +1.0 MiB +store .* 1 handle +.*BusyNode.java.*"));
    assertThat(node.look("list", "workers").out().lines())
        .anyMatch(
            line -> line.matches(" *" + node.worker() + " .* busy .* BusyNode.waits +keeper"));
    assertThat(node.look("list", "nodes").out()).contains(node.address(), "CPU 1 of 1");
    assertThat(node.look("list", "nodes", "--json").out())
        .contains("\"address\": \"" + node.address() + "\"", "\"objectStoreBytes\": 268435456");
  }

  @Test
  void whatCantBeListedIsAnsweredWithWhatCan() {
    Outcome outcome = node.look("list", "cats");
    Outcome nearly = node.look("list", "task");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("cats", "tasks, actors, objects, workers, nodes");
    assertThat(nearly.err()).contains("Did you mean 'tasks'?");
    assertThat(node.look("list").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void memoryIsShownWithWhoHoldsItAndWhy() {
    Outcome outcome = node.look("memory");

    assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out().lines().findFirst())
        .hasValueSatisfying(line ->
            assertThat(line).matches("object store: 1.0 MiB of 256 MiB in use by 1 object; .*"));
    assertThat(outcome.out().lines())
        .anyMatch(line ->
            line.matches(
                "owned by program "
                    + ProcessHandle.current().pid()
                    + " of job \\w{6}: \\d+ objects, 1.0 MiB in the store, .* in heaps"))
        .anyMatch(line ->
            line.matches(" +1.0 MiB  ready +store +\\w{6}-\\w+ +1 handle +.*BusyNode.java.*"))
        .anyMatch(line -> line.matches(" +pending .* 1 handle, its task is pending .*"));
  }

  @Test
  void memoryIsGroupedByWhereItWasMadeAndWrittenForPrograms() {
    assertThat(node.look("memory", "--group-by", "site").out().lines())
        .anyMatch(line -> line.matches("ray.cli.BusyNode.*: 1 object, 1.0 MiB in the store.*"));
    assertThat(node.look("memory", "--json").out())
        .startsWith("{\"store\": {\"capacityBytes\": 268435456,")
        .contains(
            "{\"id\": \"" + node.large().id() + "\"",
            "\"sizeBytes\": 1048",
            "\"reason\": \"LOCAL_HANDLE\", \"count\": 1}");
  }
}
