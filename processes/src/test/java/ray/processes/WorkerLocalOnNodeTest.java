package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.processes.Waiting.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.TaskCancelledException;
import ray.WorkerLocal;

/** Values that the worker processes of a node lend to one task after the other. */
@Timeout(120)
class WorkerLocalOnNodeTest {
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

  // What one process has counted: in a worker, of its values; in this one, nothing.
  private static final AtomicInteger MADE = new AtomicInteger();
  private static final AtomicInteger RESETS = new AtomicInteger();

  private static final WorkerLocal<Board> BOARD = WorkerLocal.of(Board::new, Board::clear);

  /**
   * A value that remembers what tasks have written into it, and says in a file when it is closed.
   */
  static final class Board implements AutoCloseable {
    final List<String> lines = new ArrayList<>();
    private String closing = "";

    Board() {
      MADE.incrementAndGet();
    }

    void clear() {
      RESETS.incrementAndGet();
      lines.clear();
    }

    @Override
    public void close() throws IOException {
      if (!closing.isEmpty()) {
        Files.createFile(Path.of(closing));
      }
    }
  }

  /** What a worker has made and reset until now. */
  record Counts(long pid, int made, int resets) {
    static Counts ofThisProcess() {
      return new Counts(ProcessHandle.current().pid(), MADE.get(), RESETS.get());
    }
  }

  private Counts counts() {
    return Ray.remote(Counts::ofThisProcess).on(ray).remote().get(PATIENCE);
  }

  static String write(String line) {
    BOARD.get().lines.add(line);
    return BOARD.get().lines.toString();
  }

  static String writeAndThrow(String line) {
    write(line);
    throw new IllegalStateException("after " + line);
  }

  static String writeAndWait(String line, String reached) throws Exception {
    write(line);
    Files.createFile(Path.of(reached));
    new CountDownLatch(1).await();
    return "never";
  }

  static String noteEnd(String closing) {
    BOARD.get().closing = closing;
    return "noted";
  }

  private String written(String line) {
    return Ray.remote(WorkerLocalOnNodeTest::write).on(ray).remote(line).get(PATIENCE);
  }

  @Test
  void aWorkerMakesOneAndResetsItHoweverATaskThatUsedItHasEnded() throws Exception {
    assertThat(written("returned")).isEqualTo("[returned]");
    Counts first = counts();
    assertThat(first.pid()).isNotEqualTo(ProcessHandle.current().pid());
    assertThat(first.made()).isOne();
    assertThat(first.resets()).isOne();

    ObjectRef<String> failing =
        Ray.remote(WorkerLocalOnNodeTest::writeAndThrow).on(ray).remote("thrown");
    assertThatThrownBy(() -> failing.get(PATIENCE)).isInstanceOf(IllegalStateException.class);
    assertThat(written("after a throw")).isEqualTo("[after a throw]");
    assertThat(counts()).isEqualTo(new Counts(first.pid(), 1, 3));

    Path reached = folder.resolve("reached");
    ObjectRef<String> waiting =
        Ray.remote(WorkerLocalOnNodeTest::writeAndWait)
            .on(ray)
            .remote("cancelled", reached.toString());
    await("the task has its value", () -> Files.exists(reached));
    ray.cancel(waiting, false);
    assertThatThrownBy(() -> waiting.get(PATIENCE)).isInstanceOf(TaskCancelledException.class);
    await("its value is back", () -> counts().resets() == 4);
    assertThat(written("after a cancel")).isEqualTo("[after a cancel]");

    assertThat(counts()).isEqualTo(new Counts(first.pid(), 1, 5));
    assertThat(MADE).as("in the program itself").hasValue(0);
  }

  @Test
  void afterARestartThereIsAnotherAndTheOldOneWasClosed() {
    Path closing = folder.resolve("closed");
    assertThat(written("old")).isEqualTo("[old]");
    Counts before = counts();
    Ray.remote(WorkerLocalOnNodeTest::noteEnd).on(ray).remote(closing.toString()).get(PATIENCE);

    assertThat(ray.restartWorkers(false).ended()).isOne();

    assertThat(closing).exists();
    assertThat(counts().made()).as("before it is needed").isZero();
    assertThat(written("new")).isEqualTo("[new]");
    assertThat(counts())
        .satisfies(after -> {
          assertThat(after.pid()).isNotEqualTo(before.pid());
          assertThat(after.made()).isOne();
          assertThat(after.resets()).isOne();
        });
  }
}
