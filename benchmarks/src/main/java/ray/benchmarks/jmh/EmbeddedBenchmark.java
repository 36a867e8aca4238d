package ray.benchmarks.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import ray.ActorRef;
import ray.ObjectRef;
import ray.Ray;
import ray.RayInstance;
import ray.RayOptions;
import ray.RemoteFunction0;

/** What programs see: puts, gets, tasks and actor calls of an embedded Ray. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EmbeddedBenchmark {
  private static final int BATCH = 1_000;

  private final RayInstance ray = Ray.start(RayOptions.defaults());
  private final RemoteFunction0<ObjectRef<Integer>> one =
      Ray.remote(EmbeddedBenchmark::one).on(ray);
  private final ActorRef<Counter> counter = Ray.actor(Counter::new).on(ray).remote();
  private final ObjectRef<Integer> value = ray.put(1);

  static int one() {
    return 1;
  }

  static final class Counter {
    private int count;

    int increment() {
      return ++count;
    }
  }

  /** Waits until the actor is there. */
  @Setup
  public void await() {
    counter.ready().get();
  }

  /** Ends Ray. */
  @TearDown
  public void close() {
    ray.close();
  }

  /** A value that is there. */
  @Benchmark
  public int get() {
    return value.get();
  }

  /** A small value; its ref is closed. */
  @Benchmark
  public ObjectRef<Integer> putClose() {
    ObjectRef<Integer> ref = ray.put(1);
    ref.close();
    return ref;
  }

  /** A small value; its ref is left to the collector. */
  @Benchmark
  public ObjectRef<Integer> putDrop() {
    return ray.put(1);
  }

  /** One task after the other. */
  @Benchmark
  public int taskSync() {
    try (ObjectRef<Integer> result = one.remote()) {
      return result.get();
    }
  }

  /** Tasks submitted before the first result is read. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int tasksAsync() {
    List<ObjectRef<Integer>> refs = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      refs.add(one.remote());
    }
    return getAndClose(refs);
  }

  /** One call after the other. */
  @Benchmark
  public int actorSync() {
    try (ObjectRef<Integer> result = counter.call(Counter::increment)) {
      return result.get();
    }
  }

  /** Calls submitted before the first result is read. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int actorAsync() {
    List<ObjectRef<Integer>> refs = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      refs.add(counter.call(Counter::increment));
    }
    return getAndClose(refs);
  }

  private int getAndClose(List<ObjectRef<Integer>> refs) {
    int sum = 0;
    for (int read : ray.get(refs)) {
      sum += read;
    }
    refs.forEach(ObjectRef::close);
    return sum;
  }
}
