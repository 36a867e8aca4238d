package ray.benchmarks.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ray.core.store.CreateFailure;
import ray.core.store.FreeCause;
import ray.core.store.StoreCore;
import ray.core.store.StoreEffects;
import ray.core.store.StoreLimits;
import ray.core.store.StoreObject;

/** The store's part of an object: created, sealed and released, among many others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class StoreCoreBenchmark {
  private static final long CAPACITY_BYTES = 64L << 30;
  private static final long SIZE_BYTES = 100_000;
  private static final long OWNER = 1;
  private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

  /** How many objects live meanwhile. */
  @Param({"0", "100000"})
  public int living;

  private final Effects effects = new Effects();
  private final StoreCore core =
      new StoreCore(
          new StoreLimits(CAPACITY_BYTES, CAPACITY_BYTES, StoreLimits.DEFAULT_MAX_WAITING_CREATES),
          effects);
  private long key = 1;

  /** Fills the store. */
  @Setup
  public void fill() {
    for (int i = 0; i < living; i++) {
      create();
    }
  }

  /** One object. */
  @Benchmark
  public boolean createSealRelease() {
    return core.release(create(), OWNER);
  }

  private long create() {
    long created = key++;
    core.create(created, SIZE_BYTES, OWNER, 0, TIMEOUT_NS);
    if (effects.created != created || !core.seal(created)) {
      throw new IllegalStateException("the store did not take object " + created);
    }
    return created;
  }

  private static final class Effects implements StoreEffects {
    private long created;

    @Override
    public void created(StoreObject object) {
      created = object.key();
    }

    @Override
    public void createFailed(long key, CreateFailure failure) {
      throw new IllegalStateException("object " + key + ": " + failure);
    }

    @Override
    public void carved(StoreObject object) {
      created = object.key();
    }

    @Override
    public void returnChunk(long chunk, long process) {}

    @Override
    public void resultsLeft(long writer, long owner, List<Long> keys) {}

    @Override
    public void freed(StoreObject object, FreeCause cause) {}
  }
}
