package ray.benchmarks.jmh;

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
import ray.ObjectId;

/** References: a put whose ref is dropped again, among many others that live. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReferencesBenchmark {
  /** How many objects live meanwhile. */
  @Param({"0", "1000000"})
  public int living;

  private final OwnerSide owner = new OwnerSide();
  private long number = 2;

  /** Fills the table. */
  @Setup
  public void fill() {
    for (int i = 0; i < living; i++) {
      owner.core.put(next(), Tasks.VALUE, new Object(), null);
    }
  }

  /** One object. */
  @Benchmark
  public ObjectId putDrop() {
    ObjectId id = next();
    Object cell = new Object();
    owner.core.put(id, Tasks.VALUE, cell, null);
    owner.core.handleDropped(id, cell);
    return id;
  }

  private ObjectId next() {
    ObjectId id = new ObjectId(Tasks.OWNER, number);
    number += 2;
    return id;
  }
}
