package ray.extras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ObjectRef;
import ray.Ray;
import ray.RayGatherers;
import ray.RemoteFunction1;

/** Streams map remotely as one step among others, bounded in flight. */
@Timeout(60)
class RayGatherersTest {
  static int square(int x) {
    return x * x;
  }

  static int failAtFive(int x) {
    if (x == 5) {
      throw new IllegalArgumentException("five");
    }
    return x;
  }

  /** The first element waits for the door; the second opens it. */
  static int firstIsSlow(Door door, int x) throws InterruptedException {
    if (x == 0) {
      door.pass();
    } else if (x == 3) {
      door.open();
    }
    return x;
  }

  @Test
  void orderIsKept() throws Exception {
    OwnRay.with(ray ->
        assertThat(
                IntStream.range(0, 200)
                    .boxed()
                    .gather(RayGatherers.mapRemote(RayGatherersTest::square, 8))
                    .filter(x -> x % 2 == 0)
                    .toList())
            .isEqualTo(
                IntStream.range(0, 200).map(x -> x * x).filter(x -> x % 2 == 0).boxed().toList()));
  }

  @Test
  void unorderedGivesEachResultOnce() throws Exception {
    OwnRay.with(ray ->
        assertThat(
                IntStream.range(0, 200)
                    .boxed()
                    .gather(RayGatherers.mapRemoteUnordered(RayGatherersTest::square, 8)))
            .containsExactlyInAnyOrderElementsOf(
                IntStream.range(0, 200).map(x -> x * x).boxed().toList()));
  }

  @Test
  void slowElementHoldsUpOnlyTheOrderedOne() throws Exception {
    OwnRay.with(ray -> {
      Door ordered = Door.closed();
      Door unordered = Door.closed();

      assertThat(
              Stream.of(0, 1, 2, 3)
                  .gather(RayGatherers.mapRemote((Integer x) -> firstIsSlow(ordered, x), 4)))
          .containsExactly(0, 1, 2, 3);
      assertThat(
              Stream.of(0, 1, 2, 3)
                  .gather(
                      RayGatherers.mapRemoteUnordered((Integer x) -> firstIsSlow(unordered, x), 2))
                  .toList()
                  .getLast())
          .isNotEqualTo(1);
    });
  }

  @Test
  void elementsAreTakenOnlyAsFastAsCallsEnd() throws Exception {
    OwnRay.with(ray -> {
      List<Integer> ahead = Collections.synchronizedList(new ArrayList<>());
      for (var gatherer :
          List.of(
              RayGatherers.mapRemote(RayGatherersTest::square, 3),
              RayGatherers.mapRemoteUnordered(RayGatherersTest::square, 3))) {
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        IntStream.range(0, 100)
            .boxed()
            .peek(x -> taken.incrementAndGet())
            .gather(gatherer)
            .forEach(x -> ahead.add(taken.get() - seen.getAndIncrement()));
      }

      assertThat(ahead).hasSize(200).allMatch(n -> n <= 3);
    });
  }

  @Test
  void endlessStreamIsCutOffByDownstream() throws Exception {
    OwnRay.with(ray -> {
      RemoteFunction1<Integer, ObjectRef<Integer>> square = Ray.remote(RayGatherersTest::square);
      assertThat(Stream.iterate(1, x -> x + 1).gather(RayGatherers.mapRemote(square, 4)).limit(3))
          .containsExactly(1, 4, 9);
      assertThat(
              Stream.iterate(1, x -> x + 1)
                  .gather(RayGatherers.mapRemoteUnordered(square, 4))
                  .filter(x -> x > 50)
                  .findFirst())
          .isPresent();
    });
  }

  @Test
  void failureIsThrownAndTheRestCancelled() throws Exception {
    OwnRay.with(ray -> {
      Stream<Integer> ordered =
          IntStream.range(0, 100)
              .boxed()
              .gather(RayGatherers.mapRemote(RayGatherersTest::failAtFive, 4));
      Stream<Integer> unordered =
          IntStream.range(0, 100)
              .boxed()
              .gather(RayGatherers.mapRemoteUnordered(RayGatherersTest::failAtFive, 4));

      assertThatThrownBy(ordered::toList)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("five");
      assertThatThrownBy(unordered::toList).isInstanceOf(IllegalArgumentException.class);
      Door.await("nothing runs", () -> ray.availableResources().equals(ray.clusterResources()));
    });
  }

  @Test
  void parallelStreamGoesToTheSameInstance() throws Exception {
    OwnRay.with(ray ->
        assertThat(
                IntStream.range(0, 1000)
                    .parallel()
                    .boxed()
                    .gather(RayGatherers.mapRemote(RayGatherersTest::square, 16))
                    .toList())
            .isEqualTo(IntStream.range(0, 1000).map(x -> x * x).boxed().toList()));
  }

  @Test
  void boundIsChecked() throws Exception {
    OwnRay.with(ray ->
        assertThatThrownBy(() -> RayGatherers.mapRemote(RayGatherersTest::square, 0))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("maxInFlight"));
  }

  @Test
  void serialInstanceMapsToo() throws Exception {
    OwnRay.with(
        OwnRay.options().serial(),
        ray -> {
          assertThat(Stream.of(1, 2, 3).gather(RayGatherers.mapRemote(RayGatherersTest::square, 2)))
              .containsExactly(1, 4, 9);
          assertThat(
                  Stream.of(1, 2, 3)
                      .gather(RayGatherers.mapRemoteUnordered(RayGatherersTest::square, 2)))
              .containsExactlyInAnyOrder(1, 4, 9);
        });
  }
}
