package ray.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import ray.ObjectRef;
import ray.Ray;

/**
 * Programs while garbage is collected all the time: a ref may be found unreachable as soon as no
 * code needs its handle, and what it stands for must by then be held by whoever it was given to.
 */
@Isolated
@OneJvm("the collections of others are their own")
@Timeout(60)
class CollectorTest {
  /** For how long each program goes on. */
  private static final long TIME_NS = 2_000_000_000L;

  private volatile boolean ended;
  private final Thread collector =
      Thread.ofPlatform()
          .daemon()
          .unstarted(() -> {
            while (!ended) {
              System.gc();
            }
          });

  @BeforeEach
  void start() {
    collector.start();
  }

  @AfterEach
  void end() throws InterruptedException {
    ended = true;
    collector.join();
  }

  static ObjectRef<Integer> chain(int left) {
    return left == 0 ? Ray.put(7) : Ray.remote(CollectorTest::chain).remote(left - 1);
  }

  static int length(byte[] bytes) {
    return bytes.length;
  }

  @Test
  void returnedRefsArrive() throws Exception {
    TestRay.with(ray -> {
      for (long until = System.nanoTime() + TIME_NS; System.nanoTime() - until < 0; ) {
        assertThat(Ray.remote(CollectorTest::chain).remote(50).get()).isEqualTo(7);
      }
    });
  }

  @Test
  void largeValuesAreReadThroughRefsThatNobodyKeeps() throws Exception {
    TestRay.with(ray -> {
      for (long until = System.nanoTime() + TIME_NS; System.nanoTime() - until < 0; ) {
        assertThat(Ray.put(new byte[200_000]).get()).hasSize(200_000);
        assertThat(Ray.remote(CollectorTest::length).remote(Ray.put(new byte[200_000])).get())
            .isEqualTo(200_000);
      }
    });
  }

  @Test
  void noneOfManyRefsThatGoAtOnceIsForgotten() throws Exception {
    TestRay.with(ray -> {
      List<ObjectRef<Integer>> refs = new ArrayList<>();
      for (int i = 0; i < 50_000; i++) {
        refs.add(ray.put(i));
      }
      refs.clear();
      for (long until = System.nanoTime() + 30_000_000_000L;
          !ray.objects().isEmpty() && System.nanoTime() - until < 0; ) {
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertThat(ray.objects()).isEmpty();
    });
  }
}
