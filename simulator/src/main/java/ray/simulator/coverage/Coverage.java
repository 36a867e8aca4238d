package ray.simulator.coverage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jacoco.core.analysis.Analyzer;
import org.jacoco.core.analysis.CoverageBuilder;
import org.jacoco.core.data.ExecutionDataStore;
import org.jacoco.core.data.SessionInfoStore;
import org.jacoco.core.instr.Instrumenter;
import org.jacoco.core.runtime.IRuntime;
import org.jacoco.core.runtime.LoggerRuntime;
import org.jacoco.core.runtime.RuntimeData;
import ray.core.Message;
import ray.simulator.SeedCounts;

/**
 * Cores with a probe at each branch, by JaCoCo. They are loaded apart from the product's own; all
 * threads that run seeds through {@link #seeds} share them, and so their probes.
 */
public final class Coverage implements AutoCloseable {
  private static final String CORES = "ray.core";

  private final Map<String, byte[]> cores = ClassFiles.of(CORES, Message.class);
  private final IRuntime runtime = new LoggerRuntime();
  private final RuntimeData data = new RuntimeData();
  private final ProbedClassLoader loader;

  /** Cores of which nothing is reached yet. */
  public Coverage() {
    Map<String, byte[]> probed =
        new TreeMap<>(ClassFiles.of(SeedCounts.class.getPackageName(), SeedCounts.class));
    Instrumenter instrumenter = new Instrumenter(runtime);
    try {
      for (Map.Entry<String, byte[]> core : cores.entrySet()) {
        probed.put(core.getKey(), instrumenter.instrument(core.getValue(), core.getKey()));
      }
      runtime.startup(data);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (Exception failure) {
      throw new IllegalStateException("the cores can't be watched", failure);
    }
    this.loader = new ProbedClassLoader(probed);
  }

  /** Runs seeds on these cores; the answers are those of {@link SeedCounts}. */
  @SuppressWarnings("unchecked")
  public LongFunction<Map<String, Long>> seeds(String workload, int nodes) {
    try {
      return (LongFunction<Map<String, Long>>)
          loader
              .loadClass(SeedCounts.class.getName())
              .getConstructor(String.class, Integer.class)
              .newInstance(workload, nodes);
    } catch (ReflectiveOperationException failure) {
      throw new IllegalStateException("the simulator can't be loaded again", failure);
    }
  }

  /** What has been reached so far. */
  public Report report() {
    ExecutionDataStore reached = new ExecutionDataStore();
    data.collect(reached, new SessionInfoStore(), false);
    CoverageBuilder found = new CoverageBuilder();
    Analyzer analyzer = new Analyzer(reached, found);
    try {
      for (Map.Entry<String, byte[]> core : cores.entrySet()) {
        analyzer.analyzeClass(core.getValue(), core.getKey());
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return new Analysis(found, CoreSources.find(), Explanations.read()).report();
  }

  /** Stops counting. */
  @Override
  public void close() {
    runtime.shutdown();
  }
}
