package ray.model;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.processes.LocalNode;

/** Gives each test an instance of its own, so that tests run in parallel in one JVM. */
final class TestRay {
  /** No wait of a test is longer than this; nothing that works comes near it. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

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
    return Boolean.getBoolean("ray.test.processes");
  }

  /** Runs a program with an instance behind {@code Ray}'s static methods. */
  static void with(RayOptions options, Program program) throws Exception {
    if (!inProcesses()) {
      run(options, program);
      return;
    }
    try (LocalNode node = LocalNode.start(options)) {
      run(options.address(node.address()), program);
    }
  }

  private static void run(RayOptions options, Program program) throws Exception {
    try (RayInstance ray = Ray.start(options)) {
      ray.call(() -> {
        program.run(ray);
        return true;
      });
    }
  }

  /** The same with {@link #options}. */
  static void with(Program program) throws Exception {
    with(options(), program);
  }

  /** Waits for a condition that nothing signals. */
  static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadlineNs > 0) {
        throw new AssertionError("not within " + PATIENCE + ": " + what);
      }
      LockSupport.parkNanos(200_000);
    }
  }
}
