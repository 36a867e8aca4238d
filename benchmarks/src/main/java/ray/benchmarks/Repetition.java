package ray.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Repeats work as Ray's own microbenchmark does: a warm-up that also tells how many repetitions
 * there are between two looks at the clock, then rounds. Single operations are timed so rarely that
 * it does not show in the rate.
 */
final class Repetition {
  /** Reading the clock twice takes some 50 ns: one percent of this. */
  private static final long SAMPLE_EVERY_NS = 5_000;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private static final Object NEVER_RETURNED = new Object();

  private final Timing timing;
  private final double factor;
  private final Latencies latencies = new Latencies();
  private long sampleEvery = 1;
  private long untilSample = 1;
  private long repetitions;

  Repetition(Timing timing, double factor) {
    this.timing = timing;
    this.factor = factor;
  }

  Result measure(String name, Work work) throws Exception {
    long warmUps = warmUp(work);
    long step = warmUps / 10 + 1;
    sampleEvery = Math.max(1, SAMPLE_EVERY_NS / Math.max(1, timing.warmUpNs() / warmUps));
    untilSample = sampleEvery;
    latencies.clear();
    List<Double> rates = new ArrayList<>();
    long startCpuNs = SYSTEM.getProcessCpuTime();
    for (int round = 0; round < timing.rounds(); round++) {
      rates.add(rate(work, step));
    }
    long cpuNs = SYSTEM.getProcessCpuTime() - startCpuNs;
    return Result.of(name, rates, latencies).withCpuUs(cpuNs / 1e3 / (factor * repetitions));
  }

  private long warmUp(Work work) throws Exception {
    long startNs = System.nanoTime();
    long count = 0;
    while (System.nanoTime() - startNs < timing.warmUpNs()) {
      run(work, 1);
      count++;
    }
    return count;
  }

  private double rate(Work work, long step) throws Exception {
    long startNs = System.nanoTime();
    long count = 0;
    long elapsedNs;
    do {
      run(work, step);
      count += step;
      elapsedNs = System.nanoTime() - startNs;
    } while (elapsedNs < timing.roundNs());
    repetitions += count;
    return factor * count * 1e9 / elapsedNs;
  }

  private void run(Work work, long times) throws Exception {
    switch (work) {
      case Work.Single single -> runSingle(single, times);
      case Work.Batch batch -> {
        for (long i = 0; i < times; i++) {
          batch.run(latencies);
        }
      }
    }
  }

  private void runSingle(Work.Single single, long times) throws Exception {
    for (long i = 0; i < times; i++) {
      boolean sample = --untilSample == 0;
      long startNs = sample ? System.nanoTime() : 0;
      if (single.run() == NEVER_RETURNED) {
        throw new IllegalStateException("an operation returned what it can't have");
      }
      if (sample) {
        latencies.add(System.nanoTime() - startNs);
        untilSample = sampleEvery;
      }
    }
  }
}
