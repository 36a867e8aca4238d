package ray.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;

/**
 * The main class of a program that keeps a node full with tasks that compute, all of one length,
 * until its input ends.
 */
final class FairnessDriver {
  /** Far more than a node has CPUs, and enough ahead for tasks of a millisecond. */
  private static final int UNDER_WAY = 256;

  /** What it prints once a task has run. */
  static final String AT_WORK = "at work";

  private static final long TRIAL_ROUNDS = 20_000_000;

  private FairnessDriver() {}

  /**
   * Runs.
   *
   * @param arguments the node's address, and the processor time of a task in milliseconds
   */
  public static void main(String[] arguments) throws IOException {
    long rounds = Long.parseLong(arguments[1]) * roundsInAMillisecond();
    try (RayInstance ray = Ray.init(RayOptions.defaults().address(arguments[0]))) {
      var work = Ray.remote(FairnessDriver::work).on(ray);
      work.remote(rounds).get();
      System.out.println(AT_WORK);
      ArrayDeque<ObjectRef<Long>> underWay = new ArrayDeque<>();
      while (System.in.available() == 0) {
        while (underWay.size() < UNDER_WAY) {
          underWay.add(work.remote(rounds));
        }
        try (ObjectRef<Long> oldest = underWay.remove()) {
          oldest.get();
        }
      }
    }
  }

  /** Computes for so many rounds. */
  static long work(long rounds) {
    long state = rounds;
    for (long i = 0; i < rounds; i++) {
      state = state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
    }
    return state;
  }

  private static long roundsInAMillisecond() {
    var threads = ManagementFactory.getThreadMXBean();
    long best = Long.MAX_VALUE;
    long unused = 0;
    for (int i = 0; i < 3; i++) {
      long beganNs = threads.getCurrentThreadCpuTime();
      unused += work(TRIAL_ROUNDS);
      best = Math.min(best, threads.getCurrentThreadCpuTime() - beganNs);
    }
    return unused == 0 ? 1 : Math.max(1, TRIAL_ROUNDS * 1_000_000 / Math.max(1, best));
  }
}
