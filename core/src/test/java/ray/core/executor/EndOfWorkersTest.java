package ray.core.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** When a worker has run enough, and when it may end. */
class EndOfWorkersTest implements ExecutorEffects {
  private static final long SELF = 0xb;
  private static final long OWNER = 0xa;
  private static final long NODE = 2;
  private static final FunctionKey KEY = key(RuntimeEnv.SHARED);
  private static final FunctionKey TWICE = key(RuntimeEnv.SHARED.withMaxTasks(2));

  private final List<Message> toNode = new ArrayList<>();
  private final ExecutorCore core = new ExecutorCore(SELF, this);
  private long nextTask = 2;
  private long nextLease = 1;

  private static FunctionKey key(RuntimeEnv runtimeEnv) {
    return new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard(), runtimeEnv);
  }

  private void push(FunctionKey key) {
    TaskSpec spec =
        new TaskSpec(
            new ObjectId(OWNER, nextTask++),
            null,
            new CallSpec(7, key, "f", "f", 1, new TaskPolicy(0, "", 0, 0, "", Map.of())),
            new Object[0],
            List.of(),
            null);
    core.receive(new Message.PushTasks(OWNER, List.of(new Message.Push(spec, 1, null))), 1);
  }

  private void attach(FunctionKey key) {
    core.receive(new Message.AttachLease(nextLease++, OWNER, key, 0), 1);
  }

  private void runOne() {
    Lane lane = Objects.requireNonNull(core.take(1), "nothing may start");
    Outcome value = new Outcome.Inline("x", 8, List.of());
    for (Execution run : lane.runs()) {
      core.finished(List.of(new ExecutorCore.Result(run, List.of(value), List.of(), 0, 1)), 1);
    }
    core.closed(lane, 1);
  }

  private long timesSpent() {
    return toNode.stream().filter(new Message.WorkerSpent(SELF)::equals).count();
  }

  @Test
  void aWorkerThatHasRunAsManyTasksAsTheyAllowSaysSoOnce() {
    attach(TWICE);
    push(TWICE);
    runOne();
    assertThat(timesSpent()).isZero();

    push(TWICE);
    runOne();
    push(TWICE);
    runOne();

    assertThat(timesSpent()).isOne();
  }

  /**
   * Their owner hands it no more: the node must not lend it to that owner, whatever they wait for.
   */
  @Test
  void itSaysSoBeforeTheTasksHaveEnded() {
    attach(TWICE);
    push(TWICE);
    push(TWICE);

    assertThat(timesSpent()).isOne();
    runOne();
    assertThat(core.mayEnd()).isFalse();
    runOne();
    assertThat(timesSpent()).isOne();
  }

  @Test
  void theNodesLimitHoldsForTasksWithoutOne() {
    core.endAfter(1);
    attach(KEY);
    push(KEY);

    runOne();

    assertThat(timesSpent()).isOne();
  }

  @Test
  void withoutALimitItRunsOn() {
    attach(KEY);
    for (int i = 0; i < 100; i++) {
      push(KEY);
      runOne();
    }

    assertThat(timesSpent()).isZero();
  }

  @Test
  void itMayNotEndWhileAnOwnerThatHasALeaseMaySendTasks() {
    attach(KEY);
    core.receive(new Message.Retire(false), 1);
    assertThat(core.mayEnd()).isFalse();

    core.receive(new Message.ShrinkLeases(OWNER, KEY, 1), 1);

    assertThat(core.mayEnd()).isTrue();
    assertThat(toNode).contains(new Message.ReturnLease(1));
  }

  @Test
  void itMayNotEndBeforeItIsTold() {
    assertThat(core.mayEnd()).isFalse();
  }

  // ---- effects

  @Override
  public void send(long process, Message message) {
    if (process == NODE) {
      toNode.add(message);
    }
  }

  @Override
  public void runnable() {}

  @Override
  public void interrupt(Execution execution) {}

  @Override
  public void resume(Execution execution) {}

  @Override
  public void itemsTaken(Execution execution, int count) {}

  @Override
  public void cancelChildren(ObjectId task, boolean force) {}

  @Override
  public void tickSoon() {}

  @Override
  public void actorGone(ActorSlot actor) {}

  @Override
  public long node() {
    return NODE;
  }
}
