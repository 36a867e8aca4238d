package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorRef;
import ray.AliasCycleException;
import ray.ObjectRef;
import ray.ObjectRefStream;
import ray.Ray;
import ray.Returns;
import ray.Returns2;
import ray.WrongReturnCountException;

/**
 * What functions may take and return: captured values, lists of refs, several results, generators,
 * aliases.
 */
@Timeout(120)
class FunctionsTest {
  record Resize(int width, int height, String filter) {
    static Resize to(int size) {
      return new Resize(size, size, "lanczos");
    }

    Resize withFilter(String changed) {
      return new Resize(width, height, changed);
    }
  }

  static String resize(Resize how) {
    return how.width() + "x" + how.height() + " " + how.filter();
  }

  static int sum(List<ObjectRef<Integer>> refs) {
    return Ray.get(refs).stream().mapToInt(Integer::intValue).sum();
  }

  static int sumValues(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).sum();
  }

  static boolean isRef(List<?> list) {
    return list.getFirst() instanceof ObjectRef<?>;
  }

  static ObjectRef<Integer> chain(int left) {
    return left == 0 ? Ray.put(42) : Ray.remote(FunctionsTest::chain).remote(left - 1);
  }

  static ObjectRef<Integer> tree(int depth) {
    if (depth == 0) {
      return Ray.put(1);
    }
    var tree = Ray.remote(FunctionsTest::tree);
    return Ray.remote((Integer a, Integer b) -> a + b)
        .remote(tree.remote(depth - 1), tree.remote(depth - 1));
  }

  static ObjectRef<byte[]> large(int left, int bytes) {
    return left == 0
        ? Ray.put(new byte[bytes])
        : Ray.remote(FunctionsTest::large).remote(left - 1, bytes);
  }

  static Stream<Integer> produce(int count, Notes notes) {
    return IntStream.range(0, count).peek(notes::add).boxed();
  }

  static Iterator<String> words(String text) {
    return List.of(text.split(" ")).iterator();
  }

  static Stream<Integer> breaksAt(int limit) {
    return IntStream.rangeClosed(0, limit)
        .mapToObj(i -> {
          if (i == limit) {
            throw new IllegalStateException("broke at " + i);
          }
          return i;
        });
  }

  static Stream<Integer> gated(int count, Gate gate) {
    return IntStream.range(0, count)
        .mapToObj(i -> {
          if (i == 1) {
            try {
              gate.pass();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
          return i;
        });
  }

  static Returns2<Integer, Integer> divide(int a, int b) {
    return Returns.of(a / b, a % b);
  }

  static CompletionStage<Integer> later(int x) {
    return CompletableFuture.supplyAsync(() -> x + 1);
  }

  /** An actor that lets two tasks return each other's refs. */
  static class Meeting {
    private final List<ObjectRef<Integer>> refs = new ArrayList<>();
    private final List<CompletableFuture<Boolean>> waiting = new ArrayList<>();

    CompletionStage<Boolean> bring(List<ObjectRef<Integer>> brought) {
      refs.addAll(brought);
      CompletableFuture<Boolean> all = new CompletableFuture<>();
      waiting.add(all);
      if (refs.size() == 2) {
        waiting.forEach(each -> each.complete(true));
      }
      return all;
    }

    List<ObjectRef<Integer>> all() {
      return refs;
    }
  }

  static ObjectRef<Integer> takeOther(ActorRef<Meeting> meeting, int mine, Gate gate)
      throws Exception {
    gate.pass();
    return meeting.call(Meeting::all).get().get(1 - mine);
  }

  @Test
  void lambdaCarriesWhatItCapturesByValue() throws Exception {
    TestRay.with(ray -> {
      List<Integer> captured = new ArrayList<>(List.of(1, 2));
      int[] factor = {10};
      var sum = Ray.remote((Integer x) -> captured.stream().mapToInt(i -> i).sum() * factor[0] + x);
      assertThat(sum.remote(1).get()).isEqualTo(31);
      var mutate = Ray.remote(() -> captured.add(3));
      assertThat(mutate.remote().get()).isTrue();
      assertThat(captured).containsExactly(1, 2);
    });
  }

  static class Words {
    private final List<String> words;

    Words(List<String> words) {
      this.words = words;
    }

    int count() {
      return words.size();
    }
  }

  @Test
  void whatAFunctionCapturesIsTakenWhenItIsMadeRemote() throws Exception {
    TestRay.with(ray -> {
      List<String> captured = new ArrayList<>(List.of("a"));
      var count = Ray.remote(() -> captured.size());
      var words = Ray.actor(() -> new Words(captured));
      captured.add("b");

      assertThat(count.remote().get()).isEqualTo(1);
      assertThat(count.cpus(0).remote().get()).isEqualTo(1);
      assertThat(words.name("w").remote().call(Words::count).get()).isEqualTo(1);
      assertThat(Ray.remote(() -> captured.size()).remote().get()).isEqualTo(2);
    });
  }

  @Test
  void aFunctionMadeBeforeThereIsAnInstanceIsTakenWhenItIsBoundToOne() throws Exception {
    List<String> captured = new ArrayList<>(List.of("a"));
    var count = Ray.remote(() -> captured.size());
    TestRay.with(ray -> {
      var bound = count.on(ray);
      captured.add("b");
      assertThat(bound.remote().get()).isEqualTo(1);
    });
  }

  @Test
  void capturedRefsLiveAsLongAsTheFunction() throws Exception {
    TestRay.with(ray -> {
      var readLarge = readerOf(Ray.put(new byte[1 << 20]));
      for (int i = 0; i < 3; i++) {
        System.gc();
        assertThat(readLarge.remote().get(TestRay.PATIENCE)).isEqualTo(1 << 20);
      }
    });
  }

  private static ray.RemoteFunction0<ObjectRef<Integer>> readerOf(ObjectRef<byte[]> ref) {
    return Ray.remote(() -> ref.get().length);
  }

  @Test
  void parameterRecordsNameArgumentsAndHaveDefaults() throws Exception {
    TestRay.with(ray ->
        assertThat(Ray.remote(FunctionsTest::resize).remote(Resize.to(256).withFilter("box")).get())
            .isEqualTo("256x256 box"));
  }

  @Test
  void anyNumberOfRefsAsAList() throws Exception {
    TestRay.with(ray -> {
      List<ObjectRef<Integer>> refs =
          IntStream.range(0, 50).mapToObj(i -> Ray.remote(() -> i).remote()).toList();
      // nested, they stay refs
      assertThat(Ray.remote(FunctionsTest::isRef).remote(refs).get(TestRay.PATIENCE)).isTrue();
      assertThat(Ray.remote(FunctionsTest::sum).remote(refs).get(TestRay.PATIENCE)).isEqualTo(1225);
      // on request, they are resolved before the task starts
      assertThat(Ray.remote(FunctionsTest::sumValues).remote(Ray.all(refs)).get(TestRay.PATIENCE))
          .isEqualTo(1225);
      assertThat(
              Ray.remote((Map<String, ObjectRef<Integer>> map) -> map.get("seven").get())
                  .remote(Map.of("seven", refs.get(7)))
                  .get(TestRay.PATIENCE))
          .isEqualTo(7);
    });
  }

  @Test
  void severalResultsAreRefsOfTheirOwn() throws Exception {
    TestRay.with(ray -> {
      var both = Ray.remote(FunctionsTest::divide).remote(17, 5);
      assertThat(
              Ray.remote((Integer a, Integer b) -> a * 5 + b)
                  .remote(both.first(), both.second())
                  .get())
          .isEqualTo(17);
      List<ObjectRef<Integer>> six =
          Ray.remoteMany(6, () -> IntStream.range(0, 6).boxed().toList()).remote();
      assertThat(Ray.get(six)).containsExactly(0, 1, 2, 3, 4, 5);
      var failed = Ray.remote(FunctionsTest::divide).remote(1, 0);
      assertThatThrownBy(failed.first()::get).isInstanceOf(ArithmeticException.class);
      assertThatThrownBy(failed.second()::get).isInstanceOf(ArithmeticException.class);
    });
  }

  @Test
  void wrongNumberOfResultsNamesBothNumbers() throws Exception {
    TestRay.with(ray -> {
      List<ObjectRef<Integer>> refs =
          Ray.remoteMany(4, () -> List.of(1, 2, 3)).name("short").remote();
      for (ObjectRef<Integer> ref : refs) {
        assertThatThrownBy(() -> ref.get(TestRay.PATIENCE))
            .isInstanceOf(WrongReturnCountException.class)
            .hasMessageContaining("short")
            .hasMessageContaining("4 values")
            .hasMessageContaining("returned 3");
      }
    });
  }

  @Test
  void stageAsResult() throws Exception {
    TestRay.with(ray -> {
      assertThat(Ray.remote(FunctionsTest::later).remote(1).get(TestRay.PATIENCE)).isEqualTo(2);
      ObjectRef<Integer> failed =
          Ray.remote((Integer x) ->
                  (CompletionStage<Integer>)
                      CompletableFuture.<Integer>failedFuture(new IllegalStateException("late")))
              .remote(1);
      assertThatThrownBy(() -> failed.get(TestRay.PATIENCE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("late");
    });
  }

  @Test
  void generatorsRefsArriveWhileItRuns() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      try (ObjectRefStream<Integer> items = Ray.remote(FunctionsTest::gated).remote(3, gate)) {
        assertThat(items.next().get(TestRay.PATIENCE)).isZero();
        gate.awaitArrivals(1);
        assertThat(gate.passed()).isZero();
        gate.open();
        assertThat(items.next().get(TestRay.PATIENCE)).isEqualTo(1);
        assertThat(items.next().get(TestRay.PATIENCE)).isEqualTo(2);
        assertThat(items.hasNext()).isFalse();
      }
      try (var words = Ray.remote(FunctionsTest::words).remote("as they come")) {
        assertThat(words.stream().map(ObjectRef::get)).containsExactly("as", "they", "come");
      }
    });
  }

  @Test
  void generatorIsHeldBackByItsConsumer() throws Exception {
    TestRay.with(ray -> {
      Notes notes = Notes.empty();
      try (ObjectRefStream<Integer> items =
          Ray.remote(FunctionsTest::produce).backpressure(4).remote(10_000, notes)) {
        TestRay.await("the first items", () -> notes.count() >= 4);
        for (int i = 0; i < 50; i++) {
          assertThat(items.next().get(TestRay.PATIENCE)).isEqualTo(i);
          assertThat(notes.count()).isLessThanOrEqualTo(i + 1 + 4 + 1);
        }
      }
    });
  }

  @Test
  void generatorThatIsHeldBackHoldsNoCpu() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Notes notes = Notes.empty();
          try (ObjectRefStream<Integer> items =
              Ray.remote(FunctionsTest::produce).backpressure(1).remote(10_000, notes)) {
            TestRay.await("the first item", () -> notes.count() >= 1);
            assertThat(Ray.remote(() -> 5).remote().get(TestRay.PATIENCE)).isEqualTo(5);
            assertThat(items.next().get(TestRay.PATIENCE)).isZero();
          }
        });
  }

  @Test
  void longGeneratorIsConsumedToItsEnd() throws Exception {
    TestRay.with(ray -> {
      Notes notes = Notes.empty();
      try (ObjectRefStream<Integer> items =
          Ray.remote((Integer n) -> IntStream.range(0, n).boxed()).remote(5_000)) {
        int next = 0;
        while (items.hasNext()) {
          try (ObjectRef<Integer> item = items.next()) {
            assertThat(item.get(TestRay.PATIENCE)).isEqualTo(next++);
          }
        }
        assertThat(next).isEqualTo(5_000);
        assertThat(notes.count()).isZero();
      }
    });
  }

  @Test
  void closingAStreamCancelsItsTask() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Notes notes = Notes.empty();
          ObjectRefStream<Integer> items =
              Ray.remote(FunctionsTest::produce).backpressure(2).remote(1_000_000, notes);
          items.next().get(TestRay.PATIENCE);
          items.close();
          TestRay.await("its CPU", () -> Ray.availableResources().amount("CPU") == 1);
          assertThat(notes.count()).isLessThan(1_000);
        });
  }

  @Test
  void failureOfAGeneratorComesAfterItsItems() throws Exception {
    TestRay.with(ray -> {
      try (ObjectRefStream<Integer> items = Ray.remote(FunctionsTest::breaksAt).remote(2)) {
        assertThat(items.next().get(TestRay.PATIENCE)).isZero();
        assertThat(items.next().get(TestRay.PATIENCE)).isEqualTo(1);
        ObjectRef<Integer> last = items.next();
        assertThatThrownBy(() -> last.get(TestRay.PATIENCE))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("broke at 2");
        assertThat(items.hasNext()).isFalse();
      }
    });
  }

  @Test
  void chainOfAliasesOfAnyDepth() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray ->
            assertThat(Ray.remote(FunctionsTest::chain).remote(3_000).get(TestRay.PATIENCE))
                .isEqualTo(42));
  }

  @Test
  void treeOfAliases() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray ->
            assertThat(Ray.remote(FunctionsTest::tree).remote(8).get(TestRay.PATIENCE))
                .isEqualTo(256));
  }

  @Test
  void aliasCopiesNothing() throws Exception {
    TestRay.with(ray -> {
      int bytes = 8 << 20;
      ObjectRef<byte[]> top = Ray.remote(FunctionsTest::large).remote(20, bytes);
      assertThat(top.get(TestRay.PATIENCE)).hasSize(bytes);
      assertThat(Ray.nodes().getFirst().objectStoreUsedBytes()).isBetween((long) bytes, 2L * bytes);
      top.close();
      TestRay.awaitCollected(
          "its memory", () -> Ray.nodes().getFirst().objectStoreUsedBytes() == 0);
    });
  }

  @Test
  void nobodyWaitsForAnAlias() throws Exception {
    TestRay.with(
        TestRay.options().cpus(1),
        ray -> {
          Gate gate = Gate.closed();
          ObjectRef<Integer> slow =
              Ray.remote(
                      (Gate g) -> {
                        g.pass();
                        return 5;
                      })
                  .cpus(0)
                  .remote(gate);
          ObjectRef<Integer> alias =
              Ray.remote((List<ObjectRef<Integer>> refs) -> refs.getFirst()).remote(List.of(slow));
          ObjectRef<Integer> dependant = Ray.remote((Integer x) -> x + 1).remote(alias);

          gate.awaitArrivals(1);
          // the task that returned the alias has ended: its CPU is free
          assertThat(Ray.remote(() -> "free").remote().get(TestRay.PATIENCE)).isEqualTo("free");
          assertThat(alias.isReady()).isFalse();
          gate.open();
          assertThat(dependant.get(TestRay.PATIENCE)).isEqualTo(6);
          assertThat(alias.get(TestRay.PATIENCE)).isEqualTo(5);
        });
  }

  @Test
  void failureTravelsThroughAliases() throws Exception {
    TestRay.with(ray -> {
      ObjectRef<Integer> alias =
          Ray.remote(() -> Ray.remote((Integer x) -> Math.divideExact(x, 0)).remote(1)).remote();
      assertThatThrownBy(() -> alias.get(TestRay.PATIENCE)).isInstanceOf(ArithmeticException.class);
    });
  }

  @Test
  void cycleOfAliasesIsAnError() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ActorRef<Meeting> meeting = Ray.actor(Meeting::new).remote();
      ObjectRef<Integer> first = Ray.remote(FunctionsTest::takeOther).remote(meeting, 0, gate);
      ObjectRef<Integer> second = Ray.remote(FunctionsTest::takeOther).remote(meeting, 1, gate);
      meeting.call(Meeting::bring, List.of(first));
      meeting.call(Meeting::bring, List.of(second)).get(TestRay.PATIENCE);
      gate.open();

      assertThatThrownBy(() -> first.get(TestRay.PATIENCE))
          .isInstanceOf(AliasCycleException.class)
          .hasMessageContaining("circle");
      assertThatThrownBy(() -> second.get(TestRay.PATIENCE))
          .isInstanceOf(AliasCycleException.class);
    });
  }
}
