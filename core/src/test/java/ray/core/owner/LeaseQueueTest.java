package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** How many leases are asked for, when they are given back, and how many tasks go ahead of need. */
@NullUnmarked
class LeaseQueueTest {
  private static final long START_NS = 1_000_000_000;
  private static final FunctionKey OTHER_KEY =
      new FunctionKey("g", Resources.ONE_CPU, SchedulingStrategy.standard());

  private final OwnerFixture owner = new OwnerFixture();

  private void submit(int from, int to) {
    for (int i = from; i <= to; i++) {
      owner.submit(own(2L * i), 0);
    }
  }

  private void submitOther(long number) {
    CallSpec call =
        new CallSpec(1, OTHER_KEY, "g", "g", 1, new TaskPolicy(0, "", 0, 0, "", Map.of()));
    owner.submit(new TaskSpec(own(number), null, call, new Object[0], List.of(), null));
  }

  /** One lease, whose tasks are known to take this long. */
  private void oneLeaseForTasksOf(long durationNs) {
    submit(1, 1);
    owner.grant(1);
    owner.doneAfter(durationNs, own(2), 1, value("a"));
    owner.sent.clear();
  }

  private List<Integer> asked() {
    return owner.sent(NODE, Message.RequestLeases.class).stream()
        .map(Message.RequestLeases::count)
        .toList();
  }

  private List<Integer> givenBackBy(long worker) {
    return owner.sent(worker, Message.ShrinkLeases.class).stream()
        .map(Message.ShrinkLeases::count)
        .toList();
  }

  // ---- tasks ahead of need

  @Test
  void aLeaseHasAsManyTasksAheadAsTakeOneMillisecond() {
    oneLeaseForTasksOf(10_000);

    submit(2, 201);

    assertThat(owner.pushed()).hasSize(100);
  }

  @Test
  void howLongTasksTakeIsSmoothed() {
    oneLeaseForTasksOf(10_000);
    submit(2, 2);
    owner.doneAfter(90_000, own(4), 1, value("a"));
    owner.sent.clear();

    submit(3, 202);

    assertThat(owner.pushed()).hasSize(50);
  }

  @Test
  void newTasksAreGatheredWhileTheWorkersHaveEnough() {
    oneLeaseForTasksOf(1_000);

    submit(2, 4);
    assertThat(owner.pushed()).hasSize(3);
    submit(5, 5 + LeaseQueue.GATHER - 2);
    assertThat(owner.pushed()).hasSize(3);
    submit(5 + LeaseQueue.GATHER - 1, 5 + LeaseQueue.GATHER - 1);

    assertThat(owner.pushed()).hasSize(3 + LeaseQueue.GATHER);
  }

  @Test
  void whatIsGatheredGoesWhenTheProgramWaits() {
    oneLeaseForTasksOf(1_000);
    submit(2, 5);
    assertThat(owner.pushed()).hasSize(3);

    owner.core.flush(2);

    assertThat(owner.pushed()).hasSize(4);
  }

  @Test
  void whatIsGatheredGoesWhenAnotherProcessAsks() {
    oneLeaseForTasksOf(1_000);
    submit(2, 5);

    owner.receive(new Message.Resolve(OTHER, own(10), false));

    assertThat(owner.pushed()).hasSize(4);
  }

  @Test
  void aTaskGoesToALeaseThatIdlesAsSoonAsItsArgumentIsThere() {
    owner.acquire(of(OTHER, 2));
    submit(1, 2);
    owner.grant(2);
    owner.done(own(2), 1, value("a"));
    owner.submit(own(8), 0, of(OTHER, 2));
    assertThat(owner.pushed()).hasSize(2);

    owner.receive(new Message.Resolved(of(OTHER, 2), value("b"), false));

    assertThat(owner.pushed()).hasSize(3);
  }

  @Test
  void aMessageOfTheEndsOfRunsOfTwoClassesFillsTheRoomOfBoth() {
    submit(1, 2);
    submitOther(10);
    submitOther(12);
    owner.grant(1);
    owner.receive(new Message.LeasesGranted(NODE, OTHER_KEY, WORKER, 1));
    assertThat(owner.pushed()).hasSize(2);

    owner.receive(
        new Message.TasksDone(
            WORKER,
            List.of(
                new Message.Done(own(2), 1, List.of(value("a")), List.of(), 0, 50_000_000),
                new Message.Done(own(10), 1, List.of(value("b")), List.of(), 0, 50_000_000))));

    assertThat(owner.pushed())
        .extracting(push -> push.spec().id())
        .containsExactly(own(2), own(10), own(4), own(12));
  }

  @Test
  void aRunThatTookNoTimeLeavesItsLease() {
    submit(1, 2);
    owner.grant(1);

    owner.doneAfter(0, own(2), 1, value("a"));

    assertThat(owner.pushed()).extracting(push -> push.spec().id()).endsWith(own(4));
  }

  // ---- how many leases are asked for

  @Test
  void leasesAreAskedForForTasksThatWereHandedOverAhead() {
    oneLeaseForTasksOf(1_000);

    submit(2, 4);

    assertThat(asked()).containsExactly(1);
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 1));
    owner.core.tick(2);
    assertThat(asked()).containsExactly(1, 1);
  }

  @Test
  void whatWasGrantedIsNotAskedForAnyMore() {
    submit(1, 1);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));

    assertThat(asked()).containsExactly(1);
  }

  @Test
  void anotherNodeIsNotAskedForWhatIsNotWanted() {
    oneLeaseForTasksOf(1_000);

    owner.receive(new Message.LeasesRedirected(KEY, 3));

    assertThat(owner.sent).isEmpty();
  }

  @Test
  void whatADeadWorkerHadDoesNotCountAnyMore() {
    submit(1, 2);
    owner.grant(1);
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 1));
    owner.sent.clear();

    owner.died(WORKER);
    submit(3, 5);

    assertThat(asked()).containsExactly(1);
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 1));
    owner.core.tick(2);
    assertThat(asked()).containsExactly(1, 2);
  }

  @Test
  void aLeaseThatIsBeingGivenBackGetsNoTaskAndIsAskedForAnewWhenItIsGone() {
    oneLeaseForTasksOf(50_000_000);
    owner.receive(new Message.ReclaimLeases(NODE, 0));
    assertThat(givenBackBy(WORKER)).containsExactly(1);

    submit(2, 2);
    assertThat(owner.pushed()).isEmpty();
    assertThat(asked()).isEmpty();
    owner.receive(new Message.LeasesReturned(WORKER, KEY, 1, 1));

    assertThat(asked()).containsExactly(1);
  }

  @Test
  void aLeaseThatTheWorkerDidNotGiveBackIsUsed() {
    submit(1, 2);
    owner.grant(2);
    owner.done(own(2), 1, value("a"));
    owner.done(own(4), 1, value("b"));
    owner.receive(new Message.ReclaimLeases(NODE, 0));
    assertThat(givenBackBy(WORKER)).containsExactly(2);

    submit(3, 3);
    owner.receive(new Message.LeasesReturned(WORKER, KEY, 2, 1));

    assertThat(owner.pushed()).extracting(push -> push.spec().id()).endsWith(own(6));
  }

  @Test
  void tasksThatNoNodeCanRunAreForgotten() {
    submit(1, 2);

    owner.receive(new Message.LeasesRefused(KEY, "no node has so much"));

    assertThat(owner.core.tick(2)).isFalse();
    assertThat(asked()).containsExactly(1);
  }

  // ---- when leases are given back

  @Test
  void anIdleLeaseIsKeptForExactlyItsTime() {
    owner.now = START_NS;
    oneLeaseForTasksOf(50_000_000);

    owner.core.tick(START_NS + LeaseQueue.IDLE_NS - 1);
    assertThat(givenBackBy(WORKER)).isEmpty();
    owner.core.tick(START_NS + LeaseQueue.IDLE_NS);

    assertThat(givenBackBy(WORKER)).containsExactly(1);
  }

  @Test
  void whoHasAnIdleLeaseIsToldTheTimeSoon() {
    owner.now = START_NS;
    submit(1, 1);
    owner.grant(1);
    int before = owner.ticksWanted;

    owner.done(own(2), 1, value("a"));

    assertThat(owner.ticksWanted).isEqualTo(before + 1);
  }

  /** Not for long enough to be given back by then, as others wait no more. */
  @Test
  void whoHasAnotherIdleLeaseWhenOneWasGivenBackAtOnceIsToldTheTimeSoon() {
    owner.now = START_NS;
    submit(1, 2);
    owner.grant(2);
    owner.done(own(2), 1, value("a"));
    owner.receive(new Message.ReclaimLeases(NODE, 0));
    assertThat(givenBackBy(WORKER)).containsExactly(1);
    int before = owner.ticksWanted;

    owner.now = START_NS + LeaseQueue.EAGER_NS;
    owner.done(own(4), 1, value("b"));

    assertThat(givenBackBy(WORKER)).containsExactly(1);
    assertThat(owner.ticksWanted).isEqualTo(before + 1);
  }

  @Test
  void whoGathersTasksIsToldTheTimeSoon() {
    oneLeaseForTasksOf(1_000);
    submit(2, 4);
    int before = owner.ticksWanted;

    submit(5, 6);

    assertThat(owner.ticksWanted).isEqualTo(before + 1);
  }

  @Test
  void whoseLenderDiesIsToldTheTimeSoonAndAsksAgain() {
    submit(1, 1);
    int before = owner.ticksWanted;

    owner.receive(new Message.ProcessDied(NODE, "it crashed"));
    assertThat(owner.ticksWanted).isEqualTo(before + 1);
    owner.core.tick(START_NS);

    assertThat(asked()).containsExactly(1, 1);
  }

  @Test
  void anIdleLeaseIsKeptForAsLongAsItsOwnerWasTold() {
    OwnerFixture patient = new OwnerFixture(3 * LeaseQueue.IDLE_NS);
    patient.now = START_NS;
    patient.submit(own(2), 0);
    patient.grant(1);
    patient.doneAfter(1_000, own(2), 1, value("a"));

    assertThat(patient.core.tick(START_NS + 3 * LeaseQueue.IDLE_NS - 1)).isTrue();
    assertThat(patient.sent(WORKER, Message.ShrinkLeases.class)).isEmpty();
    patient.core.tick(START_NS + 3 * LeaseQueue.IDLE_NS);

    assertThat(patient.sent(WORKER, Message.ShrinkLeases.class)).hasSize(1);
  }

  @Test
  void aLeaseThatWasBusyForLongIsKeptForItsTimeToo() {
    owner.now = START_NS;
    submit(1, 1);
    owner.grant(1);
    owner.core.tick(START_NS);
    owner.now = START_NS + 2 * LeaseQueue.IDLE_NS;
    owner.done(own(2), 1, value("a"));

    owner.core.tick(owner.now + 1);

    assertThat(givenBackBy(WORKER)).isEmpty();
  }

  @Test
  void aLeaseThatBecomesIdleSoonAfterOthersHaveWaitedIsGivenBackAtOnce() {
    owner.now = START_NS;
    submit(1, 1);
    owner.grant(1);
    owner.receive(new Message.ReclaimLeases(NODE, 0));
    assertThat(givenBackBy(WORKER)).isEmpty();

    owner.now = START_NS + LeaseQueue.EAGER_NS - 1;
    owner.done(own(2), 1, value("a"));

    assertThat(givenBackBy(WORKER)).containsExactly(1);
  }

  @Test
  void aWorkerWhoseLeasesAreAllUsedIsNotAskedForAny() {
    submit(1, 2);
    owner.grant(1);
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 2));

    owner.receive(new Message.ReclaimLeases(NODE, 0));

    assertThat(owner.sent(WORKER, Message.ShrinkLeases.class)).isEmpty();
    assertThat(owner.sent(OTHER, Message.ShrinkLeases.class))
        .containsExactly(new Message.ShrinkLeases(SELF, KEY, 1));
  }
}
