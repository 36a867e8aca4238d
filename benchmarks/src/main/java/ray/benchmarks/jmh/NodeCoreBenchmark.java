package ray.benchmarks.jmh;

import java.util.Map;
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
import ray.Resources;
import ray.RuntimeEnv;
import ray.core.Message;
import ray.core.node.NodeCore;
import ray.core.node.NodeEffects;

/** The node's part of a lease: asked for, granted and returned. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class NodeCoreBenchmark {
  private final Effects effects = new Effects();
  private final NodeCore core =
      new NodeCore(Tasks.NODE, Resources.NONE.with(Resources.CPU, 2), Map.of(), effects);

  /** Starts the worker. */
  @Setup
  public void start() {
    core.start();
    core.workerStarted(Tasks.JOB, RuntimeEnv.SHARED, Tasks.WORKER);
  }

  /** One lease. */
  @Benchmark
  public long requestReturn() {
    core.receive(new Message.RequestLeases(Tasks.OWNER, Tasks.JOB, Tasks.KEY, 1));
    long lease = effects.lease;
    if (lease == 0) {
      throw new IllegalStateException("no lease was granted");
    }
    effects.lease = 0;
    core.receive(new Message.ReturnLease(lease));
    return lease;
  }

  private static final class Effects implements NodeEffects {
    private long lease;

    @Override
    public void send(long process, Message message) {
      if (message instanceof Message.AttachLease attach) {
        lease = attach.lease();
      }
    }

    @Override
    public void startWorker(long job, RuntimeEnv runtimeEnv) {}

    @Override
    public void endWorker(long worker, String reason) {}

    @Override
    public long control() {
      return Tasks.CONTROL;
    }
  }
}
