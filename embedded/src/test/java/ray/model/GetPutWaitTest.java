package ray.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.GetTimeoutException;
import ray.ObjectRef;
import ray.Ray;
import ray.WaitResult;

/** Reading values: get, put, wait, completion order, bounded maps, futures. */
@Timeout(60)
class GetPutWaitTest {
  static int after(Gate gate, int value) throws InterruptedException {
    gate.pass();
    return value;
  }

  @Test
  void getOfOneAndOfMany() throws Exception {
    TestRay.with(ray -> {
      List<ObjectRef<Integer>> refs =
          IntStream.range(0, 100)
              .mapToObj(i -> i % 2 == 0 ? Ray.put(i) : Ray.remote(() -> i).remote())
              .toList();
      assertThat(refs.get(3).get()).isEqualTo(3);
      assertThat(Ray.get(refs.get(4))).isEqualTo(4);
      assertThat(Ray.get(refs)).isEqualTo(IntStream.range(0, 100).boxed().toList());
      assertThat(Ray.get(refs, TestRay.PATIENCE)).hasSize(100);
      assertThat(Ray.get(List.<ObjectRef<Integer>>of())).isEmpty();
    });
  }

  @Test
  void getWithATimeoutThrowsAndTheTaskGoesOn() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Integer> late = Ray.remote(GetPutWaitTest::after).remote(gate, 8);
      assertThatThrownBy(() -> late.get(Duration.ofMillis(5)))
          .isInstanceOf(GetTimeoutException.class)
          .hasMessageContaining("its task goes on");
      assertThatThrownBy(() -> Ray.get(List.of(Ray.put(1), late), Duration.ofMillis(5)))
          .isInstanceOf(GetTimeoutException.class)
          .hasMessageContaining("of 2 objects, 1 were ready");
      gate.open();
      assertThat(late.get(TestRay.PATIENCE)).isEqualTo(8);
    });
  }

  @Test
  void putOfARefIsAnError() throws Exception {
    TestRay.with(ray ->
        assertThatThrownBy(() -> Ray.put(Ray.put(1)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("already"));
  }

  @Test
  void waitReturnsWhatIsReadyInOrder() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Integer> late = Ray.remote(GetPutWaitTest::after).remote(gate, 1);
      ObjectRef<Integer> failed = Ray.remote((Integer x) -> Math.divideExact(x, 0)).remote(1);
      ObjectRef<Integer> ready = Ray.put(3);
      List<ObjectRef<Integer>> refs = List.of(late, failed, ready);

      WaitResult<Integer> two = Ray.wait(refs, 2);
      assertThat(two.ready()).containsExactly(failed, ready);
      assertThat(two.pending()).containsExactly(late);
      WaitResult<Integer> one = Ray.wait(refs);
      assertThat(one.ready()).hasSize(1);
      assertThat(one.pending()).hasSize(2);
      WaitResult<Integer> look = Ray.wait(refs, 3, Duration.ZERO);
      assertThat(look.ready()).containsExactly(failed, ready);
      gate.open();
      assertThat(Ray.wait(refs, 3, TestRay.PATIENCE).pending()).isEmpty();
      assertThatThrownBy(() -> Ray.wait(refs, 4)).hasMessageContaining("from 1 to 3");
      assertThatThrownBy(() -> Ray.wait(refs, 0)).hasMessageContaining("not 0");
    });
  }

  @Test
  void asCompletedIteratesInTheOrderOfReadiness() throws Exception {
    TestRay.with(
        TestRay.options().cpus(3),
        ray -> {
          List<Gate> gates = Stream.generate(Gate::closed).limit(3).toList();
          List<ObjectRef<Integer>> refs = new ArrayList<>();
          for (int i = 0; i < 3; i++) {
            refs.add(Ray.remote(GetPutWaitTest::after).remote(gates.get(i), i));
          }
          Iterator<ObjectRef<Integer>> completed = Ray.asCompleted(refs).iterator();
          for (int i : new int[] {2, 0, 1}) {
            gates.get(i).open();
            assertThat(completed.next()).isSameAs(refs.get(i));
          }
          assertThat(completed.hasNext()).isFalse();
        });
  }

  @Test
  void mapUnorderedHasABoundedNumberInFlight() throws Exception {
    TestRay.with(
        TestRay.options().cpus(8),
        ray -> {
          Gate gate = Gate.closed();
          Notes taken = Notes.empty();
          Stream<Integer> source = IntStream.range(0, 100).peek(taken::add).boxed();
          Iterator<Integer> results =
              Ray.mapUnordered(Ray.remote((Integer x) -> after(gate, x * 2)), source, 4).iterator();
          CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(results::hasNext);
          gate.awaitArrivals(4);
          assertThat(taken.count()).isEqualTo(4);
          gate.open();
          assertThat(first.get(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
          List<Integer> all = new ArrayList<>();
          results.forEachRemaining(all::add);
          assertThat(all)
              .containsExactlyInAnyOrderElementsOf(
                  IntStream.range(0, 100).map(x -> 2 * x).boxed().toList());
          assertThatThrownBy(() -> Ray.mapUnordered(Ray.remote((Integer x) -> x), source, 0))
              .hasMessageContaining("maxInFlight");
        });
  }

  @Test
  void allIsReadyWhenEveryRefIs() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<List<Integer>> all =
          Ray.all(List.of(Ray.put(1), Ray.remote(GetPutWaitTest::after).remote(gate, 2)));
      gate.awaitArrivals(1);
      assertThat(all.isReady()).isFalse();
      gate.open();
      assertThat(all.get(TestRay.PATIENCE)).containsExactly(1, 2);
    });
  }

  @Test
  void refsBecomeFuturesAndFuturesRefs() throws Exception {
    TestRay.with(ray -> {
      CompletableFuture<Integer> future = new CompletableFuture<>();
      ObjectRef<Integer> ref = Ray.fromFuture(future);
      ObjectRef<Integer> dependant = Ray.remote((Integer x) -> x + 1).remote(ref);
      assertThat(ref.isReady()).isFalse();
      CompletableFuture<Integer> back = dependant.toFuture().thenApply(x -> x * 10);
      future.complete(4);
      assertThat(back.get(30, java.util.concurrent.TimeUnit.SECONDS)).isEqualTo(50);
      ObjectRef<Integer> failed =
          Ray.fromFuture(CompletableFuture.failedFuture(new IllegalStateException("no")));
      assertThatThrownBy(() -> failed.get(TestRay.PATIENCE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("no");
    });
  }

  @Test
  void interruptEndsAWait() throws Exception {
    TestRay.with(ray -> {
      Gate gate = Gate.closed();
      ObjectRef<Integer> late = Ray.remote(GetPutWaitTest::after).remote(gate, 1);
      gate.awaitArrivals(1);
      Thread.currentThread().interrupt();
      assertThatThrownBy(late::get).hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      gate.open();
      assertThat(late.get(TestRay.PATIENCE)).isEqualTo(1);
    });
  }
}
