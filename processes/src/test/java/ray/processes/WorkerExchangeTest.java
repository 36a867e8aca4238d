package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.ActorRef;
import ray.EndedWorkers;
import ray.ObjectRef;
import ray.OutOfResourcesException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.RayStateException;
import ray.SchedulingStrategy;
import ray.WorkerDiedException;

/** Workers that end so that others take over, on a node with real ones. */
@Timeout(120)
class WorkerExchangeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder = Path.of("");

  private final LocalNode node =
      LocalNode.start(
          RayOptions.defaults().cpus(2).objectStore(32L << 20),
          new WorkerPolicy(0, NodeOptions.DEFAULT_WORKER_IDLE, LogLimits.DEFAULT));
  private final RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet());

  @AfterEach
  void close() {
    ray.close();
    node.close();
  }

  static long pid() {
    return ProcessHandle.current().pid();
  }

  private long workersPid() {
    return Ray.remote(WorkerExchangeTest::pid).on(ray).remote().get(PATIENCE);
  }

  private static @Nullable ObjectRef<byte[]> kept;

  /** A ref that this process keeps, and nobody else knows. */
  static long keep() {
    kept = Ray.put(new byte[100_000]);
    return pid();
  }

  /** The same, lent to the caller inside of a value that the worker owns. */
  static ObjectRef<List<ObjectRef<byte[]>>> lend() {
    ObjectRef<byte[]> inner = Ray.put(new byte[100_000]);
    kept = inner;
    return Ray.put(List.of(inner));
  }

  static long waits(String gate) throws IOException {
    Files.writeString(Path.of(gate + "." + pid()), "");
    while (!Files.exists(Path.of(gate))) {
      LockSupport.parkNanos(1_000_000);
    }
    return pid();
  }

  static int die() {
    Runtime.getRuntime().halt(3);
    return 0;
  }

  static final class Counter {
    private int count;

    int next() {
      return ++count;
    }
  }

  private String gate() {
    return folder.resolve("gate").toString();
  }

  private long running() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aRestartGivesOtherWorkersAndKeepsWhatTheProgramHolds() throws Exception {
    byte[] stored = new byte[1 << 20];
    stored[7] = 7;
    ObjectRef<byte[]> mine = ray.put(stored);
    ObjectRef<Long> result = Ray.remote(WorkerExchangeTest::pid).on(ray).remote();
    long before = result.get(PATIENCE);

    EndedWorkers ended = ray.restartWorkers(false);

    assertThat(ended).isEqualTo(new EndedWorkers(1, List.of()));
    await("the end of the worker", () -> ProcessHandle.of(before).isEmpty());
    assertThat(ray.workers()).hasSize(1);
    assertThat(workersPid()).isNotEqualTo(before);
    assertThat(result.get(PATIENCE)).isEqualTo(before);
    assertThat(mine.get(PATIENCE)).isEqualTo(stored);
  }

  @Test
  void whatOnlyAWorkerHoldsDoesNotKeepIt() {
    long before = Ray.remote(WorkerExchangeTest::keep).on(ray).remote().get(PATIENCE);

    EndedWorkers ended = ray.killWorkers(false);

    assertThat(ended).isEqualTo(new EndedWorkers(1, List.of()));
    await("the end of the worker", () -> ProcessHandle.of(before).isEmpty());
  }

  @Test
  void whatTheProgramCanReachOutlivesTheWorkerOrKeepsIt() {
    ObjectRef<List<ObjectRef<byte[]>>> lent = Ray.remote(WorkerExchangeTest::lend).on(ray).remote();
    ObjectRef<byte[]> inner = lent.get(PATIENCE).getFirst();
    long before = workersPid();

    ray.killWorkers(false);

    assertThat(inner.get(PATIENCE)).hasSize(100_000);
    assertThat(workersPid()).isNotEqualTo(before);
  }

  @Test
  void whileTasksRunOrWaitOrActorsLiveItIsRefusedAndSaysWho() throws Exception {
    ObjectRef<Long> first = Ray.remote(WorkerExchangeTest::waits).on(ray).cpus(2).remote(gate());
    ObjectRef<Long> second = Ray.remote(WorkerExchangeTest::waits).on(ray).cpus(2).remote(gate());
    await("a task that runs", () -> running() == 1);

    assertThatThrownBy(() -> ray.restartWorkers(false))
        .isInstanceOf(RayStateException.class)
        .hasMessageContaining("busy")
        .hasMessageContaining("task WorkerExchangeTest.waits runs")
        .hasMessageContaining("task WorkerExchangeTest.waits waits")
        .hasMessageContaining("force");

    Files.createFile(Path.of(gate()));
    assertThat(second.get(PATIENCE)).isEqualTo(first.get(PATIENCE));
    ActorRef<Counter> counter = Ray.actor(Counter::new).on(ray).name("counter").remote();
    assertThat(counter.call(Counter::next).get(PATIENCE)).isOne();
    assertThatThrownBy(() -> ray.killWorkers(false)).hasMessageContaining("actor counter lives");
  }

  @Test
  void byForceTasksAreRunAgainAndActorsRestartedAsTheirPoliciesSay() throws Exception {
    ActorRef<Counter> counter = Ray.actor(Counter::new).on(ray).maxRestarts(1).remote();
    counter.call(Counter::next).get(PATIENCE);
    ObjectRef<Long> retried = Ray.remote(WorkerExchangeTest::waits).on(ray).remote(gate());
    ObjectRef<Long> failing =
        Ray.remote(WorkerExchangeTest::waits).on(ray).retries(0).remote(gate());
    ObjectRef<Long> before = Ray.remote(WorkerExchangeTest::pid).on(ray).cpus(0).remote();
    long worker = before.get(PATIENCE);
    await("both run", () -> running() >= 1);

    assertThat(ray.restartWorkers(true).ended()).isOne();

    assertThatThrownBy(() -> failing.get(PATIENCE)).isInstanceOf(WorkerDiedException.class);
    Files.createFile(Path.of(gate()));
    assertThat(retried.get(PATIENCE)).isNotEqualTo(worker);
    await("the actor's new life", () -> counter.call(Counter::next).get(PATIENCE) == 1);
  }

  @Test
  void aTaskCantEndItsOwnWorkers() {
    ObjectRef<EndedWorkers> asked =
        Ray.remote(() -> Ray.killWorkers(true)).on(ray).retries(0).remote();

    assertThatThrownBy(() -> asked.get(PATIENCE)).hasMessageContaining("from the program");
  }

  @Test
  void afterSoManyTasksAnotherWorkerTakesOver() {
    var leaky = Ray.remote(WorkerExchangeTest::pid).on(ray).maxCalls(3).retries(0);
    Map<Long, Integer> runs = new java.util.HashMap<>();
    List<ObjectRef<Long>> all = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      all.add(leaky.remote());
    }
    all.forEach(each -> runs.merge(each.get(PATIENCE), 1, Integer::sum));

    // Two at a time run in a worker, so one more than allowed may have begun.
    assertThat(runs.values()).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(4));
    assertThat(runs).hasSizeGreaterThanOrEqualTo(3);
    List<Long> spent = new ArrayList<>();
    runs.forEach((pid, count) -> {
      if (count >= 3) {
        spent.add(pid);
      }
    });
    await(
        "the ends of the workers",
        () -> spent.stream().allMatch(pid -> ProcessHandle.of(pid).isEmpty()));
  }

  @Test
  void aFunctionRunsOnEachWorkerOnce() {
    workersPid();
    Ray.remote(WorkerExchangeTest::pid).on(ray).env("KIND", "other").remote().get(PATIENCE);
    Ray.remote(WorkerExchangeTest::pid).on(ray).isolated().remote().get(PATIENCE);

    Map<String, ObjectRef<Long>> results = ray.runOnAllWorkers(WorkerExchangeTest::pid);

    assertThat(results).hasSize(2);
    assertThat(results.keySet()).containsExactlyElementsOf(ray.workers());
    Set<Long> pids = new HashSet<>();
    results.values().forEach(each -> pids.add(each.get(PATIENCE)));
    assertThat(pids).hasSize(2).contains(workersPid());
  }

  @Test
  void whereThereIsNoWorkerOneIsStartedForIt() {
    Map<String, ObjectRef<Long>> results = ray.runOnAllWorkers(WorkerExchangeTest::pid);

    assertThat(results).hasSize(1);
    assertThat(results.values().iterator().next().get(PATIENCE)).isEqualTo(workersPid());
  }

  @Test
  void aFunctionThatKillsItsWorkerFailsThere() {
    Map<String, ObjectRef<Integer>> results = ray.runOnAllWorkers(WorkerExchangeTest::die);
    String worker = results.keySet().iterator().next();
    ObjectRef<Integer> never = results.values().iterator().next();

    assertThatThrownBy(() -> never.get(PATIENCE)).isInstanceOf(WorkerDiedException.class);
    assertThatThrownBy(() ->
            Ray.remote(WorkerExchangeTest::pid)
                .on(ray)
                .strategy(SchedulingStrategy.worker(worker))
                .remote()
                .get(PATIENCE))
        .isInstanceOf(OutOfResourcesException.class)
        .hasMessageContaining("worker " + worker + " is gone");
  }
}
