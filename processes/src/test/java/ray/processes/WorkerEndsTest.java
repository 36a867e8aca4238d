package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ray.ActorRef;
import ray.ObjectRef;
import ray.OwnerDiedException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.WorkerDiedException;

/** What becomes of tasks, actors and objects when their worker ends, by whatever it ends of. */
@Timeout(240)
class WorkerEndsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int MEBIBYTE = 1 << 20;
  private static final int KEPT_BYTES = 4 * MEBIBYTE;

  /** Memory runs out soon, and in the middle of things: not for one array that is too large. */
  private static final String SMALL_HEAP = "-Xmx64m";

  /** The ways to end. */
  enum End {
    KILL,
    CRASH,
    EXIT,
    OUT_OF_MEMORY;

    /** Ends this process. */
    void now() throws IOException {
      switch (this) {
        case KILL -> signal("-9");
        case CRASH -> signal("-SEGV");
        case EXIT -> System.exit(4);
        case OUT_OF_MEMORY -> fillHeap();
      }
      while (true) {
        LockSupport.park();
      }
    }

    private static void signal(String signal) throws IOException {
      String pid = Long.toString(ProcessHandle.current().pid());
      new ProcessBuilder("kill", signal, pid).start();
    }

    @SuppressWarnings("ModifiedButNotUsed")
    private static void fillHeap() {
      List<byte[]> all = new ArrayList<>();
      while (true) {
        all.add(new byte[MEBIBYTE]);
      }
    }
  }

  private static LocalNode node;
  private static RayInstance ray;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void start() {
    node = LocalNode.start(RayOptions.defaults().cpus(2).objectStore(64L << 20));
    ray = Ray.start(RayOptions.defaults().address(node.address()).quiet());
  }

  @AfterAll
  static void close() {
    ray.close();
    node.close();
  }

  /** Notes that it runs, and returns how often it has, this time included. */
  private static int noteRun(String folder) throws IOException {
    Files.createTempFile(Path.of(folder), "run", "");
    try (Stream<Path> runs = Files.list(Path.of(folder))) {
      return (int) runs.count();
    }
  }

  static int endsTheFirstTime(String folder, End end) throws IOException {
    int run = noteRun(folder);
    if (run == 1) {
      end.now();
    }
    return run;
  }

  static int endsAlways(String folder, End end) throws IOException {
    noteRun(folder);
    end.now();
    return 0;
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void aTaskRunsAgain(End end) {
    var task = Ray.remote(WorkerEndsTest::endsTheFirstTime).on(ray);
    if (end == End.OUT_OF_MEMORY) {
      task = task.jvmOptions(SMALL_HEAP);
    }

    assertThat(task.remote(folder.toString(), end).get(PATIENCE)).isEqualTo(2);
  }

  @Test
  void aTaskWithoutRetriesFails() {
    ObjectRef<Integer> lost =
        Ray.remote(WorkerEndsTest::endsAlways)
            .on(ray)
            .jvmOptions(SMALL_HEAP)
            .retries(0)
            .remote(folder.toString(), End.OUT_OF_MEMORY);

    assertThatThrownBy(() -> lost.get(PATIENCE))
        .isInstanceOf(WorkerDiedException.class)
        .hasMessageContaining("endsAlways")
        .hasMessageContaining("0 retries are used up");
  }

  @Test
  void aTaskRunsThreeTimesMoreUnlessToldOtherwise() throws Exception {
    ObjectRef<Integer> lost =
        Ray.remote(WorkerEndsTest::endsAlways).on(ray).remote(folder.toString(), End.EXIT);

    assertThatThrownBy(() -> lost.get(PATIENCE)).isInstanceOf(WorkerDiedException.class);
    try (Stream<Path> runs = Files.list(folder)) {
      assertThat(runs).hasSize(4);
    }
  }

  /** An actor that others depend on. */
  static final class Owner {
    private int calls;

    /** In the store as long as this process lives. */
    @SuppressWarnings("UnusedVariable")
    private @Nullable ObjectRef<byte[]> kept;

    int call() {
      return ++calls;
    }

    void end(End end) throws IOException {
      end.now();
    }

    /** A ref to what it keeps, which is its caller's from then on. */
    List<ObjectRef<byte[]>> handOver() {
      kept = Ray.put(new byte[KEPT_BYTES]);
      return List.of(kept);
    }

    /** A ref to what a task of its own is to make; what it puts it keeps. */
    List<ObjectRef<byte[]>> promise() {
      kept = Ray.put(new byte[KEPT_BYTES]);
      return List.of(Ray.remote(WorkerEndsTest::never).cpus(0).remote());
    }
  }

  static byte[] never() {
    while (!Thread.currentThread().isInterrupted()) {
      LockSupport.park();
    }
    return new byte[0];
  }

  private static ActorRef<Owner> owner(End end, int maxRestarts) {
    var actor = Ray.actor(Owner::new).on(ray).maxRestarts(maxRestarts);
    return (end == End.OUT_OF_MEMORY ? actor.jvmOptions(SMALL_HEAP) : actor).remote();
  }

  @ParameterizedTest
  @EnumSource(End.class)
  void anActorStartsAgain(End end) {
    ActorRef<Owner> actor = owner(end, 1);
    assertThat(actor.call(Owner::call).get(PATIENCE)).isEqualTo(1);
    assertThat(actor.call(Owner::call).get(PATIENCE)).isEqualTo(2);

    ObjectRef<Void> lost = actor.call(Owner::end, end);

    assertThatThrownBy(() -> lost.get(PATIENCE)).isInstanceOf(RuntimeException.class);
    assertThat(actor.call(Owner::call).get(PATIENCE)).isEqualTo(1);
    actor.kill();
  }

  @Test
  void whoWaitsForWhatAnEndedWorkerOwnedIsToldAndItsMemoryComesBack() throws Exception {
    ActorRef<Owner> actor = owner(End.KILL, 0);
    ObjectRef<byte[]> promised = actor.call(Owner::promise).get(PATIENCE).getFirst();
    assertThat(usedBytes()).isGreaterThanOrEqualTo(KEPT_BYTES);
    var waiting = new CountDownLatch(1);
    var waiter =
        new FutureTask<>(() -> {
          waiting.countDown();
          return promised.get(PATIENCE);
        });
    Thread.ofVirtual().start(waiter);
    waiting.await();

    ObjectRef<Void> lost = actor.call(Owner::end, End.KILL);

    assertThatThrownBy(() -> lost.get(PATIENCE)).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(waiter::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(OwnerDiedException.class);
    promised.close();
    awaitEmptyStore();
  }

  @Test
  void whatAnEndedWorkerHasHandedOverStaysUntilItsNewOwnerLetsGo() throws Exception {
    ActorRef<Owner> actor = owner(End.KILL, 0);
    ObjectRef<List<ObjectRef<byte[]>>> returned = actor.call(Owner::handOver);
    ObjectRef<byte[]> kept = returned.get(PATIENCE).getFirst();

    ObjectRef<Void> ended = actor.call(Owner::end, End.KILL);

    assertThatThrownBy(() -> ended.get(PATIENCE)).isInstanceOf(RuntimeException.class);
    assertThat(kept.get(PATIENCE)).hasSize(KEPT_BYTES);
    assertThat(Ray.remote(WorkerEndsTest::length).on(ray).remote(kept).get(PATIENCE))
        .isEqualTo(KEPT_BYTES);
    kept.close();
    returned.close();
    awaitEmptyStore();
  }

  /** Ends the process that serializes it. */
  static final class Deadly implements Serializable {
    private static final long serialVersionUID = 1;

    private Object writeReplace() {
      Runtime.getRuntime().halt(9);
      return this;
    }
  }

  static List<Object> storesAndEnds() {
    return List.of(new byte[KEPT_BYTES], new Deadly());
  }

  @Test
  void whatAWorkerStoredBeforeItEndedAndNeverToldOfIsFreed() throws Exception {
    List<ObjectRef<Object>> lost =
        Ray.remoteMany(2, WorkerEndsTest::storesAndEnds).on(ray).retries(0).remote();

    for (ObjectRef<Object> each : lost) {
      assertThatThrownBy(() -> each.get(PATIENCE)).isInstanceOf(WorkerDiedException.class);
    }

    awaitEmptyStore();
  }

  static int length(byte[] bytes) {
    return bytes.length;
  }

  private static void awaitEmptyStore() throws IOException {
    await("an empty store", () -> usedBytes() == 0);
  }

  private static long usedBytes() throws IOException {
    try (NodeClient client = NodeClient.connect(node.address())) {
      return client.status().usedBytes();
    }
  }

  static long endless(long depth) {
    return depth < 0 ? 0 : 1 + endless(depth + 1);
  }

  static long pid() {
    return ProcessHandle.current().pid();
  }

  @Test
  void aStackOverflowIsAFailureOfItsTaskAlone() {
    long before = Ray.remote(WorkerEndsTest::pid).on(ray).remote().get(PATIENCE);
    ObjectRef<Long> failed = Ray.remote(WorkerEndsTest::endless).on(ray).remote(0L);

    assertThatThrownBy(() -> failed.get(PATIENCE)).isInstanceOf(StackOverflowError.class);
    assertThat(ProcessHandle.of(before))
        .hasValueSatisfying(worker -> assertThat(worker.isAlive()).isTrue());
  }
}
