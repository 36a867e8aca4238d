package ray.extras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.TaskFailedException;

/** Refs become futures and futures refs. */
@Timeout(60)
class FutureBridgeTest {
  static int pass(Door door) throws InterruptedException {
    return door.pass();
  }

  static int plusOne(int x) {
    return x + 1;
  }

  static int fail() throws IOException {
    throw new IOException("gone");
  }

  @Test
  void refCompletesItsFuture() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      ObjectRef<Integer> ref = Ray.remote(FutureBridgeTest::pass).remote(door);

      CompletableFuture<Integer> future = ref.toFuture().thenApply(x -> x + 10);
      assertThat(future.isDone()).isFalse();
      door.open();

      assertThat(future.get(30, TimeUnit.SECONDS)).isEqualTo(11);
      assertThat(ref.toFuture().get()).isEqualTo(1);
    });
  }

  @Test
  void failureCompletesTheFutureWithWhatGetThrows() throws Exception {
    OwnRay.with(ray ->
        assertThatThrownBy(() -> Ray.remote(FutureBridgeTest::fail).remote().toFuture().get())
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(TaskFailedException.class)
            .hasCauseInstanceOf(IOException.class));
  }

  @Test
  void cancellingTheFutureLeavesTheTaskAlone() throws Exception {
    OwnRay.with(ray -> {
      Door door = Door.closed();
      ObjectRef<Integer> ref = Ray.remote(FutureBridgeTest::pass).remote(door);

      assertThat(ref.toFuture().cancel(true)).isTrue();
      door.open();

      assertThat(ref.get()).isEqualTo(1);
    });
  }

  @Test
  void closingTheInstanceCompletesItsFutures() throws Exception {
    Door door = Door.closed();
    CompletableFuture<Integer> future;
    try (RayInstance ray = Ray.start(OwnRay.options())) {
      future = ray.call(() -> Ray.remote(FutureBridgeTest::pass).remote(door)).toFuture();
      door.awaitArrivals(1);
    }

    assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class);
  }

  @Test
  void futureBecomesARefThatTasksTake() throws Exception {
    OwnRay.with(ray -> {
      CompletableFuture<Integer> future = new CompletableFuture<>();
      ObjectRef<Integer> ref = Ray.fromFuture(future);
      ObjectRef<Integer> next = Ray.remote(FutureBridgeTest::plusOne).remote(ref);

      assertThat(ref.isReady()).isFalse();
      future.complete(41);

      assertThat(next.get()).isEqualTo(42);
      assertThat(ref.get()).isEqualTo(41);
      assertThat(Ray.fromFuture(CompletableFuture.completedFuture("now")).get()).isEqualTo("now");
    });
  }

  @Test
  void failedFutureFailsTheRefAndItsDependants() throws Exception {
    OwnRay.with(ray -> {
      CompletableFuture<Integer> future = new CompletableFuture<>();
      ObjectRef<Integer> ref = Ray.fromFuture(future.thenApply(x -> x + 1));
      ObjectRef<Integer> next = Ray.remote(FutureBridgeTest::plusOne).remote(ref);

      future.completeExceptionally(new IllegalStateException("no"));

      for (ObjectRef<Integer> each : List.of(ref, next)) {
        assertThatThrownBy(each::get)
            .isNotInstanceOf(CompletionException.class)
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("no");
      }
    });
  }

  @Test
  void asyncTaskAnswersWithWhatItsStageBrings() throws Exception {
    OwnRay.with(ray ->
        assertThat(Ray.remote(() -> CompletableFuture.supplyAsync(() -> 5)).remote().get())
            .isEqualTo(5));
  }
}
