package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import ray.ActorDiedException;
import ray.ActorRef;
import ray.ObjectRef;
import ray.OutOfStoreMemoryException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.TaskInfo;

/**
 * Programs that use nothing of a node but its port, though they are on its machine: what a program
 * on another one has. Only the node is in this JVM; its workers are processes of their own.
 */
class GuestDriverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long STORE_BYTES = 64L << 20;

  /** Not made with the class, which workers load, too. */
  private static LocalNode node;

  @BeforeAll
  static void start() throws IOException {
    node = LocalNode.start(RayOptions.defaults().cpus(2).objectStore(STORE_BYTES));
    assertThat(status().workers()).isZero();
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static String address() {
    return node.address().replace("ray://", "ray+tcp://");
  }

  private static RayInstance connect() {
    return Ray.start(RayOptions.defaults().address(address()).quiet());
  }

  private static NodeClient.Status status() throws IOException {
    try (NodeClient client = NodeClient.connect(address())) {
      return client.status();
    }
  }

  private static void awaitEmptyStore() throws IOException {
    await("the store is empty", () -> status().usedBytes() == 0);
  }

  static int square(int x) {
    return x * x;
  }

  static long pid() {
    return ProcessHandle.current().pid();
  }

  record Wide(String name, List<Integer> numbers) {}

  static Wide widen(Wide wide) {
    return new Wide(wide.name() + "!", List.copyOf(wide.numbers().reversed()));
  }

  static final class Counter {
    private int count;

    int add(int by) {
      return count += by;
    }
  }

  @Test
  void tasksActorsLambdasAndRefsAreAsAnywhere() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        assertThat(Ray.remote(GuestDriverTest::pid).remote().get(PATIENCE)).isNotEqualTo(pid());
        var square = Ray.remote(GuestDriverTest::square);
        ObjectRef<Integer> nine = square.remote(3);
        assertThat(square.remote(nine).get(PATIENCE)).isEqualTo(81);
        List<ObjectRef<Integer>> many = IntStream.range(0, 2_000).mapToObj(square::remote).toList();
        assertThat(Ray.get(many)).hasSize(2_000).endsWith(1_999 * 1_999);
        int[] captured = {40};
        assertThat(Ray.remote((Integer x) -> x + captured[0]).remote(2).get(PATIENCE))
            .isEqualTo(42);
        assertThat(
                Ray.remote(GuestDriverTest::widen)
                    .remote(new Wide("wide", List.of(1, 2, 3)))
                    .get(PATIENCE))
            .isEqualTo(new Wide("wide!", List.of(3, 2, 1)));
        ActorRef<Counter> counter = Ray.actor(Counter::new).remote();
        for (int i = 0; i < 100; i++) {
          counter.call(Counter::add, 1);
        }
        assertThat(counter.call(Counter::add, nine).get(PATIENCE)).isEqualTo(109);
        return true;
      });
    }
  }

  /** Who says with whom it is connected, and does not end by itself. */
  static final class Worker {
    long pid() {
      return GuestDriverTest.pid();
    }

    /** How many connections of this process go over TCP. */
    int connections() throws IOException {
      Set<String> inodes = new HashSet<>();
      try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
        for (Path each : open.toList()) {
          if (Files.isSymbolicLink(each)) {
            inodes.add(Files.readSymbolicLink(each).toString().replaceAll("\\D", ""));
          }
        }
      }
      int count = 0;
      for (String table : List.of("tcp", "tcp6")) {
        for (String line : Files.readAllLines(Path.of("/proc/self/net", table))) {
          String[] fields = line.strip().split(" +");
          boolean established = fields[3].equals("01");
          count += established && inodes.contains(fields[9]) ? 1 : 0;
        }
      }
      return count;
    }

    int never() throws InterruptedException {
      return slow(1);
    }
  }

  @Test
  void callsGoPastTheNodeBothWaysAndTheWorkersDeathIsSeen() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        ActorRef<Worker> worker = Ray.actor(Worker::new).remote();
        await(
            "connections of the worker's own",
            () -> worker.call(Worker::connections).get(PATIENCE) == 2);
        long pid = worker.call(Worker::pid).get(PATIENCE);
        ObjectRef<Integer> never = worker.call(Worker::never);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        assertThatThrownBy(() -> never.get(PATIENCE)).isInstanceOf(ActorDiedException.class);
        assertThat(Ray.remote(GuestDriverTest::square).remote(6).get(PATIENCE)).isEqualTo(36);
        return true;
      });
    }
  }

  static ObjectRef<Integer> another(int x) {
    return Ray.remote(GuestDriverTest::square).remote(x);
  }

  @Test
  void aRefThatATaskReturnsIsAnAlias() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        ObjectRef<Integer> alias = Ray.remote(GuestDriverTest::another).remote(5);
        assertThat(alias.get(PATIENCE)).isEqualTo(25);
        return true;
      });
    }
  }

  static long sum(long[] numbers) {
    return java.util.Arrays.stream(numbers).sum();
  }

  static long[] count(int length) {
    return java.util.stream.LongStream.range(0, length).toArray();
  }

  @Test
  void largeValuesGoToTheStoreAndComeFromIt() throws Exception {
    int length = 1_000_000;
    long expected = (long) length * (length - 1) / 2;
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        ObjectRef<long[]> put = Ray.put(count(length));
        assertThat(status().usedBytes()).isGreaterThanOrEqualTo(8L * length);
        assertThat(Ray.remote(GuestDriverTest::sum).remote(put).get(PATIENCE)).isEqualTo(expected);
        assertThat(put.get(PATIENCE)).isEqualTo(count(length));
        ObjectRef<long[]> made = Ray.remote(GuestDriverTest::count).remote(length);
        assertThat(sum(made.get(PATIENCE))).isEqualTo(expected);
        MemorySegment memory = Arena.ofAuto().allocate(8L * length);
        memory.setAtIndex(ValueLayout.JAVA_LONG, length - 1, 77);
        ObjectRef<MemorySegment> view = Ray.put(memory);
        assertThat(view.get(PATIENCE).getAtIndex(ValueLayout.JAVA_LONG, length - 1)).isEqualTo(77);
        put.close();
        made.close();
        view.close();
        awaitEmptyStore();
        return true;
      });
    }
    awaitEmptyStore();
  }

  @Test
  void aValueThatDoesNotFitIsRefused() throws Exception {
    try (RayInstance ray = connect()) {
      ray.call(() -> {
        assertThatThrownBy(() -> Ray.put(new byte[(int) STORE_BYTES + 1]))
            .isInstanceOf(OutOfStoreMemoryException.class);
        return true;
      });
    }
    awaitEmptyStore();
  }

  static String hello(String name) {
    System.out.println("hello from " + name);
    return name;
  }

  @Test
  void whatTasksPrintComesBack() throws Exception {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (RayInstance ray = connect()) {
      ray.call(() -> Ray.remote(GuestDriverTest::hello).remote("afar").get(PATIENCE));
      await("the line", () -> printed.toString(StandardCharsets.UTF_8).contains("hello from afar"));
    } finally {
      System.setOut(before);
    }
  }

  static int slow(int x) throws InterruptedException {
    new java.util.concurrent.CountDownLatch(1).await();
    return x;
  }

  @Test
  void aGuestIsLookedIntoAsAnyProgram() throws Exception {
    try (RayInstance ray = connect();
        NodeClient client = NodeClient.connect(address())) {
      ray.call(() -> {
        ObjectRef<Integer> slow = Ray.remote(GuestDriverTest::slow).remote(1);
        await(
            "it runs",
            () -> {
              try {
                return client.tasks(10).entries().stream()
                    .anyMatch(task ->
                        task.info().state() == TaskInfo.State.RUNNING
                            && task.info().name().contains("slow")
                            && task.owner().pid() == pid());
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
        Ray.cancel(slow);
        return true;
      });
    }
  }
}
