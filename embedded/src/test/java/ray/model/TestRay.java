package ray.model;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.processes.LocalNode;

/** Gives each test an instance of its own, so that tests run in parallel in one JVM. */
final class TestRay {
  /** No wait of a test is longer than this; nothing that works comes near it. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The property that makes instances nodes with workers in processes of their own. */
  static final String IN_PROCESSES = "ray.test.processes";

  private static final long COLLECT_EVERY_NS = 50_000_000;

  private static final long STORE_BYTES = 32L << 20;

  private TestRay() {}

  /** What runs inside an instance. */
  @FunctionalInterface
  interface Program {
    void run(RayInstance ray) throws Exception;
  }

  /** Two CPUs and a small store; failures that a test does not ask for stay unreported. */
  static RayOptions options() {
    return RayOptions.defaults().cpus(2).objectStore(STORE_BYTES).quiet();
  }

  /** Whether instances are nodes with workers in processes of their own. */
  static boolean inProcesses() {
    return Boolean.getBoolean(IN_PROCESSES);
  }

  /** Runs a program with an instance behind {@code Ray}'s static methods. */
  static void with(RayOptions options, Program program) throws Exception {
    try (Started started = start(options)) {
      started
          .ray()
          .call(() -> {
            program.run(started.ray());
            return true;
          });
    }
  }

  /** Starts an instance, on a node of its own if they run in processes. */
  static Started start(RayOptions options) {
    if (!inProcesses() || options.serialMode()) {
      return new Started(Ray.start(options), null);
    }
    LocalNode node = LocalNode.start(options);
    try {
      return new Started(Ray.start(options.address(node.address())), node);
    } catch (RuntimeException | Error e) {
      node.close();
      throw e;
    }
  }

  /** An instance, and the node that it runs on unless that is in it. */
  record Started(RayInstance ray, @Nullable LocalNode node) implements AutoCloseable {
    @Override
    public void close() {
      try {
        ray.close();
      } finally {
        if (node != null) {
          node.close();
        }
      }
    }
  }

  /** The same with {@link #options}. */
  static void with(Program program) throws Exception {
    with(options(), program);
  }

  /** Waits for what follows when garbage was collected. */
  static void awaitCollected(String what, BooleanSupplier condition) {
    AtomicLong collectedNs = new AtomicLong(System.nanoTime() - COLLECT_EVERY_NS);
    await(
        what,
        () -> {
          // Not all the time: what follows needs some as well.
          if (System.nanoTime() - collectedNs.get() > COLLECT_EVERY_NS) {
            System.gc();
            collectedNs.set(System.nanoTime());
          }
          return condition.getAsBoolean();
        });
  }

  /** Waits for a condition that nothing signals. */
  static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      LockSupport.parkNanos(inProcesses() ? 1_000_000 : 200_000);
    }
  }
}
