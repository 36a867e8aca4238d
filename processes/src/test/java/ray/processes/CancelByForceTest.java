package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.ActorRef;
import ray.CancelOptions;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.TaskCancelledException;

/** Tasks that ignore their interrupts are ended by force, with their worker. */
@Timeout(240)
class CancelByForceTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final CancelOptions FORCE = CancelOptions.DEFAULT.withForce(true);

  private static LocalNode node;
  private static RayInstance ray;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void start() {
    node = LocalNode.start(RayOptions.defaults().cpus(3).objectStore(64L << 20));
    ray = Ray.start(RayOptions.defaults().address(node.address()).quiet());
  }

  @AfterAll
  static void close() {
    ray.close();
    node.close();
  }

  /** Notes that it runs, and where, and returns how often it has, this time included. */
  private static int noteRun(String folder, String name) throws IOException {
    Path note = Files.createTempFile(Path.of(folder), "new", "");
    Files.writeString(note, Long.toString(ProcessHandle.current().pid()));
    Path of = Files.createDirectories(Path.of(folder, name));
    Files.move(note, of.resolve(note.getFileName()));
    return runs(of).size();
  }

  private static List<Long> runs(Path of) throws IOException {
    if (!Files.exists(of)) {
      return List.of();
    }
    try (Stream<Path> runs = Files.list(of)) {
      return runs.map(CancelByForceTest::pid).toList();
    }
  }

  private static long pid(Path note) {
    try {
      return Long.parseLong(Files.readString(note));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Waits until something runs, and returns the process. */
  private ProcessHandle firstRun(String name) throws IOException {
    await(name + " runs", () -> !runs(folder.resolve(name)).isEmpty());
    return ProcessHandle.of(runs(folder.resolve(name)).getFirst()).orElseThrow();
  }

  static int deaf(String folder) throws IOException {
    noteRun(folder, "deaf");
    while (true) {
      Thread.onSpinWait();
    }
  }

  /** Waits for ever, then ends its process, then returns. */
  static int neighbour(String folder) throws IOException {
    int run = noteRun(folder, "neighbour");
    while (run == 1) {
      LockSupport.park();
    }
    if (run == 2) {
      Runtime.getRuntime().halt(1);
    }
    return run;
  }

  static int parentOfDeaf(String folder) {
    return Ray.remote(CancelByForceTest::deaf).remote(folder).get();
  }

  private static void assertCancelled(ObjectRef<?> ref) {
    assertThatThrownBy(() -> ref.get(PATIENCE)).isInstanceOf(TaskCancelledException.class);
  }

  private static void assertEnds(ProcessHandle worker) throws Exception {
    worker.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void itsNeighboursLoseNoRetryAndItNeverRunsAgain() throws Exception {
    // given a task that ignores interrupts and one with a single retry in the same process
    ObjectRef<Integer> neighbour =
        Ray.remote(CancelByForceTest::neighbour).on(ray).retries(1).remote(folder.toString());
    ProcessHandle worker = firstRun("neighbour");
    ObjectRef<Integer> deaf =
        Ray.remote(CancelByForceTest::deaf).on(ray).retries(5).remote(folder.toString());
    assertThat(firstRun("deaf")).isEqualTo(worker);

    // when
    ray.cancel(deaf, FORCE);

    // then the other one has its retry still when it ends its next process
    assertCancelled(deaf);
    assertEnds(worker);
    assertThat(neighbour.get(PATIENCE)).isEqualTo(3);
    assertThat(runs(folder.resolve("deaf"))).hasSize(1);
    assertCancelled(deaf);
  }

  @Test
  void aTaskThatIgnoredACancelIsEndedByForceAfterIt() throws Exception {
    ObjectRef<Integer> deaf =
        Ray.remote(CancelByForceTest::deaf).on(ray).isolated().remote(folder.toString());
    ProcessHandle worker = firstRun("deaf");
    ray.cancel(deaf, false);
    assertCancelled(deaf);
    assertThat(worker.isAlive()).isTrue();

    ray.cancel(deaf, FORCE);

    assertEnds(worker);
  }

  @Test
  void whatATaskSubmittedIsEndedWithIt() throws Exception {
    ObjectRef<Integer> parent =
        Ray.remote(CancelByForceTest::parentOfDeaf).on(ray).remote(folder.toString());
    ProcessHandle worker = firstRun("deaf");

    ray.cancel(parent, FORCE.withRecursive(true));

    assertCancelled(parent);
    assertEnds(worker);
  }

  /** An actor whose call lasts. */
  static final class Slow {
    int park(String folder) throws IOException, InterruptedException {
      noteRun(folder, "call");
      synchronized (this) {
        wait();
      }
      return 1;
    }

    int answer() {
      return 2;
    }
  }

  @Test
  void aCallOfAnActorIsNotCancelledByForce() throws Exception {
    ActorRef<Slow> actor = Ray.actor(Slow::new).on(ray).remote();
    ObjectRef<Integer> call = actor.call(Slow::park, folder.toString());
    firstRun("call");

    assertThatThrownBy(() -> ray.cancel(call, FORCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kill()");

    ray.cancel(call, false);
    assertCancelled(call);
    assertThat(actor.call(Slow::answer).get(PATIENCE)).isEqualTo(2);
    actor.kill();
  }
}
