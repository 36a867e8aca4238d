package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import ray.ErrorCode;
import ray.ObjectRef;
import ray.OutOfMemoryException;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/**
 * A node whose processes may take only so much memory, so that the machine's is not needed: a task
 * that takes more is ended with its worker, and nothing else is.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(180)
@Isolated("it looks at what this process prints, and counts its memory")
class MemoryMonitorOnNodeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final long MIB = 1 << 20;

  /** Enough for this process and for workers that do little, which differ with the JVM. */
  private static final long LIMIT_BYTES =
      600 * MIB + new MemoryFiles().ownBytes(ProcessHandle.current().pid());

  private static final long HOG_BYTES = 900 * MIB;

  /** Not made with the class, which workers load, too. */
  private static LocalNode node;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void start() {
    node =
        LocalNode.start(
            RayOptions.defaults().cpus(2).objectStore(32 * MIB),
            new WorkerPolicy(0, NodeOptions.DEFAULT_WORKER_IDLE, LogLimits.DEFAULT),
            new MemoryLimits(0.9, LIMIT_BYTES));
  }

  @AfterAll
  static void close() {
    node.close();
  }

  private static MemoryUse memory() throws IOException {
    try (NodeClient client = NodeClient.connect(node.address())) {
      return client.memory();
    }
  }

  /** Takes memory until it has so much, and keeps it until somebody ends the process. */
  static int hog(long bytes, String attempts) throws IOException {
    Path mine = Path.of(attempts, "" + ProcessHandle.current().pid());
    Files.writeString(mine, "");
    try (Arena arena = Arena.ofConfined()) {
      for (long taken = 0; taken < bytes; taken += 16 * MIB) {
        arena.allocate(16 * MIB).fill((byte) 1);
      }
      while (true) {
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  /** Waits for a file, in a worker that takes next to nothing. */
  static long waits(String gate) {
    while (!Files.exists(Path.of(gate))) {
      LockSupport.parkNanos(1_000_000);
    }
    return ProcessHandle.current().pid();
  }

  private static long attempts(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.count();
    }
  }

  @Test
  void aTaskThatTakesTooMuchEndsWithItsWorkerAndSaysWhatTookTheMemory() throws Exception {
    // given a task that waits, which may not run again, and one that takes all memory
    Path attempts = Files.createDirectory(folder.resolve("attempts"));
    Path gate = folder.resolve("gate");
    long endedBefore = memory().ended();
    PrintStream before = System.err;
    var printed = new ByteArrayOutputStream();
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet())) {
      ray.call(() -> {
        ObjectRef<Long> waiting =
            Ray.remote(MemoryMonitorOnNodeTest::waits)
                .retries(0)
                .isolated()
                .remote(gate.toString());
        // when
        ObjectRef<Integer> hog =
            Ray.remote(MemoryMonitorOnNodeTest::hog)
                .retries(1)
                .remote(HOG_BYTES, attempts.toString());

        // then it has its retry, in another process, and fails with all that is known
        assertThatThrownBy(() -> hog.get(PATIENCE))
            .isInstanceOfSatisfying(
                OutOfMemoryException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY))
            .hasMessageContaining("memory ran short")
            .hasMessageContaining("of the node's processes and store were in use, more than 90 %")
            .hasMessageContaining("MemoryMonitorOnNodeTest.hog")
            .hasMessageContaining("its 1 retries are used up")
            .hasMessageContaining("give the node more memory");
        assertThat(attempts(attempts)).isEqualTo(2);

        // and the one that waits has not been disturbed
        Files.createFile(gate);
        assertThat(waiting.get(PATIENCE)).isPositive();
        return true;
      });
      await(
          "the console says so",
          () -> printed.toString(StandardCharsets.UTF_8).contains("memory ran short"));
      assertThat(printed.toString(StandardCharsets.UTF_8)).contains("(node pid=");
    } finally {
      System.setErr(before);
    }
    assertThat(memory().ended()).isEqualTo(endedBefore + 2);
    assertThat(memory().last()).contains("memory ran short");
    assertThat(memory().limitBytes()).isEqualTo(LIMIT_BYTES);
  }
}
