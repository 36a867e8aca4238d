package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.ObjectRef;
import ray.OutOfResourcesException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.WorkerDiedException;

/** What tasks and actors ask of their processes, on a node with real ones. */
@Timeout(120)
class RuntimeEnvTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final LocalNode node =
      LocalNode.start(
          RayOptions.defaults().cpus(2).objectStore(32L << 20),
          new WorkerPolicy(0, Duration.ofMillis(500), LogLimits.DEFAULT));
  private final RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet());

  @AfterEach
  void close() {
    ray.close();
    node.close();
  }

  private static int running;

  static long pid() {
    return ProcessHandle.current().pid();
  }

  /** How many of these have run in this process beside this one, and with it. */
  static int neighbours(ActorRef<Gate> gate) {
    synchronized (RuntimeEnvTest.class) {
      running++;
    }
    Gate.pass(gate, "neighbour");
    synchronized (RuntimeEnvTest.class) {
      return running--;
    }
  }

  static List<String> settings() {
    return List.of(
        Objects.requireNonNullElse(System.getenv("FLAVOUR"), "none"),
        System.getProperty("flavour", "none"),
        Long.toString(ProcessHandle.current().pid()));
  }

  /** Ends its process, the first time once it has a neighbour there. */
  static int die(ActorRef<Gate> gate) {
    int run = gate.call(Gate::enter, Long.toString(pid())).get(PATIENCE);
    if (run == 1) {
      Gate.awaitCount(gate, 2);
    }
    Runtime.getRuntime().halt(3);
    return run;
  }

  /** Waits for ever where the other runs first, and elsewhere returns. */
  static int besideIt(ActorRef<Gate> gate, int value) {
    Gate.awaitCount(gate, 1);
    if (gate.call(Gate::inside).get(PATIENCE).getFirst().equals(Long.toString(pid()))) {
      Gate.pass(gate, "a neighbour that dies with it");
    }
    return value;
  }

  static final class Home {
    long pid() {
      return ProcessHandle.current().pid();
    }
  }

  @Test
  void anIsolatedTaskHasItsProcessForItself() {
    long shared = Ray.remote(RuntimeEnvTest::pid).on(ray).remote().get(PATIENCE);
    ActorRef<Gate> gate = Gate.of(ray);
    var isolated = Ray.remote(RuntimeEnvTest::neighbours).on(ray).isolated();
    List<ObjectRef<Integer>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(isolated.remote(gate));
    }
    Gate.awaitCount(gate, 2);
    gate.call(Gate::open).get(PATIENCE);
    for (ObjectRef<Integer> each : all) {
      assertThat(each.get(PATIENCE)).isOne();
    }
    assertThat(Ray.remote(RuntimeEnvTest::pid).on(ray).isolated().remote().get(PATIENCE))
        .isNotEqualTo(shared);
  }

  @Test
  void anIsolatedActorHasAProcessThatEndsWithIt() {
    ActorRef<Home> first = Ray.actor(Home::new).on(ray).isolated().remote();
    ActorRef<Home> second = Ray.actor(Home::new).on(ray).isolated().remote();
    long pid = first.call(Home::pid).get(PATIENCE);
    assertThat(second.call(Home::pid).get(PATIENCE)).isNotEqualTo(pid);
    assertThat(Ray.remote(RuntimeEnvTest::pid).on(ray).remote().get(PATIENCE)).isNotEqualTo(pid);

    first.kill();

    await("the end of its process", () -> ProcessHandle.of(pid).isEmpty());
  }

  @Test
  void optionsAndVariablesArriveAndWhatAsksForTheSameSharesAWorker() {
    var plain = Ray.remote(RuntimeEnvTest::settings).on(ray);
    var sweet = plain.env("FLAVOUR", "sweet").jvmOptions("-Dflavour=sour");

    List<String> first = sweet.remote().get(PATIENCE);

    assertThat(first).startsWith("sweet", "sour");
    assertThat(sweet.remote().get(PATIENCE)).isEqualTo(first);
    assertThat(plain.remote().get(PATIENCE))
        .startsWith("none", "none")
        .doesNotContain(first.get(2));
  }

  @Test
  void anOptionThatTheJvmRefusesFailsTheTaskAndSaysWhy() {
    ObjectRef<Long> never =
        Ray.remote(RuntimeEnvTest::pid).on(ray).jvmOptions("-XX:+NoSuchOption").remote();

    assertThatThrownBy(() -> never.get(PATIENCE))
        .isInstanceOf(OutOfResourcesException.class)
        .hasMessageContaining("NoSuchOption");
    assertThat(Ray.remote(RuntimeEnvTest::pid).on(ray).remote().get(PATIENCE)).isPositive();
  }

  @Test
  void idleWorkersEndAndComeBack() {
    long first = Ray.remote(RuntimeEnvTest::pid).on(ray).remote().get(PATIENCE);

    await("the end of the idle worker", () -> ProcessHandle.of(first).isEmpty());

    assertThat(Ray.remote(RuntimeEnvTest::pid).on(ray).remote().get(PATIENCE)).isNotEqualTo(first);
  }

  private static @Nullable ObjectRef<Integer> kept;

  static long keep() {
    kept = Ray.put(7);
    return pid();
  }

  static ObjectRef<Integer> returned() {
    return Ray.put(8);
  }

  @Test
  void aWorkerThatOwnsAnObjectStaysUntilItIsLetGo() {
    long owner = Ray.remote(RuntimeEnvTest::keep).on(ray).env("KEPT", "yes").remote().get(PATIENCE);

    // One that has idled for less time ends: by then this one would have ended, too.
    long younger = Ray.remote(RuntimeEnvTest::pid).on(ray).remote().get(PATIENCE);
    await("the end of a younger idle worker", () -> ProcessHandle.of(younger).isEmpty());
    assertThat(ProcessHandle.of(owner)).isPresent();
  }

  @Test
  void whatAWorkerHasReturnedOutlivesIt() {
    ObjectRef<Integer> result = Ray.remote(RuntimeEnvTest::returned).on(ray).remote();
    long worker = Ray.remote(RuntimeEnvTest::pid).on(ray).remote().get(PATIENCE);

    await("the end of the idle worker", () -> ProcessHandle.of(worker).isEmpty());

    assertThat(result.get(PATIENCE)).isEqualTo(8);
  }

  @Test
  void aTaskThatKillsItsWorkerDoesNotTakeItsNeighboursAlongTwice() {
    // Elsewhere than the tasks, as it has to outlive their worker.
    ActorRef<Gate> gate = Ray.actor(Gate::new).on(ray).isolated().remote();
    List<ObjectRef<Integer>> neighbours = new ArrayList<>();
    ObjectRef<Integer> poison = Ray.remote(RuntimeEnvTest::die).on(ray).retries(2).remote(gate);
    for (int i = 0; i < 8; i++) {
      neighbours.add(Ray.remote(RuntimeEnvTest::besideIt).on(ray).retries(1).remote(gate, i));
    }

    assertThatThrownBy(() -> poison.get(PATIENCE)).isInstanceOf(WorkerDiedException.class);
    Set<Integer> values = new HashSet<>();
    neighbours.forEach(each -> values.add(each.get(PATIENCE)));
    assertThat(values).hasSize(8);
  }
}
