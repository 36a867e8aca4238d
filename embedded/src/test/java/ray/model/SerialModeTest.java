package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import ray.ActorDiedException;
import ray.ActorRef;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.Ray;
import ray.RayOptions;
import ray.Returns;
import ray.Returns2;
import ray.TaskFailedException;
import ray.WrongReturnCountException;

/** The same programs in both modes: the same results and the same errors. */
@Timeout(60)
class SerialModeTest {
  enum Mode {
    PARALLEL,
    SERIAL;

    RayOptions options() {
      return this == SERIAL ? TestRay.options().serial() : TestRay.options();
    }
  }

  static long threadId() {
    return Thread.currentThread().threadId();
  }

  static int fibonacci(int n) {
    if (n < 2) {
      return n;
    }
    var fibonacci = Ray.remote(SerialModeTest::fibonacci);
    return fibonacci.remote(n - 1).get() + fibonacci.remote(n - 2).get();
  }

  static ObjectRef<Integer> chain(int left) {
    return left == 0 ? Ray.put(7) : Ray.remote(SerialModeTest::chain).remote(left - 1);
  }

  static Stream<Integer> count(int to) {
    return IntStream.range(0, to).boxed();
  }

  static Stream<Integer> countThenFail(int to) {
    return IntStream.rangeClosed(0, to)
        .mapToObj(i -> {
          if (i == to) {
            throw new IllegalStateException("at " + i);
          }
          return i;
        });
  }

  static Returns2<Integer, String> two(int x) {
    return Returns.of(x, "x" + x);
  }

  static int read(String file) throws IOException {
    throw new IOException("no file " + file);
  }

  static List<Integer> append(List<Integer> list) {
    list.add(99);
    return list;
  }

  static class Counter {
    private int n;

    int add(int by) {
      return n += by;
    }

    int addVia(ActorRef<Counter> other, int by) {
      return other.call(Counter::add, by).get();
    }

    Stream<Integer> upTo(int limit) {
      return Stream.generate(() -> ++n).limit(limit);
    }
  }

  @ParameterizedTest
  @EnumSource
  void callsRunInTheCallersThreadOnlyInSerialMode(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> {
          Notes notes = Notes.empty();
          ObjectRef<Void> ref = Ray.remote((Notes n) -> n.add(threadId())).remote(notes);
          if (mode == Mode.SERIAL) {
            assertThat(notes.all()).containsExactly(threadId());
          }
          ref.get(TestRay.PATIENCE);
          assertThat(notes.count()).isEqualTo(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void nestedTasks(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> assertThat(Ray.remote(SerialModeTest::fibonacci).remote(10).get()).isEqualTo(55));
  }

  @ParameterizedTest
  @EnumSource
  void aliases(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> assertThat(Ray.remote(SerialModeTest::chain).remote(50).get()).isEqualTo(7));
  }

  @ParameterizedTest
  @EnumSource
  void generators(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> {
          try (ObjectRefStream<Integer> items = Ray.remote(SerialModeTest::count).remote(200)) {
            assertThat(items.stream().map(ObjectRef::get).toList())
                .isEqualTo(IntStream.range(0, 200).boxed().toList());
          }
          List<Integer> got = new ArrayList<>();
          assertThatThrownBy(() ->
                  Ray.remote(SerialModeTest::countThenFail)
                      .remote(3)
                      .forEachRemaining(ref -> got.add(ref.get())))
              .isInstanceOf(IllegalStateException.class)
              .hasMessage("at 3");
          assertThat(got).containsExactly(0, 1, 2);
        });
  }

  @ParameterizedTest
  @EnumSource
  void severalReturns(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> {
          var refs = Ray.remote(SerialModeTest::two).remote(4);
          assertThat(refs.first().get()).isEqualTo(4);
          assertThat(refs.second().get()).isEqualTo("x4");
          List<ObjectRef<Integer>> wrong =
              Ray.remoteMany(3, (Integer n) -> IntStream.range(0, n).boxed().toList()).remote(2);
          assertThatThrownBy(() -> wrong.getFirst().get())
              .isInstanceOf(WrongReturnCountException.class)
              .hasMessageContaining("3 values")
              .hasMessageContaining("returned 2");
        });
  }

  @ParameterizedTest
  @EnumSource
  void errors(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> {
          ObjectRef<Integer> broken = Ray.remote(SerialModeTest::read).remote("a.txt");
          ObjectRef<Integer> dependant = Ray.remote((Integer x) -> x + 1).remote(broken);
          for (ObjectRef<Integer> ref : List.of(broken, dependant)) {
            assertThatThrownBy(ref::get)
                .isInstanceOf(TaskFailedException.class)
                .hasCauseInstanceOf(IOException.class)
                .hasRootCauseMessage("no file a.txt");
          }
        });
  }

  @ParameterizedTest
  @EnumSource
  void valuesAreCopied(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> {
          List<Integer> mine = new ArrayList<>(List.of(1));
          ObjectRef<List<Integer>> put = Ray.put(mine);
          mine.add(2);
          assertThat(Ray.remote(SerialModeTest::append).remote(put).get()).containsExactly(1, 99);
          assertThat(put.get()).containsExactly(1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void actors(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> {
          ActorRef<Counter> a = Ray.actor(Counter::new).name("a").remote();
          ActorRef<Counter> b = Ray.actor(Counter::new).remote();
          a.call(Counter::add, 1);
          assertThat(b.call(Counter::addVia, a, 2).get()).isEqualTo(3);
          assertThat(Ray.<Counter>actor("a").orElseThrow().call(Counter::add, 0).get())
              .isEqualTo(3);
          try (var items = a.call(Counter::upTo, 3)) {
            assertThat(items.stream().map(ObjectRef::get).toList()).containsExactly(4, 5, 6);
          }
          a.kill();
          assertThatThrownBy(() -> a.call(Counter::add, 1).get())
              .isInstanceOf(ActorDiedException.class);
        });
  }

  @ParameterizedTest
  @EnumSource
  void waiting(Mode mode) throws Exception {
    TestRay.with(
        mode.options(),
        ray -> {
          var twice = Ray.remote((Integer x) -> 2 * x);
          List<ObjectRef<Integer>> refs = IntStream.range(0, 10).mapToObj(twice::remote).toList();
          assertThat(Ray.wait(refs, 10, TestRay.PATIENCE).pending()).isEmpty();
          List<Integer> completed = new ArrayList<>();
          Ray.asCompleted(refs).forEach(ref -> completed.add(ref.get()));
          assertThat(completed).containsExactlyInAnyOrderElementsOf(Ray.get(refs));
          assertThat(Ray.mapUnordered(twice, Stream.of(1, 2, 3), 2))
              .containsExactlyInAnyOrder(2, 4, 6);
        });
  }
}
