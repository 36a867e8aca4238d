package ray.core.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** A run that waits for a task of its own process lends it its lease, and nobody is asked. */
class LendingTest implements ExecutorEffects {
  private static final long DRIVER = 0xa;
  private static final long SELF = 0xb;
  private static final long NODE = 2;
  private static final FunctionKey KEY = key(Resources.ONE_CPU);
  private static final ObjectId PARENT = new ObjectId(DRIVER, 2);
  private static final ObjectId CHILD = new ObjectId(SELF, 2);
  private static final ObjectId GRANDCHILD = new ObjectId(SELF, 4);
  private static final Outcome VALUE = new Outcome.Inline("a", 8, List.of());

  private final List<Message> toNode = new ArrayList<>();
  private final List<Execution> interrupted = new ArrayList<>();
  private final List<Execution> resumed = new ArrayList<>();
  private final ExecutorCore core = new ExecutorCore(SELF, this);

  private static FunctionKey key(Resources resources) {
    return new FunctionKey("f", resources, SchedulingStrategy.standard());
  }

  private static Message.PushTasks push(ObjectId task, FunctionKey key, long timeoutNs) {
    CallSpec call =
        new CallSpec(7, key, "f", "f", 1, new TaskPolicy(0, "", timeoutNs, 0, "", Map.of()));
    TaskSpec spec = new TaskSpec(task, null, call, new Object[0], List.of(), null);
    return new Message.PushTasks(task.owner(), List.of(new Message.Push(spec, 1, null)));
  }

  private Lane parentRuns(long timeoutNs) {
    core.receive(push(PARENT, KEY, timeoutNs), 1);
    core.receive(new Message.AttachLease(1, DRIVER, KEY), 1);
    Lane lane = Objects.requireNonNull(core.take(1));
    toNode.clear();
    return lane;
  }

  private static Execution run(Lane lane) {
    return lane.runs().getFirst();
  }

  /** What a thread does whose run waits for a task, which comes to this process. */
  private @Nullable Lane lend(Lane to, ObjectId task, FunctionKey key) {
    assertThat(core.offer(run(to), task, 1)).isTrue();
    core.receive(push(task, key, 0), 1);
    return core.lend(run(to), task, to, 1, 1);
  }

  private Lane lent(Lane to, ObjectId task) {
    return Objects.requireNonNull(lend(to, task, KEY));
  }

  private void end(Lane lane) {
    core.finished(
        List.of(new ExecutorCore.Result(run(lane), List.of(VALUE), List.of(), 0, 50_000_000)), 1);
    core.closed(lane, 1);
  }

  @Test
  void aTaskRunsOnTheLeaseOfTheRunThatWaitsForItAndTheNodeIsNotAsked() {
    Lane parent = parentRuns(0);

    Lane child = lent(parent, CHILD);
    Lane grandchild = lent(child, GRANDCHILD);
    end(grandchild);
    core.lentBack(run(child), 1);
    end(child);
    core.lentBack(run(parent), 1);

    assertThat(toNode).isEmpty();
    assertThat(core.blockedCount()).isZero();
    // and the lease is the parent's again
    core.blocked(run(parent), parent, 1, 1);
    assertThat(toNode).containsExactly(new Message.SuspendLease(1));
  }

  @Test
  void whileALeaseIsLentNothingElseStartsOnIt() {
    Lane parent = parentRuns(0);
    lent(parent, CHILD);

    core.receive(push(new ObjectId(DRIVER, 4), KEY, 0), 1);
    core.receive(push(new ObjectId(SELF, 6), KEY, 0), 1);

    assertThat(core.take(1)).isNull();
    assertThat(core.blockedCount()).isEqualTo(1);
  }

  @Test
  void aTaskOnALentLeaseSuspendsItWhenItWaitsForOthers() {
    Lane parent = parentRuns(0);
    Lane child = lent(parent, CHILD);

    core.blocked(run(child), child, 1, 1);
    core.unblocked(run(child), 1);
    assertThat(toNode).containsExactly(new Message.SuspendLease(1), new Message.ResumeLease(1));
    assertThat(resumed).isEmpty();
    core.receive(new Message.LeaseResumed(1), 1);
    assertThat(resumed).containsExactly(run(child));
    toNode.clear();
    end(child);
    core.lentBack(run(parent), 1);
    end(parent);
    core.receive(new Message.ShrinkLeases(DRIVER, KEY, 1), 1);

    assertThat(toNode).containsExactly(new Message.ReturnLease(1));
  }

  @Test
  void aTaskThatNeedsSomethingElseAsksForALeaseOfItsOwn() {
    Lane parent = parentRuns(0);
    FunctionKey larger = key(Resources.NONE);

    assertThat(lend(parent, CHILD, larger)).isNull();

    assertThat(toNode).containsExactly(new Message.ReplaceLease(SELF, SELF, 7, larger));
    core.blocked(run(parent), parent, 1, 1);
    assertThat(toNode).endsWith(new Message.SuspendLease(1));
  }

  @Test
  void aTaskThatHasNotComeWhenItIsLookedForAsksForALease() {
    Lane parent = parentRuns(0);
    assertThat(core.offer(run(parent), CHILD, 1)).isTrue();
    assertThat(core.lend(run(parent), CHILD, parent, 1, 1)).isNull();

    core.receive(push(CHILD, KEY, 0), 1);

    assertThat(toNode).containsExactly(new Message.ReplaceLease(SELF, SELF, 7, KEY));
  }

  @Test
  void aRunWithATimeLimitLendsNothingSoThatItEndsInTime() {
    Lane parent = parentRuns(1_000_000);

    assertThat(core.offer(run(parent), CHILD, 1)).isFalse();
  }

  @Test
  void aRunThatIsCancelledWhileItLendsIsInterruptedWhenItsThreadIsItsOwnAgain() {
    Lane parent = parentRuns(0);
    Lane child = lent(parent, CHILD);

    core.receive(new Message.CancelRun(PARENT, false), 1);
    assertThat(interrupted).isEmpty();
    end(child);
    core.lentBack(run(parent), 1);

    assertThat(interrupted).containsExactly(run(parent));
    assertThat(core.offer(run(parent), GRANDCHILD, 1)).isFalse();
  }

  @Test
  void aLeaseIsLentForALimitedTimeUntilTheNodeHasSeenItAgain() {
    Lane parent = parentRuns(0);
    Lane child = lent(parent, CHILD);
    end(child);
    core.lentBack(run(parent), 2 + Lending.LENT_NS);

    assertThat(core.offer(run(parent), GRANDCHILD, 1)).isFalse();
    core.blocked(run(parent), parent, 1, 1);
    core.unblocked(run(parent), 1);
    core.receive(new Message.LeaseResumed(1), 1);
    assertThat(core.offer(run(parent), GRANDCHILD, 1)).isTrue();
  }

  @Test
  void aLeaseThatIsLentWhenItsOwnerDiesGoesBackWhenTheRunEnds() {
    Lane parent = parentRuns(0);
    Lane child = lent(parent, CHILD);

    core.receive(new Message.ProcessDied(DRIVER, "it was killed"), 1);
    assertThat(toNode).isEmpty();
    end(child);
    core.lentBack(run(parent), 1);
    end(parent);

    assertThat(interrupted).containsExactly(run(parent));
    assertThat(toNode).containsExactly(new Message.ReturnLease(1));
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
  public void interrupt(Execution execution) {
    interrupted.add(execution);
  }

  @Override
  public void resume(Execution execution) {
    resumed.add(execution);
  }

  @Override
  public void itemsTaken(Execution execution, int count) {}

  @Override
  public void cancelChildren(ObjectId task) {}

  @Override
  public void actorGone(ActorSlot actor) {}

  @Override
  public long node() {
    return NODE;
  }
}
