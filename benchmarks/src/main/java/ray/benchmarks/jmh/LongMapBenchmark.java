package ray.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import ray.core.LongMap;

/** The map behind all tables of the cores, used as they use it: numbers come up and go. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LongMapBenchmark {
  /** How many entries there are meanwhile. */
  @Param({"1000", "1000000"})
  public int living;

  private final LongMap<Object> map = new LongMap<>();
  private final Object value = new Object();
  private long number = 2;

  /** Fills the map. */
  @Setup
  public void fill() {
    for (int i = 0; i < living; i++) {
      map.put(number, value);
      number += 2;
    }
  }

  /** The newest number comes, one in the middle is looked up, the oldest goes. */
  @Benchmark
  public @Nullable Object putGetRemove() {
    map.put(number, value);
    Object found = map.get(number - living);
    map.remove(number - 2L * living);
    number += 2;
    return found;
  }
}
