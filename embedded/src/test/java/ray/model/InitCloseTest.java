package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.RayStateException;
import ray.TaskCancelledException;
import ray.processes.LocalNode;

/**
 * Starting and ending: {@code Ray.init}, what it refuses, and that {@code close} ends all and
 * leaves nothing. Alone in its JVM while it runs, because there is one default instance and one
 * console.
 */
@Isolated
@Timeout(120)
class InitCloseTest {
  /** What programs connect to, if they run in processes. */
  private static @Nullable LocalNode node;

  @BeforeAll
  static void startNode() {
    if (TestRay.inProcesses()) {
      node = LocalNode.start(TestRay.options());
    }
  }

  @AfterAll
  static void closeNode() {
    if (node != null) {
      node.close();
    }
  }

  private static RayOptions options() {
    return joined(TestRay.options());
  }

  private static RayOptions joined(RayOptions options) {
    return node == null ? options : options.address(node.address());
  }

  static int square(int x) {
    return x * x;
  }

  static class Counter {
    int n;

    int add(int by) {
      return n += by;
    }
  }

  @Test
  void theProgramOfTheReadme() {
    try (RayInstance ray = Ray.init(joined(RayOptions.defaults()))) {
      var square = Ray.remote(InitCloseTest::square);
      ObjectRef<Integer> nine = square.remote(3);
      ObjectRef<Integer> eightyOne = square.remote(nine);
      assertThat(eightyOne.get()).isEqualTo(81);
      List<ObjectRef<Integer>> refs = IntStream.range(0, 100).mapToObj(square::remote).toList();
      assertThat(Ray.get(refs)).isEqualTo(IntStream.range(0, 100).map(i -> i * i).boxed().toList());
      var counter = Ray.actor(Counter::new).remote();
      counter.call(Counter::add, 5);
      assertThat(counter.call(Counter::add, nine).get()).isEqualTo(14);
    }
  }

  @Test
  void initSetsTheDefaultInstanceUntilItIsClosed() {
    assertThat(Ray.isInitialized()).isFalse();
    assertThatThrownBy(() -> Ray.put(1))
        .isInstanceOf(RayStateException.class)
        .hasMessageContaining("Ray.init()");
    try (RayInstance ray = Ray.init(options())) {
      assertThat(Ray.isInitialized()).isTrue();
      assertThat(Ray.put(1).get()).isEqualTo(1);
    }
    assertThat(Ray.isInitialized()).isFalse();
    assertThatThrownBy(() -> Ray.remote(InitCloseTest::square).remote(1))
        .isInstanceOf(RayStateException.class);
  }

  @Test
  void initTwiceIsAnErrorThatSaysSo() {
    try (RayInstance ray = Ray.init(options())) {
      assertThatThrownBy(() -> Ray.init(options()))
          .isInstanceOf(RayStateException.class)
          .hasMessageContaining("called before")
          .hasMessageContaining("Ray.start(");
      assertThat(Ray.put("still here").get()).isEqualTo("still here");
    }
    try (RayInstance again = Ray.init(options())) {
      assertThat(Ray.put(2).get()).isEqualTo(2);
    }
  }

  @Test
  void independentInstancesDoNotTouchTheDefaultOne() throws Exception {
    try (RayInstance standard = Ray.init(options().namespace("standard"));
        RayInstance beside = Ray.start(options().namespace("beside"))) {
      assertThat(Ray.context().namespace()).isEqualTo("standard");
      assertThat(beside.context().namespace()).isEqualTo("beside");
      assertThat(beside.call(() -> Ray.context().namespace())).isEqualTo("beside");
      var where = Ray.remote(() -> Ray.context().namespace());
      assertThat(where.remote().get()).isEqualTo("standard");
      assertThat(where.on(beside).remote().get()).isEqualTo("beside");
      beside.close();
      assertThat(Ray.isInitialized()).isTrue();
      assertThat(where.remote().get()).isEqualTo("standard");
    }
  }

  @Test
  void optionsAreWhatThereIs() {
    RayOptions options =
        TestRay.options()
            .cpus(3)
            .memory(1 << 20)
            .resource("ticket", 1.5)
            .label("zone", "a")
            .objectStore(8 << 20);
    try (TestRay.Started started = TestRay.start(options)) {
      RayInstance ray = started.ray();
      assertThat(ray.clusterResources().amounts())
          .containsOnly(
              java.util.Map.entry("CPU", 3.0),
              java.util.Map.entry("memory", (double) (1 << 20)),
              java.util.Map.entry("ticket", 1.5));
      assertThat(ray.nodes()).hasSize(1);
      assertThat(ray.nodes().getFirst().alive()).isTrue();
      assertThat(ray.nodes().getFirst().labels()).containsEntry("zone", "a");
      assertThat(ray.nodes().getFirst().objectStoreBytes()).isEqualTo(8 << 20);
    }
  }

  @Test
  void badOptionsAreRefusedByName() {
    assertThatThrownBy(() -> RayOptions.defaults().cpus(-1)).hasMessageContaining("cpus");
    assertThatThrownBy(() -> RayOptions.defaults().memory(-1)).hasMessageContaining("memory");
    assertThatThrownBy(() -> RayOptions.defaults().objectStore(0)).hasMessageContaining("store");
    assertThatThrownBy(() -> RayOptions.defaults().resource("x", -1).cpus(1).resource(" ", 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Ray.start(RayOptions.defaults().address("ray://nowhere:1")))
        .hasMessageContaining("ray://nowhere:1");
  }

  @Test
  @OneJvm("a node ends the workers of a program that closes, and all that runs in them")
  void closeInterruptsWhatRunsAndEndsIt() throws Exception {
    Gate gate = Gate.closed();
    RayInstance ray = Ray.start(options().cpus(1));
    ObjectRef<Void> running = Ray.remote((Gate g) -> g.pass()).on(ray).remote(gate);
    ObjectRef<Void> queued = Ray.remote((Gate g) -> g.pass()).on(ray).remote(gate);
    ActorRef<ActorsTest.Doorkeeper> actor =
        Ray.actor(ActorsTest.Doorkeeper::new).on(ray).remote(Notes.empty());
    ray.call(() -> actor.call(ActorsTest.Doorkeeper::pass, gate));
    gate.awaitArrivals(2);

    long beganNs = System.nanoTime();
    ray.close();

    assertThat(System.nanoTime() - beganNs).isLessThan(4_000_000_000L);
    assertThat(gate.interrupted()).isEqualTo(2);
    assertThat(gate.arrived()).isEqualTo(2);
    for (ObjectRef<?> ref : List.of(running, queued)) {
      assertThatThrownBy(ref::get)
          .isInstanceOf(RayStateException.class)
          .hasMessageContaining("closed");
    }
    assertThatThrownBy(() -> ray.put(1)).isInstanceOf(RayStateException.class);
    ray.close();
  }

  @Test
  void closeWakesThreadsThatWait() throws Exception {
    Gate gate = Gate.closed();
    RayInstance ray = Ray.start(options().cpus(1));
    ObjectRef<Void> running = Ray.remote((Gate g) -> g.pass()).on(ray).remote(gate);
    gate.awaitArrivals(1);
    var thrown = new java.util.concurrent.CompletableFuture<Throwable>();
    Thread waiting =
        Thread.ofPlatform()
            .start(() -> {
              try {
                running.get();
                thrown.complete(new AssertionError("there is no value"));
              } catch (Throwable e) {
                thrown.complete(e);
              }
            });
    TestRay.await("it waits", () -> waiting.getState() != Thread.State.RUNNABLE);

    ray.close();

    assertThat(thrown.get(30, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOfAny(TaskCancelledException.class, RayStateException.class)
        .hasMessageContaining("closed");
    waiting.join();
  }

  @Test
  @OneJvm("a node ends the workers of a program that closes, and all that runs in them")
  void closeNamesTasksThatIgnoreTheInterruptAndGoesOn() {
    Gate gate = Gate.closed();
    RayInstance ray = Ray.start(options());
    Ray.remote((Gate g) -> g.passStubbornly()).name("mule").on(ray).remote(gate);
    gate.awaitArrivals(1);
    long beganNs = System.nanoTime();

    String console = consoleDuring(ray::close);

    long tookNs = System.nanoTime() - beganNs;
    assertThat(console).contains("mule").contains("ignore the interrupt");
    assertThat(tookNs).isBetween(4_500_000_000L, 20_000_000_000L);
    assertThat(gate.interrupted()).isPositive();
    gate.open();
    TestRay.await("the task's own end", () -> gate.passed() == 1);
  }

  @Test
  void failureNobodyAskedForIsReportedOnce() {
    String console =
        consoleDuring(() -> {
          try (RayInstance ray = Ray.start(joined(RayOptions.defaults().cpus(1)))) {
            ObjectRef<Integer> failed =
                Ray.remote((Integer x) -> Math.divideExact(x, 0)).name("divide").on(ray).remote(1);
            ObjectRef<Integer> asked =
                Ray.remote((Integer x) -> Math.divideExact(x, 0))
                    .name("observed")
                    .on(ray)
                    .remote(1);
            assertThatThrownBy(asked::get).isInstanceOf(ArithmeticException.class);
            TestRay.await("the failure", failed::isReady);
          }
        });
    assertThat(console)
        .containsOnlyOnce("divide failed")
        .contains("ArithmeticException: / by zero")
        .contains("InitCloseTest")
        .doesNotContain("observed");
  }

  @Test
  void failureWhoseRefIsDroppedIsReportedWhileTheProgramRuns() {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(console, true, StandardCharsets.UTF_8));
    try (RayInstance ray = Ray.start(joined(RayOptions.defaults().cpus(1)))) {
      Ray.remote((Integer x) -> Math.divideExact(x, 0)).name("dropped").on(ray).remote(1);
      TestRay.awaitCollected(
          "the report", () -> console.toString(StandardCharsets.UTF_8).contains("/ by zero"));
      Ray.remote((Integer x) -> Math.divideExact(x, 0)).name("closed").on(ray).remote(1).close();
      TestRay.await(
          "the report of the closed one",
          () -> console.toString(StandardCharsets.UTF_8).contains("task closed failed"));
    } finally {
      System.setErr(before);
    }
    assertThat(console.toString(StandardCharsets.UTF_8)).containsOnlyOnce("dropped failed");
  }

  @Test
  void quietReportsNothing() {
    String console =
        consoleDuring(() -> {
          try (RayInstance ray = Ray.start(joined(RayOptions.defaults().cpus(1).quiet()))) {
            ObjectRef<Integer> failed =
                Ray.remote((Integer x) -> Math.divideExact(x, 0)).name("divide").on(ray).remote(1);
            TestRay.await("the failure", failed::isReady);
          }
        });
    assertThat(console).doesNotContain("divide");
  }

  @Test
  void closeLeavesNoThreadNoFileAndNoMemory() throws Exception {
    Set<Path> filesBefore = storeFiles();
    List<WeakReference<RayInstance>> instances =
        IntStream.range(0, 5).mapToObj(i -> useAndClose()).toList();

    assertThat(storeFiles()).isEqualTo(filesBefore);
    TestRay.await(
        "threads of Ray end",
        () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> isRays(t.getName())));
    TestRay.awaitCollected(
        "instances are collected", () -> instances.stream().allMatch(each -> each.get() == null));
    assertThat(mappedStores()).isZero();
    TestRay.await(
        "workers end", () -> ProcessHandle.current().children().noneMatch(InitCloseTest::isWorker));
  }

  private static boolean isRays(String thread) {
    return thread.startsWith("ray-refs-")
        || thread.startsWith("ray-watch-")
        || thread.startsWith("ray-task");
  }

  private static boolean isWorker(ProcessHandle child) {
    return child.isAlive()
        && child.info().commandLine().map(line -> line.contains("WorkerProcess")).orElse(false);
  }

  private static WeakReference<RayInstance> useAndClose() {
    TestRay.Started started = TestRay.start(TestRay.options());
    RayInstance ray = started.ray();
    ObjectRef<byte[]> large = ray.put(new byte[1 << 20]);
    assertThat(Ray.remote((byte[] bytes) -> bytes.length).on(ray).remote(large).get())
        .isEqualTo(1 << 20);
    ActorRef<Counter> counter = Ray.actor(Counter::new).on(ray).remote();
    assertThat(counter.call(Counter::add, 1).get()).isEqualTo(1);
    started.close();
    return new WeakReference<>(ray);
  }

  private static Set<Path> storeFiles() throws IOException {
    try (Stream<Path> shared = list(Path.of("/dev/shm"));
        Stream<Path> temporary = list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return Stream.concat(shared, temporary)
          .filter(file -> file.getFileName().toString().startsWith("ray-store-"))
          .collect(Collectors.toSet());
    }
  }

  private static Stream<Path> list(Path folder) throws IOException {
    return Files.isDirectory(folder) ? Files.list(folder) : Stream.empty();
  }

  /**
   * Mappings of stores in this process whose memory is not given back; 0 where the system does not
   * tell.
   */
  private static long mappedStores() throws IOException {
    Path maps = Path.of("/proc/self/smaps");
    if (!Files.exists(maps)) {
      return 0;
    }
    long residentKib = 0;
    boolean ours = false;
    for (String line : Files.readAllLines(maps, StandardCharsets.ISO_8859_1)) {
      if (line.matches("^[0-9a-f]+-[0-9a-f]+ .*")) {
        ours = line.contains("ray-store-");
      } else if (ours && line.startsWith("Rss:")) {
        residentKib += Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    return residentKib;
  }

  private static String consoleDuring(Runnable action) {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(console, true, StandardCharsets.UTF_8));
    try {
      action.run();
    } finally {
      System.setErr(before);
    }
    return console.toString(StandardCharsets.UTF_8);
  }
}
