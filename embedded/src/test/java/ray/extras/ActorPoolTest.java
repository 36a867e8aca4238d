package ray.extras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ActorPool;
import ray.ActorRef;
import ray.GetTimeoutException;
import ray.ObjectId;
import ray.ObjectRef;
import ray.Ray;
import ray.RayStateException;

/** An actor pool calls each of its actors once at a time. */
@Timeout(60)
class ActorPoolTest {
  /** An actor that doubles. */
  static class Doubler {
    int twice(int x) {
      return 2 * x;
    }

    int twiceBehind(Door door, int x) throws InterruptedException {
      door.pass();
      return 2 * x;
    }

    int fail(int x) {
      throw new IllegalArgumentException("no " + x);
    }
  }

  private static ActorPool<Doubler, Integer> pool(int actors) {
    return new ActorPool<>(
        Stream.generate(() -> Ray.actor(Doubler::new).remote()).limit(actors).toList());
  }

  @Test
  void mapKeepsTheOrder() throws Exception {
    OwnRay.with(ray -> {
      ActorPool<Doubler, Integer> pool = pool(3);

      assertThat(
              pool.map(
                  (actor, x) -> actor.call(Doubler::twice, x), IntStream.range(0, 100).boxed()))
          .isEqualTo(IntStream.range(0, 100).map(x -> 2 * x).boxed().toList());
      assertThat(pool.hasNext()).isFalse();
      Door.await("all actors are back", () -> allIdle(pool, 3));
    });
  }

  private static boolean allIdle(ActorPool<Doubler, Integer> pool, int actors) {
    List<ActorRef<Doubler>> idle =
        Stream.generate(pool::popIdle).limit(actors).flatMap(each -> each.stream()).toList();
    idle.forEach(pool::push);
    return idle.size() == actors;
  }

  @Test
  void mapUnorderedGivesEachResultOnceAndTakesElementsLazily() throws Exception {
    OwnRay.with(ray -> {
      ActorPool<Doubler, Integer> pool = pool(2);

      assertThat(
              pool.mapUnordered(
                  (actor, x) -> actor.call(Doubler::twice, x), IntStream.range(0, 100).boxed()))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, 100).map(x -> 2 * x).boxed().toList());
      assertThat(
              pool.map((actor, x) -> actor.call(Doubler::twice, x), Stream.iterate(1, x -> x + 1))
                  .limit(3))
          .containsExactly(2, 4, 6);
    });
  }

  @Test
  void unorderedResultsDoNotWaitForASlowOne() throws Exception {
    OwnRay.with(
        OwnRay.options().cpus(2),
        ray -> {
          ActorPool<Doubler, Integer> pool = pool(2);
          Door door = Door.closed();

          pool.submit((actor, x) -> actor.call(Doubler::twiceBehind, door, x), 100);
          for (int i = 1; i <= 3; i++) {
            pool.submit((actor, x) -> actor.call(Doubler::twice, x), i);
          }

          assertThat(pool.hasFree()).isFalse();
          assertThat(pool.popIdle()).isEmpty();
          assertThat(List.of(pool.getNextUnordered(), pool.getNextUnordered()))
              .containsExactly(2, 4);
          assertThatThrownBy(() -> pool.getNext(Duration.ofMillis(5)))
              .isInstanceOf(GetTimeoutException.class);
          door.open();
          assertThat(pool.getNext()).isEqualTo(200);
          assertThat(pool.getNext()).isEqualTo(6);
          assertThat(pool.hasNext()).isFalse();
          assertThatThrownBy(pool::getNext).isInstanceOf(NoSuchElementException.class);
          assertThatThrownBy(pool::getNextUnordered).isInstanceOf(NoSuchElementException.class);
        });
  }

  @Test
  void failureIsThrownWhenItsResultIsTakenAndItsActorGoesOn() throws Exception {
    OwnRay.with(ray -> {
      ActorPool<Doubler, Integer> pool = pool(1);
      pool.submit((actor, x) -> actor.call(Doubler::fail, x), 1);
      pool.submit((actor, x) -> actor.call(Doubler::twice, x), 2);

      assertThatThrownBy(pool::getNext)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("no 1");
      assertThat(pool.getNext()).isEqualTo(4);
    });
  }

  @Test
  void resultThatBecomesReadyBetweenTwoLooksIsTakenOnce() throws Exception {
    OwnRay.with(ray -> {
      ActorPool<Doubler, Integer> pool = pool(1);
      pool.submit((actor, x) -> new ReadyAtTheSecondLook<>(actor.call(Doubler::twice, x)), 4);

      assertThat(pool.getNext()).isEqualTo(8);
      assertThat(pool.hasFree()).isTrue();
    });
  }

  /** A ref to a value that becomes ready just after it was first asked. */
  private static final class ReadyAtTheSecondLook<T> implements ObjectRef<T> {
    private final ObjectRef<T> ref;
    private boolean asked;

    ReadyAtTheSecondLook(ObjectRef<T> ref) {
      this.ref = ref;
    }

    @Override
    public boolean isReady() {
      if (!asked) {
        asked = true;
        Ray.wait(List.of(ref), 1);
        return false;
      }
      return ref.isReady();
    }

    @Override
    public ObjectId id() {
      return ref.id();
    }

    @Override
    public T get() {
      return ref.get();
    }

    @Override
    public T get(Duration timeout) {
      return ref.get(timeout);
    }

    @Override
    public CompletableFuture<T> toFuture() {
      return ref.toFuture();
    }

    @Override
    public void close() {
      ref.close();
    }
  }

  @Test
  void actorsComeAndGo() throws Exception {
    OwnRay.with(ray -> {
      ActorPool<Doubler, Integer> pool = pool(0);
      pool.submit((actor, x) -> actor.call(Doubler::twice, x), 4);
      assertThatThrownBy(pool::getNext)
          .isInstanceOf(RayStateException.class)
          .hasMessageContaining("push");

      ActorRef<Doubler> actor = Ray.actor(Doubler::new).remote();
      pool.push(actor);

      assertThatThrownBy(() -> pool.push(actor)).isInstanceOf(IllegalArgumentException.class);
      assertThat(pool.getNext()).isEqualTo(8);
      assertThat(pool.hasFree()).isTrue();
      assertThat(pool.popIdle()).contains(actor);
      assertThat(pool.hasFree()).isFalse();
      pool.push(actor);
      pool.submit((each, x) -> each.call(Doubler::twice, x), 1);
      assertThatThrownBy(() -> pool.map((each, x) -> each.call(Doubler::twice, x), Stream.of(1)))
          .isInstanceOf(RayStateException.class);
    });
  }

  @Test
  void serialInstanceWorksToo() throws Exception {
    OwnRay.with(
        OwnRay.options().serial(),
        ray ->
            assertThat(pool(2).map((actor, x) -> actor.call(Doubler::twice, x), Stream.of(1, 2, 3)))
                .containsExactly(2, 4, 6));
  }
}
