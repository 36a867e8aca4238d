package ray.extras;

import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/** Gives a test an instance of its own, so that tests run in parallel in one JVM. */
final class OwnRay {
  private static final long STORE_BYTES = 32L << 20;

  private OwnRay() {}

  /** What runs inside an instance. */
  @FunctionalInterface
  interface Program {
    void run(RayInstance ray) throws Exception;
  }

  /** Two CPUs and a small store. */
  static RayOptions options() {
    return RayOptions.defaults().address("local").cpus(2).objectStore(STORE_BYTES).quiet();
  }

  static void with(RayOptions options, Program program) throws Exception {
    try (RayInstance ray = Ray.start(options)) {
      ray.call(() -> {
        program.run(ray);
        return true;
      });
    }
  }

  static void with(Program program) throws Exception {
    with(options(), program);
  }
}
