package ray.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** Tasks begin though virtual threads of user code leave none of the JVM's carriers to others. */
@Timeout(120)
class BusyCarriersTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long BURN_NS = 2 * PATIENCE.toNanos();
  private static final int ROUNDS = 3;

  // In the worker.
  private static List<Thread> burners = List.of();
  private static volatile boolean burns;
  private static volatile boolean ends;

  /** Twice as many threads as there are carriers wait to burn them. */
  private static int prepare() {
    ends = false;
    burns = false;
    burners =
        IntStream.range(0, 2 * Runtime.getRuntime().availableProcessors())
            .mapToObj(i -> Thread.ofVirtual().start(BusyCarriersTest::burn))
            .toList();
    return burners.size();
  }

  private static void burn() {
    while (!burns) {
      LockSupport.park();
    }
    long beganNs = System.nanoTime();
    while (!ends && System.nanoTime() - beganNs < BURN_NS) {
      Thread.onSpinWait();
    }
  }

  /** The thread of this task goes on to look for another, and lets them run meanwhile. */
  private static int light(boolean whenWatchSleeps) {
    while (whenWatchSleeps && !watchSleeps()) {
      Thread.onSpinWait();
    }
    burns = true;
    burners.forEach(LockSupport::unpark);
    return burners.size();
  }

  /** Whether who watches over this worker's threads has come to rest until it is woken. */
  private static boolean watchSleeps() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread ->
            thread.getName().startsWith("ray-watch-worker")
                && thread.getState() == Thread.State.WAITING);
  }

  private static int putOut() {
    ends = true;
    return burners.size();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aTaskBeginsThoughTheThreadThatLooksForItHasNoCarrier(boolean whenWatchSleeps) {
    try (LocalNode node = LocalNode.start(RayOptions.defaults().cpus(3).objectStore(32L << 20));
        RayInstance ray = Ray.start(RayOptions.defaults().address(node.address()).quiet())) {
      for (int round = 0; round < ROUNDS; round++) {
        int threads = Ray.remote(BusyCarriersTest::prepare).on(ray).remote().get(PATIENCE);
        Ray.remote(BusyCarriersTest::light).on(ray).remote(whenWatchSleeps).get(PATIENCE);

        int ended = Ray.remote(BusyCarriersTest::putOut).on(ray).remote().get(PATIENCE);

        assertThat(ended).isEqualTo(threads);
      }
    }
  }
}
