package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import ray.ActorDiedException;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.RayStateException;
import ray.WorkerDiedException;

/** Programs, workers and a node, each in a process of its own; only the node is in this JVM. */
class NodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long STORE_BYTES = 64L << 20;

  private LocalNode node = LocalNode.start(RayOptions.defaults().cpus(2).objectStore(STORE_BYTES));

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void hasNoWorkerYet() throws IOException {
    assertThat(status().workers()).isZero();
  }

  @AfterEach
  void close() {
    node.close();
  }

  private RayInstance connect() {
    return Ray.start(RayOptions.defaults().address(node.address()).quiet());
  }

  private NodeClient.Status status() throws IOException {
    try (NodeClient client = NodeClient.connect(node.address())) {
      return client.status();
    }
  }

  static long pid() {
    return ProcessHandle.current().pid();
  }

  static boolean lives(long pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  @Test
  void tasksRunInAWorkerThatEndsWithItsProgram() {
    long worker;
    try (RayInstance ray = connect()) {
      worker = ray.call(() -> Ray.remote(NodeTest::pid).remote().get(PATIENCE));
      assertThat(worker).isNotEqualTo(pid());
      assertThat(lives(worker)).isTrue();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    await("the worker's end", () -> !lives(worker));
  }

  static String loader() {
    return NodeTest.class.getClassLoader().getName();
  }

  record Pair(List<String> names, int[] numbers) {}

  static Pair swap(Pair pair) {
    return new Pair(
        List.copyOf(pair.names().reversed()), new int[] {pair.numbers()[1], pair.numbers()[0]});
  }

  @Test
  void theProgramsCodeTravelsByItself() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        assertThat(Ray.remote(NodeTest::loader).remote().get(PATIENCE)).isEqualTo("job");
        Pair swapped =
            Ray.remote(NodeTest::swap)
                .remote(new Pair(List.of("a", "b"), new int[] {1, 2}))
                .get(PATIENCE);
        assertThat(swapped.names()).containsExactly("b", "a");
        assertThat(swapped.numbers()).containsExactly(2, 1);
        int[] captured = {40};
        assertThat(Ray.remote((Integer x) -> x + captured[0]).remote(2).get(PATIENCE))
            .isEqualTo(42);
        return true;
      });
    }
  }

  /** Deeply immutable, so that it is written only when the message is. */
  record Wide(String name, List<Long> more) {}

  static Wide wide(int size) {
    return new Wide("w".repeat(size), List.of(1L, 2L));
  }

  @Test
  void aResultOfAClassThatIsFetchedWhileItIsWrittenComes() throws Exception {
    try (RayInstance ray = connect()) {
      assertThat(ray.call(() -> Ray.remote(NodeTest::wide).remote(3).get(PATIENCE)).more())
          .containsExactly(1L, 2L);
    }
  }

  static String contextLoader() {
    return Thread.currentThread().getContextClassLoader().getName();
  }

  static int number(Numbered numbered) {
    return numbered.number();
  }

  record Numbered(int number, List<Numbered> parts) {}

  @Test
  void classesOfTheProgramAreTheSameForAllThatLooksForThem() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        var contextLoader = Ray.remote(NodeTest::contextLoader);
        assertThat(Ray.get(Stream.generate(contextLoader::remote).limit(50).toList()))
            .containsOnly("job");
        // After so many values, serializers are compiled.
        var number = Ray.remote(NodeTest::number);
        for (int i = 0; i < 5_000; i++) {
          Numbered numbered = new Numbered(i, List.of(new Numbered(1, List.of())));
          assertThat(number.remote(numbered).get(PATIENCE)).isEqualTo(i);
        }
        return true;
      });
    }
  }

  /** Ends its process, unless somebody has done so before. */
  static String endsItsProcessOnce(String marker) throws IOException {
    Path file = Path.of(marker);
    if (!Files.exists(file)) {
      Files.createFile(file);
      Runtime.getRuntime().halt(7);
    }
    return "ran again";
  }

  static String endsItsProcess() {
    Runtime.getRuntime().halt(7);
    return "never";
  }

  @Test
  void aTaskWhoseWorkerDiesRunsAgain() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        String marker = folder.resolve("ended").toString();
        assertThat(Ray.remote(NodeTest::endsItsProcessOnce).remote(marker).get(PATIENCE))
            .isEqualTo("ran again");
        ObjectRef<String> lost = Ray.remote(NodeTest::endsItsProcess).retries(0).remote();
        assertThatThrownBy(() -> lost.get(PATIENCE)).isInstanceOf(WorkerDiedException.class);
        assertThat(Ray.remote(NodeTest::pid).remote().get(PATIENCE)).isPositive();
        return true;
      });
    }
  }

  static final class Counter {
    private int count;

    int add(int by) {
      count += by;
      return count;
    }

    void end() {
      Runtime.getRuntime().halt(9);
    }
  }

  @Test
  void anActorWhoseWorkerDiesIsRestartedAsItsPolicySays() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        ActorRef<Counter> restarted = Ray.actor(Counter::new).maxRestarts(1).remote();
        assertThat(restarted.call(Counter::add, 2).get(PATIENCE)).isEqualTo(2);
        ObjectRef<Void> end = restarted.call(Counter::end);
        assertThatThrownBy(() -> end.get(PATIENCE)).isInstanceOf(RuntimeException.class);
        assertThat(restarted.call(Counter::add, 3).get(PATIENCE)).isEqualTo(3);

        ObjectRef<Void> again = restarted.call(Counter::end);
        assertThatThrownBy(() -> again.get(PATIENCE)).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> restarted.call(Counter::add, 1).get(PATIENCE))
            .isInstanceOf(ActorDiedException.class);
        return true;
      });
    }
  }

  static long sum(long[] numbers) {
    long sum = 0;
    for (long each : numbers) {
      sum += each;
    }
    return sum;
  }

  static long[] ones(int count) {
    long[] ones = new long[count];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }

  static int byteAt(MemorySegment segment, long index) {
    return segment.get(ValueLayout.JAVA_BYTE, index);
  }

  @Test
  void largeValuesAreSharedAndGoWithTheirRefs() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        int count = 1 << 20;
        try (ObjectRef<long[]> put = Ray.put(ones(count));
            ObjectRef<long[]> made = Ray.remote(NodeTest::ones).remote(count)) {
          assertThat(Ray.remote(NodeTest::sum).remote(put).get(PATIENCE)).isEqualTo(count);
          assertThat(Ray.remote(NodeTest::sum).remote(made).get(PATIENCE)).isEqualTo(count);
          assertThat(made.get(PATIENCE)).hasSize(count);
          assertThat(status().usedBytes()).isGreaterThanOrEqualTo(2L * Long.BYTES * count);
        }
        awaitEmptyStore();
        return true;
      });
    }
  }

  private void awaitEmptyStore() throws IOException {
    await("an empty store", () -> status().usedBytes() == 0);
  }

  @Test
  void viewsOfAProcessGoWithIt() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        byte[] bytes = new byte[1 << 20];
        bytes[12_345] = 6;
        try (ObjectRef<MemorySegment> view = Ray.put(MemorySegment.ofArray(bytes))) {
          assertThat(Ray.remote(NodeTest::byteAt).remote(view, 12_345L).get(PATIENCE)).isEqualTo(6);
        }
        return true;
      });
    }
    awaitEmptyStore();
  }

  @Test
  void programsShareANodeAndFindEachOthersActors() throws Exception {
    try (RayInstance one = connect();
        RayInstance other = connect()) {
      ActorRef<Counter> kept =
          one.call(() -> {
            ActorRef<Counter> shared = Ray.actor(Counter::new).name("shared").remote();
            shared.call(Counter::add, 4).get(PATIENCE);
            return shared;
          });
      other.call(() -> {
        Optional<ActorRef<Counter>> found = Ray.actor("shared");
        assertThat(found).isPresent();
        assertThat(found.get().call(Counter::add, 1).get(PATIENCE)).isEqualTo(5);
        assertThat(Ray.actor("unknown")).isEmpty();
        return true;
      });
      Reference.reachabilityFence(kept);
      assertThat(status().drivers()).isEqualTo(2);
    }
    await(
        "the programs' end",
        () -> {
          try {
            return status().drivers() == 0 && status().workers() == 0;
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void anAddressWithoutANodeIsOneSentence() {
    assertThatThrownBy(() -> Ray.start(RayOptions.defaults().address("ray://127.0.0.1:1")))
        .isInstanceOf(RayStateException.class)
        .hasMessageContaining("ray start --head");
    assertThatThrownBy(() -> Ray.start(RayOptions.defaults().address("ray://nonsense")))
        .isInstanceOf(RayStateException.class)
        .hasMessageContaining("ray://HOST:PORT");
  }
}
