package ray.benchmarks.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ray.runtime.serialization.ValueSerializers;

/** Values that have to be copied: written and read again. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SerializerBenchmark {
  private final ValueSerializers serializers =
      ValueSerializers.forLoader(SerializerBenchmark.class.getClassLoader()).build();
  private final Reading reading = new Reading(7, "thermometer", 20.5, new long[] {1, 2, 3});
  private final List<Integer> list = new ArrayList<>(List.of(1, 2, 3, 4, 5, 6, 7, 8));

  /** A record that can change, because of its array. */
  public record Reading(long id, String sensor, double value, long[] samples) {}

  /** Lets code be generated first. */
  @Setup
  public void compile() {
    copyRecord();
    copyList();
    serializers.compileNow();
  }

  /** A small record. */
  @Benchmark
  public Reading copyRecord() {
    return serializers.copy(reading);
  }

  /** A small list. */
  @Benchmark
  public List<Integer> copyList() {
    return serializers.copy(list);
  }

  /** What needs no copy: how long it takes to find that out. */
  @Benchmark
  public boolean isImmutable() {
    return serializers.isImmutable("ok");
  }
}
