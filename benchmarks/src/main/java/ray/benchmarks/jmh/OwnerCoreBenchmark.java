package ray.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import ray.ObjectId;
import ray.core.TaskSpec;
import ray.core.owner.Task;

/** The owner's part of a task: submitted, handed to a worker, done, and its ref dropped. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OwnerCoreBenchmark {
  private static final int BATCH = 1_000;

  private final OwnerSide owner = new OwnerSide();
  private final Object[] cells = new Object[BATCH];
  private long number = 2;
  private long nowNs = 1;

  /** Tasks of no arguments whose one result is small. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int submitDispatchDoneDrop() {
    long first = number;
    int readyBefore = owner.ready();
    for (int i = 0; i < BATCH; i++) {
      TaskSpec spec = Tasks.task(number);
      number += 2;
      nowNs += Tasks.DURATION_NS;
      Object cell = new Object();
      cells[i] = cell;
      owner.core.submit(new Task(spec, null), new Object[] {cell}, null, nowNs);
    }
    owner.core.flush(nowNs);
    owner.settle(nowNs);
    for (int i = 0; i < BATCH; i++) {
      owner.core.handleDropped(new ObjectId(Tasks.OWNER, first + 2L * i), cells[i]);
    }
    int done = owner.ready() - readyBefore;
    if (done != BATCH) {
      throw new IllegalStateException(done + " of " + BATCH + " tasks are done");
    }
    return done;
  }
}
