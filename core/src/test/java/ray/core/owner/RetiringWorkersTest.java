package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** What an owner hands to a worker that is to end, and when its own process may end. */
@NullUnmarked
class RetiringWorkersTest {
  private static final long NEXT_WORKER = 0xe;
  private static final FunctionKey TWICE =
      new FunctionKey(
          "f", Resources.ONE_CPU, SchedulingStrategy.standard(), RuntimeEnv.SHARED.withMaxTasks(2));

  private final OwnerFixture owner = new OwnerFixture();

  private void submit(int from, int to) {
    for (int i = from; i <= to; i++) {
      owner.submit(own(2L * i), 0);
    }
  }

  private void submitTwice(long number) {
    CallSpec call = new CallSpec(1, TWICE, "f", "f", 1, new TaskPolicy(0, "", 0, 0, "", Map.of()));
    owner.submit(new TaskSpec(own(number), null, call, new Object[0], List.of(), null));
  }

  private List<Integer> givenBackBy(long worker) {
    return owner.sent(worker, Message.ShrinkLeases.class).stream()
        .map(Message.ShrinkLeases::count)
        .toList();
  }

  @Test
  void aWorkerThatRetiresGetsNoMoreTasksAndItsLeasesBackAsTheyComeFree() {
    submit(1, 3);
    owner.grant(2);
    assertThat(owner.pushed()).hasSize(2);
    owner.receive(new Message.WorkerRetires(WORKER));
    assertThat(givenBackBy(WORKER)).isEmpty();

    owner.doneAfter(100_000_000, own(2), 1, value("a"));

    assertThat(owner.pushed()).hasSize(2);
    assertThat(givenBackBy(WORKER)).containsExactly(1);
    owner.sent.clear();
    owner.receive(new Message.LeasesGranted(NODE, OwnerFixture.KEY, NEXT_WORKER, 1));
    assertThat(owner.sent(NEXT_WORKER, Message.PushTasks.class)).hasSize(1);
  }

  @Test
  void anIdleLeaseOnAWorkerThatRetiresIsGivenBackAtOnce() {
    submit(1, 1);
    owner.grant(1);
    owner.doneAfter(1_000, own(2), 1, value("a"));
    assertThat(givenBackBy(WORKER)).isEmpty();

    owner.receive(new Message.WorkerRetires(WORKER));

    assertThat(givenBackBy(WORKER)).containsExactly(1);
  }

  @Test
  void aWorkerIsHandedNoMoreTasksThanItMayRun() {
    submitTwice(2);
    submitTwice(4);
    submitTwice(6);
    owner.receive(new Message.LeasesGranted(NODE, TWICE, WORKER, 1));
    assertThat(owner.pushed()).hasSize(1);
    owner.doneAfter(1_000, own(2), 1, value("a"));
    assertThat(owner.pushed()).hasSize(2);

    owner.doneAfter(1_000, own(4), 1, value("a"));

    assertThat(owner.pushed()).hasSize(2);
    assertThat(givenBackBy(WORKER)).containsExactly(1);
  }

  @Test
  void whatOnlyThisProcessHoldsIsNotNeeded() {
    owner.put(own(2), value("a"));
    owner.put(own(4), value("b"));
    assertThat(owner.core.ownedCount()).isEqualTo(2);
    assertThat(owner.core.neededCount()).isZero();

    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));

    assertThat(owner.core.neededCount()).isOne();
    owner.receive(new Message.RemoveBorrower(own(2), OTHER, OTHER, 1));
    assertThat(owner.core.neededCount()).isZero();
  }

  @Test
  void anUnfinishedTaskIsNeeded() {
    submit(1, 1);
    assertThat(owner.core.neededCount()).isOne();

    owner.grant(1);
    owner.doneAfter(1_000, own(2), 1, value("a"));

    assertThat(owner.core.neededCount()).isZero();
  }
}
