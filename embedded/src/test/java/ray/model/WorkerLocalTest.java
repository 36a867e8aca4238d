package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static ray.model.TestRay.PATIENCE;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayStateException;
import ray.TaskCancelledException;
import ray.WorkerLocal;

/** Values that tasks of a worker use one after the other, in the program's own JVM. */
@OneJvm("they count in static fields what their workers make")
class WorkerLocalTest {

  /** What a test counts, by its name: tests run beside each other in one JVM. */
  private static final class Counts {
    static final Map<String, Counts> ALL = new ConcurrentHashMap<>();

    final AtomicInteger made = new AtomicInteger();
    final AtomicInteger resets = new AtomicInteger();
    final Queue<Integer> closed = new ConcurrentLinkedQueue<>();

    static Counts of(String test) {
      return ALL.computeIfAbsent(test, name -> new Counts());
    }
  }

  /** A value with a number, and what tasks have written into it. */
  private static final class Board implements AutoCloseable {
    final String test;
    final int number;
    final List<String> lines = new ArrayList<>();

    Board(String test) {
      this.test = test;
      this.number = Counts.of(test).made.incrementAndGet();
    }

    void clear() {
      Counts.of(test).resets.incrementAndGet();
      lines.clear();
    }

    @Override
    public void close() {
      Counts.of(test).closed.add(number);
    }
  }

  private static WorkerLocal<Board> board(String test) {
    return WorkerLocal.of(() -> new Board(test), Board::clear);
  }

  private static String write(WorkerLocal<Board> board, String line) {
    board.get().lines.add(line);
    Board again = board.get();
    return again.number + ":" + again.lines;
  }

  @Test
  void aValueIsMadeOnceAndResetAfterEachTaskThatUsedIt() throws Exception {
    Counts counts = Counts.of("once");
    WorkerLocal<Board> board = board("once");
    TestRay.with(ray -> {
      for (String line : List.of("a", "b", "c")) {
        ObjectRef<String> written = Ray.remote(() -> write(board, line)).remote();
        assertThat(written.get(PATIENCE)).isEqualTo("1:[" + line + "]");
      }
      Ray.remote(() -> "does not use it").remote().get(PATIENCE);
    });

    assertThat(counts.made).hasValue(1);
    assertThat(counts.resets).hasValue(3);
    assertThat(counts.closed).containsExactly(1);
  }

  private static String writeAndThrow(WorkerLocal<Board> board) {
    write(board, "y");
    throw new IllegalStateException("always");
  }

  @Test
  void itIsResetAfterTasksThatThrowAndBeforeTheyAreRunAgain() throws Exception {
    WorkerLocal<Board> board = board("throws");
    AtomicInteger resets = Counts.of("throws").resets;
    TestRay.with(ray -> {
      var task =
          Ray.remote(
                  () -> {
                    String seen = write(board, "x");
                    if (Counts.of("throws").resets.get() < 2) {
                      throw new IOException("not yet");
                    }
                    return seen;
                  })
              .retries(5, IOException.class);
      assertThat(task.remote().get(PATIENCE)).isEqualTo("1:[x]");
      assertThat(resets).hasValueGreaterThanOrEqualTo(2);

      var failing = Ray.remote(() -> writeAndThrow(board));
      assertThatThrownBy(() -> failing.remote().get(PATIENCE))
          .isInstanceOf(IllegalStateException.class);
      assertThat(Ray.remote(() -> write(board, "z")).remote().get(PATIENCE)).isEqualTo("1:[z]");
    });
  }

  private static final CountDownLatch BOTH = new CountDownLatch(2);

  @Test
  void tasksThatRunAtTheSameTimeHaveAValueEach() throws Exception {
    WorkerLocal<Board> board = board("together");
    TestRay.with(ray -> {
      var task =
          Ray.remote(() -> {
            Board mine = board.get();
            BOTH.countDown();
            BOTH.await();
            return mine.number;
          });
      ObjectRef<Integer> first = task.remote();
      ObjectRef<Integer> second = task.remote();

      Set<Integer> numbers = new HashSet<>(List.of(first.get(PATIENCE), second.get(PATIENCE)));

      assertThat(numbers).containsExactlyInAnyOrder(1, 2);
    });
    assertThat(Counts.of("together").closed).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void aValueThatCantBeResetIsDroppedAndItsTaskSucceeds() throws Exception {
    WorkerLocal<Board> fragile =
        WorkerLocal.of(
            () -> new Board("fragile"),
            board -> {
              if (board.lines.contains("breaks")) {
                throw new IOException("broken");
              }
              board.clear();
            });
    TestRay.with(ray -> {
      assertThat(Ray.remote(() -> write(fragile, "breaks")).remote().get(PATIENCE))
          .isEqualTo("1:[breaks]");
      assertThat(Ray.remote(() -> write(fragile, "b")).remote().get(PATIENCE)).isEqualTo("2:[b]");
      assertThat(Counts.of("fragile").closed).containsExactly(1);
    });
  }

  @Test
  void whatCantBeMadeFailsTheTaskAndIsTriedAgainByTheNext() throws Exception {
    WorkerLocal<Board> slow =
        WorkerLocal.of(() -> {
          if (Counts.of("tried").resets.incrementAndGet() < 3) {
            throw new IOException("not yet");
          }
          return new Board("tried");
        });
    TestRay.with(ray -> {
      assertThatThrownBy(() -> Ray.remote(() -> write(slow, "a")).remote().get(PATIENCE))
          .hasMessageContaining("not yet");
      assertThat(
              Ray.remote(() -> write(slow, "a"))
                  .retries(3, IOException.class)
                  .remote()
                  .get(PATIENCE))
          .isEqualTo("1:[a]");
    });
  }

  @Test
  void withoutAResetTheValueStaysAsItIs() throws Exception {
    WorkerLocal<Board> shared = WorkerLocal.of(() -> new Board("plain"));
    TestRay.with(ray -> {
      Ray.remote(() -> write(shared, "a")).remote().get(PATIENCE);
      assertThat(Ray.remote(() -> write(shared, "b")).remote().get(PATIENCE)).isEqualTo("1:[a, b]");
    });
  }

  private static final class Writer {
    String write(WorkerLocal<Board> board, String line) {
      return WorkerLocalTest.write(board, line);
    }
  }

  @Test
  void callsOfActorsAndArgumentsUseTheSameValues() throws Exception {
    WorkerLocal<Board> board = board("actors");
    TestRay.with(ray -> {
      ActorRef<Writer> writer = Ray.actor(Writer::new).remote();
      assertThat(writer.call(Writer::write, board, "a").get(PATIENCE)).isEqualTo("1:[a]");
      assertThat(Ray.remote(WorkerLocalTest::write).remote(board, "b").get(PATIENCE))
          .isEqualTo("1:[b]");
    });
  }

  @Test
  void aTaskThatWaitsKeepsItsValueAndThoseInsideItHaveTheirOwn() throws Exception {
    WorkerLocal<Board> board = board("nested");
    TestRay.with(ray -> {
      ObjectRef<String> outer =
          Ray.remote(
                  () -> {
                    write(board, "outer");
                    String inner = Ray.remote(() -> write(board, "inner")).remote().get();
                    return inner + " in " + write(board, "again");
                  })
              .remote();

      assertThat(outer.get(PATIENCE)).isEqualTo("2:[inner] in 1:[outer, again]");
    });
  }

  private static final CompletableFuture<String> STAGE = new CompletableFuture<>();

  @Test
  void aTaskThatReturnsAStageKeepsItsValueUntilThatIsComplete() throws Exception {
    WorkerLocal<Board> board = board("stage");
    TestRay.with(ray -> {
      ObjectRef<String> later =
          Ray.remote(
                  () -> {
                    Board mine = board.get();
                    mine.lines.add("a");
                    return (java.util.concurrent.CompletionStage<String>)
                        STAGE.thenApply(text -> text + mine.lines);
                  })
              .remote();
      TestRay.await("the task has its value", () -> Counts.of("stage").made.get() == 1);
      assertThat(Ray.remote(() -> write(board, "b")).remote().get(PATIENCE)).isEqualTo("2:[b]");

      STAGE.complete("done ");

      assertThat(later.get(PATIENCE)).isEqualTo("done [a]");
    });
    assertThat(Counts.of("stage").resets).hasValue(2);
  }

  @Test
  void aTaskThatIsCancelledGivesItsValueBackWhenItHasEnded() throws Exception {
    WorkerLocal<Board> board = board("cancelled");
    TestRay.with(ray -> {
      ObjectRef<String> waits =
          Ray.remote(
                  () -> {
                    write(board, "never");
                    new CountDownLatch(1).await();
                    return "done";
                  })
              .remote();
      TestRay.await("it has its value", () -> Counts.of("cancelled").made.get() == 1);

      Ray.cancel(waits);

      assertThatThrownBy(() -> waits.get(PATIENCE)).isInstanceOf(TaskCancelledException.class);
      TestRay.await("it is reset", () -> Counts.of("cancelled").resets.get() == 1);
      assertThat(Ray.remote(() -> write(board, "b")).remote().get(PATIENCE)).isEqualTo("1:[b]");
    });
  }

  @Test
  void outsideOfTasksThereIsNone() throws Exception {
    WorkerLocal<Board> board = board("outside");
    TestRay.with(ray ->
        assertThatThrownBy(board::get)
            .isInstanceOf(RayStateException.class)
            .hasMessageContaining("in a task"));
  }

  @Test
  void whatIsEmbeddedHasOneWorkerThatCantBeExchanged() throws Exception {
    TestRay.with(ray -> {
      Map<String, ObjectRef<Integer>> results = Ray.runOnAllWorkers(() -> 7);

      assertThat(results.keySet()).containsExactlyElementsOf(Ray.workers());
      assertThat(results.values().iterator().next().get(PATIENCE)).isEqualTo(7);
      assertThatThrownBy(() -> Ray.restartWorkers())
          .isInstanceOf(RayStateException.class)
          .hasMessageContaining("ray start --head");
    });
  }
}
