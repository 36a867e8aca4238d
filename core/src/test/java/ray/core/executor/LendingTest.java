package ray.core.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.DeathCause;
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
  private static final FunctionKey KEY =
      new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());
  private static final ObjectId PARENT = new ObjectId(DRIVER, 2);
  private static final ObjectId CHILD = new ObjectId(SELF, 2);
  private static final ObjectId GRANDCHILD = new ObjectId(SELF, 4);
  private static final Outcome VALUE = new Outcome.Inline("a", 8, List.of());

  private final List<Message> toNode = new ArrayList<>();
  private final List<Execution> interrupted = new ArrayList<>();
  private final List<Execution> resumed = new ArrayList<>();
  private final ExecutorCore core = new ExecutorCore(SELF, this);

  private static Message.Push push(ObjectId task, long timeoutNs) {
    CallSpec call =
        new CallSpec(7, KEY, "f", "f", 1, new TaskPolicy(0, "", timeoutNs, 0, "", Map.of()));
    return new Message.Push(
        new TaskSpec(task, null, call, new Object[0], List.of(), null), 1, null);
  }

  private void comes(ObjectId task, long timeoutNs) {
    core.receive(new Message.PushTasks(task.owner(), List.of(push(task, timeoutNs))), 1);
  }

  private Lane parentRuns(long timeoutNs) {
    comes(PARENT, timeoutNs);
    core.receive(new Message.AttachLease(1, DRIVER, KEY, 0), 1);
    Lane lane = Objects.requireNonNull(core.take(1));
    toNode.clear();
    return lane;
  }

  private static Execution run(Lane lane) {
    return lane.runs().getFirst();
  }

  private Lane lent(Lane by, ObjectId task) {
    assertThat(ExecutorCore.mayLend(run(by))).isTrue();
    return core.lend(run(by), push(task, 0), by, 1, 1);
  }

  private void end(Lane lane) {
    end(lane, 1);
  }

  private void end(Lane lane, long nowNs) {
    core.finished(
        List.of(new ExecutorCore.Result(run(lane), List.of(VALUE), List.of(), 0, 50_000_000)),
        nowNs);
    core.closed(lane, nowNs);
  }

  @Test
  void aTaskRunsOnTheLeaseOfTheRunThatWaitsForItAndTheNodeIsNotAsked() {
    Lane parent = parentRuns(0);

    Lane child = lent(parent, CHILD);
    Lane grandchild = lent(child, GRANDCHILD);
    assertThat(core.blockedCount()).isEqualTo(2);
    end(grandchild);
    end(child);

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

    comes(new ObjectId(DRIVER, 4), 0);
    comes(new ObjectId(SELF, 6), 0);

    assertThat(core.take(1)).isNull();
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
    end(parent);
    core.receive(new Message.ShrinkLeases(DRIVER, KEY, 1), 1);

    assertThat(toNode).containsExactly(new Message.ReturnLease(1));
  }

  @Test
  void aRunWithATimeLimitLendsNothingSoThatItEndsInTime() {
    Lane parent = parentRuns(1_000_000);

    assertThat(ExecutorCore.mayLend(run(parent))).isFalse();
  }

  @Test
  void aRunThatIsCancelledWhileItLendsIsInterruptedWhenItsThreadIsItsOwnAgain() {
    Lane parent = parentRuns(0);
    Lane child = lent(parent, CHILD);

    core.receive(new Message.CancelRun(PARENT, false), 1);
    assertThat(interrupted).isEmpty();
    end(child);

    assertThat(interrupted).containsExactly(run(parent));
    assertThat(ExecutorCore.mayLend(run(parent))).isFalse();
  }

  @Test
  void aTaskOnALentLeaseIsInterruptedWhenItIsCancelled() {
    Lane child = lent(parentRuns(0), CHILD);

    core.receive(new Message.CancelRun(CHILD, false), 1);

    assertThat(interrupted).containsExactly(run(child));
  }

  @Test
  void aLeaseIsLentForALimitedTimeUntilTheNodeHasSeenItAgain() {
    Lane parent = parentRuns(0);
    end(lent(parent, CHILD), 2 + Lending.LENT_NS);

    assertThat(ExecutorCore.mayLend(run(parent))).isFalse();
    core.blocked(run(parent), parent, 1, 1);
    core.unblocked(run(parent), 1);
    core.receive(new Message.LeaseResumed(1), 1);
    assertThat(ExecutorCore.mayLend(run(parent))).isTrue();
  }

  @Test
  void aLeaseThatIsLentWhenItsOwnerDiesGoesBackWhenTheRunEnds() {
    Lane parent = parentRuns(0);
    Lane child = lent(parent, CHILD);

    core.receive(new Message.ProcessDied(DRIVER, "it was killed", DeathCause.LOST), 1);
    assertThat(toNode).isEmpty();
    end(child);
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
