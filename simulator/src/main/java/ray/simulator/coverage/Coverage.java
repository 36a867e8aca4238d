package ray.simulator.coverage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
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
import ray.simulator.cores.ClassFiles;
import ray.simulator.cores.CoreClassLoader;
import ray.simulator.cores.CoreSources;

/**
 * Cores with a probe at each branch, by JaCoCo. They are loaded apart from the product's own; all
 * threads that run seeds through {@link #seeds} share them, and so their probes.
 */
public final class Coverage implements AutoCloseable {
  private static final String CORES = "ray.core";

  private final Map<String, byte[]> cores = ClassFiles.of(CORES, Message.class);
  private final IRuntime runtime = new LoggerRuntime();
  private final RuntimeData data = new RuntimeData();
  private final Instrumenter instrumenter = new Instrumenter(runtime);
  private final CoreClassLoader loader = new CoreClassLoader(this::probed);

  /** Cores of which nothing is reached yet. */
  public Coverage() {
    try {
      runtime.startup(data);
    } catch (Exception failure) {
      throw new IllegalStateException("the cores can't be watched", failure);
    }
  }

  private byte[] probed(String name, byte[] original) {
    try {
      return instrumenter.instrument(original, name);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Runs seeds on these cores; the answers are those of {@link SeedCounts}. */
  @SuppressWarnings("unchecked")
  public LongFunction<Map<String, Long>> seeds(String workload, int nodes) {
    return loader.make(SeedCounts.class, LongFunction.class, workload, nodes);
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
