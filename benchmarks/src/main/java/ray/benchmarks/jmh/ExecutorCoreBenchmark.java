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
import org.openjdk.jmh.annotations.Warmup;
import ray.ObjectId;
import ray.core.Message;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.core.executor.ExecutorEffects;
import ray.core.executor.Lane;

/**
 * The executor's part of a task: pushed, taken by a thread, finished, and the thread free again.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ExecutorCoreBenchmark {
  private static final int BATCH = 100;
  private static final long LEASE = 7;

  private final ExecutorCore core = new ExecutorCore(Tasks.WORKER, new Effects());
  private long number = 2;
  private long nowNs = 1;
  private int reported;

  /** Gives the owner a lease. */
  @Setup
  public void attach() {
    core.receive(new Message.AttachLease(LEASE, Tasks.OWNER, Tasks.KEY, 0), nowNs);
  }

  /** Tasks of no arguments, pushed in one message. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int pushTakeFinishClose() {
    reported = 0;
    List<Message.Push> pushes = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      pushes.add(new Message.Push(Tasks.task(number), 1, null));
      number += 2;
    }
    core.receive(new Message.PushTasks(Tasks.OWNER, pushes), nowNs);
    for (Lane lane; (lane = core.take(nowNs)) != null; ) {
      List<ExecutorCore.Result> results = new ArrayList<>(lane.runs().size());
      for (Execution run : lane.runs()) {
        nowNs += Tasks.DURATION_NS;
        results.add(
            new ExecutorCore.Result(run, List.of(Tasks.VALUE), List.of(), 0, Tasks.DURATION_NS));
      }
      core.beginBatch();
      core.finished(results, nowNs);
      core.endBatch();
      core.closed(lane, nowNs);
    }
    if (reported != BATCH) {
      throw new IllegalStateException(reported + " of " + BATCH + " results were reported");
    }
    return reported;
  }

  private final class Effects implements ExecutorEffects {
    @Override
    public void send(long process, Message message) {
      if (message instanceof Message.TasksDone done) {
        reported += done.results().size();
      }
    }

    @Override
    public void runnable() {}

    @Override
    public void interrupt(Execution execution) {
      throw new IllegalStateException("nothing is cancelled");
    }

    @Override
    public void resume(Execution execution) {
      throw new IllegalStateException("nothing blocks");
    }

    @Override
    public void itemsTaken(Execution execution, int count) {
      throw new IllegalStateException("there is no generator");
    }

    @Override
    public void cancelChildren(ObjectId task, boolean force) {
      throw new IllegalStateException("nothing is cancelled");
    }

    @Override
    public void tickSoon() {
      throw new IllegalStateException("nothing has a time limit");
    }

    @Override
    public void actorGone(ActorSlot actor) {
      throw new IllegalStateException("there is no actor");
    }

    @Override
    public long node() {
      return Tasks.NODE;
    }
  }
}
