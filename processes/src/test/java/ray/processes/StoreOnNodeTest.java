package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import ray.ActorRef;
import ray.ObjectRef;
import ray.OutOfStoreMemoryException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.processes.StoreProgram.Keeper;
import ray.processes.StoreProgram.Reading;

/** The object store of a node, as several processes use it. */
@EnabledOnOs(OS.LINUX)
class StoreOnNodeTest {
  private static final Duration PATIENCE = StoreProgram.PATIENCE;
  private static final long GIBIBYTE = 1L << 30;
  private static final long STORE_BYTES = GIBIBYTE + (96L << 20);

  /** What stands for nothing next to a large value. */
  private static final long LITTLE_BYTES = 1L << 20;

  private static final long MAX_GROWTH_BYTES = 10L << 20;

  private static LocalNode node;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void start() {
    node = LocalNode.start(RayOptions.defaults().cpus(2).objectStore(STORE_BYTES));
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static RayOptions options() {
    return RayOptions.defaults().address(node.address()).quiet();
  }

  private static StoreContent content() throws IOException {
    try (NodeClient client = NodeClient.connect(node.address())) {
      return client.store(10);
    }
  }

  // ---- reading in place

  @Test
  void otherProcessesReadAGibibyteInPlace() throws Exception {
    long[] marks = {0, 4096L * 1000, GIBIBYTE - 4096};
    try (RayInstance ray = Ray.start(options());
        Arena arena = Arena.ofShared()) {
      MemorySegment source = gibibyte(arena, marks);
      ray.call(() -> {
        var read = Ray.remote(StoreProgram::readThrough);
        read.remote(MemorySegment.ofArray(new byte[1 << 20])).get(PATIENCE);
        try (ObjectRef<MemorySegment> ref = Ray.put(source)) {
          Reading reading = read.remote(ref).get(PATIENCE);
          assertThat(reading.sum()).isEqualTo(1 + 2 + 3);
          assertThat(reading.grownBytes()).as("in a worker").isLessThan(MAX_GROWTH_BYTES);

          ActorRef<Keeper> keeper = Ray.actor(Keeper::new).name("keeper").remote(List.of(ref));
          keeper.ready().get(PATIENCE);
          Process program = start("read", node.address());
          try (BufferedReader out = out(program)) {
            String[] words = String.valueOf(out.readLine()).split(" ");
            assertThat(words).hasSize(3);
            assertThat(Long.parseLong(words[0])).isEqualTo(GIBIBYTE);
            assertThat(Long.parseLong(words[1])).isEqualTo(1 + 2 + 3);
            assertThat(Long.parseLong(words[2]))
                .as("in another program")
                .isLessThan(MAX_GROWTH_BYTES);
          } finally {
            program.destroyForcibly().waitFor();
          }
        }
        return true;
      });
    }
    awaitEmptyStore();
  }

  /** As large as that, and zero but for numbers at these places; takes no memory of its own. */
  private MemorySegment gibibyte(Arena arena, long[] marks) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("gibibyte").toFile(), "rw")) {
      file.setLength(GIBIBYTE);
      for (int i = 0; i < marks.length; i++) {
        file.seek(marks[i]);
        file.write(i + 1);
      }
      return file.getChannel().map(MapMode.READ_ONLY, 0, GIBIBYTE, arena);
    }
  }

  private static Process start(String what, String address) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-Duser.home=" + System.getProperty("user.home"),
            "-cp",
            System.getProperty("java.class.path"),
            StoreProgram.class.getName(),
            address,
            what)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static BufferedReader out(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void awaitEmptyStore() throws IOException {
    await("an empty store", () -> content().usedBytes() == 0);
  }

  // ---- one copy

  record Holding(String name, double[] numbers, List<float[]> more) {}

  @Test
  void recordsAndCollectionsWithLargeArraysAreCopiedOnceEachWay() throws Exception {
    int count = 1 << 20;
    long bytes = 8L * count + 4L * count;
    try (RayInstance ray = Ray.start(options())) {
      // The serializer allocates megabytes when it is loaded.
      var small = new Holding("first", new double[9_000], List.of(new float[9_000]));
      ray.put(small).get(PATIENCE);
      double[] numbers = new double[count];
      numbers[count - 1] = 5;

      Holding got = copiedOnce(ray, new Holding("real", numbers, List.of(new float[count])), bytes);

      assertThat(got.numbers()).isEqualTo(numbers);
      assertThat(got.more().getFirst()).hasSize(count);
      assertThat(got.name()).isEqualTo("real");
    }
    awaitEmptyStore();
  }

  private static <T> T copiedOnce(RayInstance ray, T value, long bytes) throws IOException {
    long allocated = allocated();
    try (ObjectRef<T> ref = ray.put(value)) {
      assertThat(allocated() - allocated).as("to put").isLessThan(LITTLE_BYTES);
      await("the value in the store", () -> usedBytes() >= bytes);
      assertThat(usedBytes()).isLessThan(bytes + LITTLE_BYTES);
      allocated = allocated();
      T got = ref.get(PATIENCE);
      assertThat(allocated() - allocated).as("to get").isBetween(bytes, bytes + LITTLE_BYTES);
      return got;
    }
  }

  @Test
  void buffersAndSegmentsAreReadInPlace() throws Exception {
    byte[] bytes = new byte[4 << 20];
    Arrays.fill(bytes, (byte) 3);
    try (RayInstance ray = Ray.start(options());
        ObjectRef<ByteBuffer> buffer = ray.put(ByteBuffer.wrap(bytes));
        ObjectRef<MemorySegment> segment = ray.put(MemorySegment.ofArray(bytes));
        ObjectRef<Map<String, MemorySegment>> inMap =
            ray.put(Map.of("a", MemorySegment.ofArray(bytes)))) {
      buffer.get(PATIENCE);
      inMap.get(PATIENCE);
      long allocated = allocated();
      ByteBuffer gotBuffer = buffer.get(PATIENCE);
      MemorySegment gotSegment = segment.get(PATIENCE);
      MemorySegment gotOfMap = Objects.requireNonNull(inMap.get(PATIENCE).get("a"));

      assertThat(allocated() - allocated).isLessThan(LITTLE_BYTES);
      assertThat(gotBuffer.get(bytes.length - 1)).isEqualTo((byte) 3);
      assertThat(gotSegment.mismatch(MemorySegment.ofArray(bytes))).isEqualTo(-1);
      assertThat(gotOfMap.mismatch(gotSegment)).isEqualTo(-1);
    }
  }

  // ---- again and again

  @Test
  void whoPutsOneLargeValueAfterAnotherGetsTheSameMemory() throws Exception {
    // More than anybody is given ahead.
    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) (STORE_BYTES / 16)]);
    int rounds = 10;
    try (RayInstance ray = Ray.start(options())) {
      long first = addressOfPut(ray, bytes);
      int same = 0;
      for (int i = 0; i < rounds; i++) {
        System.gc(); // finds the view
        awaitEmptyStore();
        ray.put(bytes).close();
        same += addressOfPut(ray, bytes) == first ? 1 : 0;
      }
      // A node that is kept from running may hear of it too late once.
      assertThat(same).isGreaterThanOrEqualTo(rounds - 2);
    }
  }

  /** Where a value lies that is put, and given up. */
  private static long addressOfPut(RayInstance ray, MemorySegment bytes) {
    try (ObjectRef<MemorySegment> ref = ray.put(bytes)) {
      return ref.get(PATIENCE).address();
    }
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  private static long usedBytes() {
    try {
      return content().usedBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- full

  @Test
  void aFullStoreTakesWhatNobodyRefersToThenWaitsThenSaysWhoHoldsIt() throws Exception {
    int large = 70 << 20;
    try (LocalNode small = LocalNode.start(RayOptions.defaults().cpus(1).objectStore(64L << 20));
        RayInstance ray =
            Ray.start(
                RayOptions.defaults()
                    .address(small.address())
                    .putTimeout(Duration.ofSeconds(20))
                    .quiet());
        RayInstance hasty =
            Ray.start(
                RayOptions.defaults()
                    .address(small.address())
                    .putTimeout(Duration.ofMillis(300))
                    .quiet())) {
      // First what nobody refers to, which only its own process can notice.
      for (int i = 0; i < 6; i++) {
        putAndForget(ray);
      }
      // Then it waits: the room comes while it does.
      ObjectRef<byte[]> kept = ray.put(new byte[48 << 20]);
      Thread.startVirtualThread(() -> {
        await("a put that waits", () -> waiting(small) > 0);
        kept.close();
      });
      ObjectRef<byte[]> second = ray.put(new byte[40 << 20]);
      // Then it fails, and says who holds the memory.
      assertThatThrownBy(() -> hasty.put(new byte[30 << 20]))
          .isInstanceOf(OutOfStoreMemoryException.class)
          .hasMessageContaining("had no room for an object of 31,457,")
          .hasMessageContaining("Program " + ProcessHandle.current().pid() + " keeps 41,943,");
      assertThatThrownBy(() -> hasty.put(new byte[large]))
          .isInstanceOf(OutOfStoreMemoryException.class)
          .hasMessageContaining("too large for this store");
      second.close();
    }
  }

  private static void putAndForget(RayInstance ray) {
    assertThat(ray.put(new byte[24 << 20])).isNotNull();
  }

  private static long waiting(LocalNode at) {
    try (NodeClient client = NodeClient.connect(at.address())) {
      return client.store(1).waiting();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // ---- nothing is left

  @Test
  void nothingIsLeftOfASessionOfWhichEveryProcessIsKilled() throws Exception {
    RunningNode killed = NodeLauncher.start(options(0));
    Process program = start("hold", killed.address());
    try (BufferedReader out = out(program)) {
      long worker = Long.parseLong(String.valueOf(out.readLine()));
      List<Long> users = usersOfStore(killed.pid());
      assertThat(users).contains(killed.pid(), worker, program.pid());

      for (long each : List.of(killed.pid(), worker, program.pid())) {
        ProcessHandle.of(each).ifPresent(ProcessHandle::destroyForcibly);
      }

      await("the end of all that use it", () -> usersOfStore(killed.pid()).isEmpty());
    } finally {
      program.destroyForcibly().waitFor();
      ProcessHandle.of(killed.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }
    assertThat(named(killed.pid())).isEmpty();

    RunningNode next = NodeLauncher.start(options(killed.port()));
    try (RayInstance ray = Ray.start(RayOptions.defaults().address(next.address()).quiet());
        ObjectRef<byte[]> ref = ray.put(new byte[8 << 20])) {
      assertThat(killed.folder()).doesNotExist();
      assertThat(ref.get(PATIENCE)).hasSize(8 << 20);
    } finally {
      assertThat(next.stop(false, PATIENCE.toMillis())).isTrue();
    }
    await(
        "the end of all mappings",
        () -> {
          System.gc(); // this process's own, which is that of a program that goes on
          return usersOfStore(next.pid()).isEmpty();
        });
    assertThat(named(next.pid())).isEmpty();
    assertThat(next.folder()).doesNotExist();
    assertThat(RunningNode.at(next.port())).isEmpty();
  }

  private static NodeOptions options(int port) {
    return new NodeOptions(
        NodeOptions.LOOPBACK,
        port,
        2.0,
        null,
        64L << 20,
        Map.of(),
        Map.of(),
        null,
        null,
        LogLimits.DEFAULT,
        NodeOptions.DEFAULT_WORKER_IDLE,
        MemoryLimits.DEFAULT,
        0,
        false,
        PortRange.ANY);
  }

  /** Which processes have the store of a node mapped, or its file open. */
  private static List<Long> usersOfStore(long nodePid) {
    List<Long> users = new ArrayList<>();
    for (ProcessHandle each : ProcessHandle.allProcesses().toList()) {
      try (Stream<String> lines = Files.lines(Path.of("/proc", "" + each.pid(), "maps"))) {
        if (lines.anyMatch(line -> line.contains("/dev/shm/ray-store-" + nodePid + "-"))) {
          users.add(each.pid());
        }
      } catch (IOException | java.io.UncheckedIOException gone) {
        // It has ended, or is not ours.
      }
    }
    return users;
  }

  private static List<String> named(long nodePid) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/dev/shm"))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("ray-store-" + nodePid + "-"))
          .toList();
    }
  }
}
