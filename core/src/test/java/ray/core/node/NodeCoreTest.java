package ray.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ray.ActorId;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** Who gets a node's resources, and in which order. */
class NodeCoreTest implements NodeEffects {
  private static final long SELF = 2;
  private static final long WORKER = 0xb;
  private static final long NEXT_WORKER = 0xe;
  private static final long OWNER = 0xa;
  private static final long OTHER = 0xc;
  private static final long CONTROL_SERVICE = 1;
  private static final long JOB = 7;
  private static final Resources TWO = Resources.NONE.with(Resources.CPU, 2);
  private static final FunctionKey KEY = key(1);

  private record Sent(long to, Message message) {}

  private final List<Sent> sent = new ArrayList<>();
  private final List<Long> started = new ArrayList<>();
  private final NodeCore core = new NodeCore(SELF, TWO, Map.of("zone", "a"), this);

  private static FunctionKey key(double cpus) {
    return new FunctionKey(
        "f", Resources.NONE.with(Resources.CPU, cpus), SchedulingStrategy.standard());
  }

  private void request(long owner, FunctionKey key, int count) {
    core.receive(new Message.RequestLeases(owner, JOB, key, count));
  }

  private List<Message.AttachLease> attached() {
    return sent(WORKER, Message.AttachLease.class);
  }

  private <M extends Message> List<M> sent(long to, Class<M> type) {
    return sent.stream()
        .filter(each -> each.to() == to && type.isInstance(each.message()))
        .map(each -> type.cast(each.message()))
        .toList();
  }

  /** As often as is tried. */
  private void workersFail(long job, RuntimeEnv runtimeEnv, String reason) {
    for (int i = 0; i < NodeCore.MAX_STARTS; i++) {
      core.workerFailed(job, runtimeEnv, reason);
    }
  }

  private void withWorker() {
    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
  }

  private static Message.PlaceActor placeActor(double cpus) {
    return placeActor(cpus, ActorOptions.Lifetime.COUNTED);
  }

  private static Message.PlaceActor placeActor(double cpus, ActorOptions.Lifetime lifetime) {
    return placeActor(cpus, lifetime, RuntimeEnv.SHARED);
  }

  private static Message.PlaceActor placeActor(
      double cpus, ActorOptions.Lifetime lifetime, RuntimeEnv runtimeEnv) {
    ActorId id = new ActorId(new ObjectId(OWNER, -2));
    Resources needed = Resources.NONE.with(Resources.CPU, cpus);
    TaskSpec creation =
        new TaskSpec(
            id.creation(),
            null,
            new CallSpec(
                JOB,
                new FunctionKey("A", needed, SchedulingStrategy.standard(), runtimeEnv),
                "A",
                "A",
                1,
                new TaskPolicy(0, "", 0, 0, "", Map.of())),
            new Object[0],
            List.of(),
            id);
    ActorOptions options =
        new ActorOptions(
            "",
            "test",
            false,
            lifetime,
            needed,
            1,
            Map.of(),
            0,
            0,
            -1,
            SchedulingStrategy.standard(),
            Map.of(),
            RuntimeEnv.SHARED);
    return new Message.PlaceActor(
        new ActorSpec(id, "A", "test", options, creation), null, 0, OWNER);
  }

  @Test
  void leasesAreGivenWhenTheJobsWorkerIsThere() {
    request(OWNER, KEY, 1);
    request(OWNER, KEY, 1);
    assertThat(started).containsExactly(JOB);

    withWorker();

    assertThat(attached()).hasSize(1);
    assertThat(sent(OWNER, Message.LeasesGranted.class))
        .containsExactly(new Message.LeasesGranted(SELF, KEY, WORKER, 1));
  }

  @Test
  void noMoreLeasesAreGivenThanThereAreResources() {
    withWorker();

    request(OWNER, KEY, 5);

    assertThat(attached()).hasSize(2);
    assertThat(core.available()).isEqualTo(Resources.NONE);
    core.receive(new Message.ReturnLease(attached().getFirst().lease()));
    assertThat(attached()).hasSize(3);
  }

  @Test
  void aDemandReplacesTheOneBeforeAndZeroWithdrawsIt() {
    withWorker();
    request(OWNER, KEY, 5);
    request(OWNER, KEY, 0);

    core.receive(new Message.ReturnLease(attached().getFirst().lease()));

    assertThat(attached()).hasSize(2);
    assertThat(core.waitingFor(OWNER, KEY)).isEmpty();
  }

  @Test
  void ownersThatWaitAreServedInTurnAndOthersAskedForWhatTheyDoNotUse() {
    withWorker();
    request(OWNER, KEY, 4);

    request(OTHER, KEY, 4);
    assertThat(sent(OWNER, Message.ReclaimLeases.class)).isNotEmpty();
    core.receive(new Message.ReturnLease(attached().get(0).lease()));
    core.receive(new Message.ReturnLease(attached().get(1).lease()));

    assertThat(sent(OTHER, Message.LeasesGranted.class)).isNotEmpty();
  }

  @Test
  void aSuspendedLeaseFreesItsResourcesAndIsServedFirstWhenItGoesOn() {
    withWorker();
    request(OWNER, key(2), 1);
    long lease = attached().getFirst().lease();
    request(OTHER, key(2), 2);

    core.receive(new Message.SuspendLease(lease));
    assertThat(core.suspendedCount()).isOne();
    assertThat(attached()).hasSize(2);
    core.receive(new Message.ResumeLease(lease));
    assertThat(sent(WORKER, Message.LeaseResumed.class)).isEmpty();

    core.receive(new Message.ReturnLease(attached().getLast().lease()));
    assertThat(sent(WORKER, Message.LeaseResumed.class))
        .containsExactly(new Message.LeaseResumed(lease));
    assertThat(attached()).hasSize(2);
    assertThat(core.suspendedCount()).isZero();
  }

  @Test
  void aSuspendedLeaseMayBeReturned() {
    withWorker();
    request(OWNER, key(2), 1);
    long lease = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(lease));
    core.receive(new Message.ReturnLease(lease));

    assertThat(core.leaseCount()).isZero();
    assertThat(core.suspendedCount()).isZero();
    assertThat(core.available()).isEqualTo(TWO);
  }

  @Test
  void aReplacementIsADemandBesideWhatTheOwnerAskedFor() {
    withWorker();
    request(OTHER, key(2), 1);
    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, key(2)));
    request(OWNER, key(2), 0);

    core.receive(new Message.ReturnLease(attached().getFirst().lease()));

    assertThat(attached()).hasSize(2);
  }

  @Test
  void leasesGoToTheWorkerThatHasTheFewest() {
    withWorker();
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);

    request(OWNER, KEY, 2);

    assertThat(attached()).hasSize(1);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);
  }

  @Test
  void aReplacementGoesToTheWorkerWhereTheTasksWait() {
    // given a worker with a suspended lease, beside one that has none
    withWorker();
    request(OWNER, key(2), 1);
    core.receive(new Message.SuspendLease(attached().getFirst().lease()));
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);

    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, key(2)));

    assertThat(attached()).hasSize(2);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).isEmpty();
  }

  @Test
  void aReplacementThatADeadWorkerWaitedForIsNotGiven() {
    withWorker();
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);
    request(OTHER, key(2), 1);
    Message.AttachLease taken = attached().getFirst();
    core.receive(new Message.ReplaceLease(NEXT_WORKER, OWNER, JOB, key(2)));

    core.receive(new Message.ProcessDied(NEXT_WORKER, "killed"));
    core.receive(new Message.ReturnLease(taken.lease()));

    assertThat(core.leaseCount()).isZero();
  }

  @Test
  void whatNoNodeCanEverProvideIsRefusedWithWhatWasAskedAndWhatThereIs() {
    withWorker();

    request(OWNER, key(3), 1);
    assertThat(sent(OWNER, Message.LeasesRefused.class)).isEmpty();
    controlKnows();

    assertThat(sent(OWNER, Message.LeasesRefused.class))
        .singleElement()
        .satisfies(refused ->
            assertThat(refused.reason()).contains("f", "{CPU: 3}", "{CPU: 2}", "ask for less"));
  }

  /** Control answers a question for all nodes. */
  private void controlKnows(NodeView... others) {
    List<NodeView> all = new ArrayList<>(List.of(others));
    all.add(core.view());
    core.receive(new Message.NodesChanged(all, List.of()));
  }

  private static NodeView large(long id) {
    Resources eight = Resources.NONE.with(Resources.CPU, 8);
    return new NodeView(id, eight, eight, Map.of());
  }

  @Test
  void aNodeThatIsNotKnownYetIsAskedForBeforeATaskIsRefused() {
    core.start();
    request(OWNER, key(3), 1);
    assertThat(sent(CONTROL_SERVICE, Message.RegisterNode.class)).hasSize(2);

    controlKnows();
    assertThat(sent(OWNER, Message.LeasesRefused.class)).as("it was asked earlier").isEmpty();
    controlKnows(large(3));

    assertThat(sent(OWNER, Message.LeasesRefused.class)).isEmpty();
    assertThat(sent(OWNER, Message.LeasesRedirected.class))
        .containsExactly(new Message.LeasesRedirected(key(3), 3));
  }

  @Test
  void newsOfANodeAreNoAnswer() {
    request(OWNER, key(3), 1);
    core.receive(new Message.NodesChanged(List.of(new NodeView(3, TWO, TWO, Map.of())), List.of()));
    assertThat(sent(OWNER, Message.LeasesRefused.class)).isEmpty();

    controlKnows();

    assertThat(sent(OWNER, Message.LeasesRefused.class)).hasSize(1);
  }

  @Test
  void whatIsNotWantedAnyMoreIsNotRefused() {
    request(OWNER, key(3), 1);
    request(OWNER, key(3), 0);
    request(OTHER, key(3), 1);
    core.receive(new Message.ProcessDied(OTHER, "killed"));

    controlKnows();
    controlKnows();

    assertThat(sent).noneMatch(each -> each.message() instanceof Message.LeasesRefused);
  }

  @Test
  void whatIsNotWantedAtAllIsNotAskedFor() {
    request(OWNER, key(3), 0);

    assertThat(sent(CONTROL_SERVICE, Message.RegisterNode.class)).isEmpty();
  }

  @Test
  void whatWasDecidedIsNotDecidedAgain() {
    request(OWNER, key(3), 1);
    controlKnows();
    request(OWNER, key(4), 1);
    controlKnows();

    assertThat(sent(OWNER, Message.LeasesRefused.class))
        .extracting(Message.LeasesRefused::schedulingClass)
        .containsExactly(key(3), key(4));
  }

  @Test
  void theDeathOfAnOwnerDecidesNothingForOthers() {
    request(OWNER, key(3), 1);
    core.receive(new Message.ProcessDied(OTHER, "killed"));

    controlKnows();

    assertThat(sent(OWNER, Message.LeasesRefused.class)).hasSize(1);
  }

  @Test
  void anAnswerThatNobodyAskedForDecidesNothingLater() {
    controlKnows();
    request(OWNER, key(3), 1);
    assertThat(sent(OWNER, Message.LeasesRefused.class)).isEmpty();

    controlKnows();

    assertThat(sent(OWNER, Message.LeasesRefused.class)).hasSize(1);
  }

  @Test
  void whatAnotherNodeCanProvideIsRedirectedThere() {
    withWorker();
    Resources large = Resources.NONE.with(Resources.CPU, 8);
    core.receive(
        new Message.NodesChanged(
            List.of(core.view(), new NodeView(3, large, large, Map.of())), List.of()));

    request(OWNER, key(3), 1);

    assertThat(sent(OWNER, Message.LeasesRedirected.class))
        .containsExactly(new Message.LeasesRedirected(key(3), 3));
  }

  @Test
  void othersDemandsOutliveAnOwner() {
    request(OWNER, KEY, 1);
    request(OTHER, KEY, 1);

    core.receive(new Message.ProcessDied(OWNER, "killed"));
    withWorker();

    assertThat(sent(OWNER, Message.LeasesGranted.class)).isEmpty();
    assertThat(sent(OTHER, Message.LeasesGranted.class)).hasSize(1);
  }

  @Test
  void anActorThatWaitsForItsPlaceGoesWithItsOwner() {
    core.receive(placeActor(1));

    core.receive(new Message.ProcessDied(OWNER, "killed"));
    withWorker();

    assertThat(sent(WORKER, Message.CreateActor.class)).isEmpty();
  }

  @Test
  void anActorThatWaitsForItsPlaceOutlivesOtherOwners() {
    core.receive(placeActor(1));

    core.receive(new Message.ProcessDied(OTHER, "killed"));
    withWorker();

    assertThat(sent(WORKER, Message.CreateActor.class)).hasSize(1);
  }

  @Test
  void anActorThatFindsNoRoomHasIdleLeasesGivenBack() {
    withWorker();
    request(OWNER, KEY, 2);

    core.receive(placeActor(1));

    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(1);
    assertThat(sent(WORKER, Message.CreateActor.class)).isEmpty();
  }

  @Test
  void aRunThatCannotGoOnHasIdleLeasesGivenBack() {
    withWorker();
    request(OWNER, key(2), 1);
    long lease = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(lease));
    request(OTHER, key(2), 1);

    core.receive(new Message.ResumeLease(lease));

    assertThat(sent(OTHER, Message.ReclaimLeases.class)).hasSize(1);
    assertThat(sent(WORKER, Message.LeaseResumed.class)).isEmpty();
  }

  /** What comes to idle later would else be kept for its time. */
  @Test
  void forAsLongAsOneWaitsIdleLeasesAreAskedForAgainAndAgain() {
    withWorker();
    request(OWNER, KEY, 2);
    request(OTHER, KEY, 1);
    int asked = sent(OWNER, Message.ReclaimLeases.class).size();

    core.share(1);
    core.share(2);
    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(asked + 2);
    core.receive(new Message.ReturnLease(attached().getFirst().lease()));
    core.share(3);

    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(asked + 2);
  }

  @Test
  void forAsLongAsAnActorOrARunWaitsIdleLeasesAreAskedForAgainAndAgain() {
    withWorker();
    request(OWNER, KEY, 2);
    core.receive(placeActor(1));
    core.share(1);
    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(2);
    long suspended = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(suspended));
    assertThat(sent(WORKER, Message.CreateActor.class)).hasSize(1);
    core.receive(new Message.ResumeLease(suspended));
    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(3);

    core.share(2);

    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(4);
  }

  @Test
  void whoWaitsForWhatActorsHoldIsNoReasonToAskAgain() {
    withWorker();
    core.receive(placeActor(1));
    request(OWNER, KEY, 1);
    request(OTHER, key(2), 1);
    int asked = sent(OWNER, Message.ReclaimLeases.class).size();

    core.share(1);

    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(asked);
  }

  @Test
  void aLeaseSuspendedOrResumedTwiceCountsOnce() {
    withWorker();
    request(OWNER, key(2), 1);
    long lease = attached().getFirst().lease();

    core.receive(new Message.SuspendLease(lease));
    core.receive(new Message.SuspendLease(lease));
    assertThat(core.suspendedCount()).isEqualTo(1);
    assertThat(core.available()).isEqualTo(TWO);

    core.receive(new Message.ResumeLease(lease));
    core.receive(new Message.ResumeLease(lease));

    assertThat(core.leaseCount()).isEqualTo(1);
    assertThat(core.suspendedCount()).isZero();
    assertThat(core.available()).isEqualTo(Resources.NONE.with(Resources.CPU, 0));
    assertThat(sent(WORKER, Message.LeaseResumed.class)).hasSize(1);
  }

  @Test
  void nothingIsRedirectedToANodeThatIsGone() {
    withWorker();
    Resources large = Resources.NONE.with(Resources.CPU, 8);
    NodeView other = new NodeView(3, large, large, Map.of());
    core.receive(new Message.NodesChanged(List.of(core.view(), other), List.of()));
    core.receive(new Message.NodesChanged(List.of(), List.of(3L)));

    request(OWNER, key(3), 1);
    controlKnows();

    assertThat(sent(OWNER, Message.LeasesRedirected.class)).isEmpty();
    assertThat(sent(OWNER, Message.LeasesRefused.class)).hasSize(1);
  }

  @Test
  void nodesThatAreToldOfOneByOneAreAllKnown() {
    withWorker();
    Resources large = Resources.NONE.with(Resources.CPU, 8);
    core.receive(
        new Message.NodesChanged(List.of(new NodeView(3, large, large, Map.of())), List.of()));
    core.receive(
        new Message.NodesChanged(
            List.of(new NodeView(4, Resources.NONE, Resources.NONE, Map.of())), List.of()));

    request(OWNER, key(3), 1);

    assertThat(sent(OWNER, Message.LeasesRedirected.class))
        .containsExactly(new Message.LeasesRedirected(key(3), 3));
  }

  @Test
  void actorsComeBeforeDemands() {
    withWorker();
    request(OWNER, key(2), 1);
    request(OTHER, key(2), 1);
    core.receive(placeActor(2));

    core.receive(new Message.ReturnLease(attached().getFirst().lease()));

    assertThat(sent(WORKER, Message.CreateActor.class)).hasSize(1);
    assertThat(attached()).hasSize(1);
  }

  @Test
  void aBlockedRunGoesOnBesideActorsThatHoldWhatItNeeds() {
    withWorker();
    request(OWNER, key(2), 1);
    long lease = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(lease));
    core.receive(placeActor(1));
    assertThat(sent(WORKER, Message.CreateActor.class)).hasSize(1);

    core.receive(new Message.ResumeLease(lease));

    assertThat(sent(WORKER, Message.LeaseResumed.class))
        .containsExactly(new Message.LeaseResumed(lease));
    assertThat(core.available()).isEqualTo(Resources.NONE);
    core.receive(new Message.ReturnLease(lease));
    assertThat(core.available()).isEqualTo(Resources.ONE_CPU);
  }

  @Test
  void blockedRunsGoOnBesideActorsOneAfterTheOther() {
    withWorker();
    request(OWNER, key(2), 2);
    long first = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(first));
    long second = attached().getLast().lease();
    core.receive(new Message.SuspendLease(second));
    core.receive(placeActor(2));

    core.receive(new Message.ResumeLease(second));
    core.receive(new Message.ResumeLease(first));
    assertThat(sent(WORKER, Message.LeaseResumed.class))
        .containsExactly(new Message.LeaseResumed(second));

    core.receive(new Message.ReturnLease(second));
    assertThat(sent(WORKER, Message.LeaseResumed.class))
        .containsExactly(new Message.LeaseResumed(second), new Message.LeaseResumed(first));
  }

  @Test
  void aBlockedRunWaitsForOtherRunsThoughActorsHoldTheRest() {
    withWorker();
    request(OWNER, key(2), 1);
    long lease = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(lease));
    core.receive(placeActor(1));
    request(OTHER, key(1), 1);
    core.receive(new Message.ResumeLease(lease));
    assertThat(sent(WORKER, Message.LeaseResumed.class)).isEmpty();

    core.receive(new Message.ReturnLease(attached().getLast().lease()));

    assertThat(sent(WORKER, Message.LeaseResumed.class))
        .containsExactly(new Message.LeaseResumed(lease));
  }

  @Test
  void nothingNewStartsWhileTheNodeIsOversubscribed() {
    withWorker();
    request(OWNER, key(2), 1);
    long lease = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(lease));
    core.receive(placeActor(2));
    core.receive(new Message.ResumeLease(lease));
    request(OTHER, key(1), 1);
    assertThat(attached()).hasSize(1);

    core.receive(new Message.ReturnLease(lease));

    assertThat(attached()).hasSize(1);
    assertThat(core.available()).isEqualTo(Resources.NONE);
  }

  @Test
  void anActorThatIsStoppedWhileItWaitsIsNeverMade() {
    withWorker();
    request(OWNER, key(2), 1);
    Message.PlaceActor place = placeActor(2);
    core.receive(place);

    core.receive(new Message.StopActor(place.spec().id(), 0, "killed", false));
    core.receive(new Message.ReturnLease(attached().getFirst().lease()));

    assertThat(sent(WORKER, Message.CreateActor.class)).isEmpty();
    assertThat(sent(CONTROL_SERVICE, Message.class))
        .containsExactly(new Message.ActorStopped(place.spec().id(), 0, true, "killed"));
    assertThat(core.available()).isEqualTo(TWO);
  }

  @Test
  void ofTheActorsThatWaitOnlyDetachedOnesOutliveTheirOwner() {
    core.receive(placeActor(1));
    Message.PlaceActor detached = placeActor(1, ActorOptions.Lifetime.DETACHED);
    core.receive(detached);

    core.receive(new Message.ProcessDied(OWNER, "test"));
    withWorker();

    assertThat(sent(WORKER, Message.CreateActor.class))
        .singleElement()
        .extracting(Message.CreateActor::spec)
        .isEqualTo(detached.spec());
  }

  @Test
  void theLeasesOfADeadWorkerAreFree() {
    withWorker();
    request(OWNER, KEY, 2);

    core.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(core.leaseCount()).isZero();
    assertThat(core.available()).isEqualTo(TWO);
  }

  @Test
  void theControlServiceIsToldOfTheActorsOfADeadWorker() {
    withWorker();
    core.receive(placeActor(1));

    core.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(sent(CONTROL_SERVICE, Message.ActorStopped.class))
        .singleElement()
        .satisfies(stopped -> {
          assertThat(stopped.actor()).isEqualTo(new ActorId(new ObjectId(OWNER, -2)));
          assertThat(stopped.intended()).isFalse();
        });
  }

  @Test
  void whatAWorkerSaysOfAnActorBeforeItDiesIsPassedOn() {
    withWorker();
    core.receive(placeActor(1));
    Message.CreateActor create = sent(WORKER, Message.CreateActor.class).getFirst();
    Message failed =
        new Message.ActorCreated(
            create.spec().id(),
            0,
            WORKER,
            Outcome.Failed.of(ErrorCode.TASK_FAILED, "boom"),
            List.of());

    core.receive(failed);
    core.receive(new Message.ReturnLease(create.lease()));
    core.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(sent(CONTROL_SERVICE, Message.class)).containsExactly(failed);
  }

  @Test
  void anActorThatExitsIsNotReportedOnceMoreWhenItsWorkerDies() {
    withWorker();
    core.receive(placeActor(1));
    Message.CreateActor create = sent(WORKER, Message.CreateActor.class).getFirst();
    Message stopped = new Message.ActorStopped(create.spec().id(), 0, true, "it exited");

    core.receive(stopped);
    core.receive(new Message.ReturnLease(create.lease()));
    core.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(sent(CONTROL_SERVICE, Message.class)).containsExactly(stopped);
  }

  @Test
  void aDeadOwnerWantsNothing() {
    request(OWNER, KEY, 2);
    core.receive(new Message.ProcessDied(OWNER, "killed"));

    withWorker();

    assertThat(attached()).isEmpty();
  }

  @Test
  void aWorkerIsStartedForTheFirstWhoNeedsOne() {
    request(OWNER, KEY, 1);

    assertThat(started).containsExactly(JOB);
  }

  @Test
  void eachReplacementIsOneLeaseMore() {
    withWorker();
    request(OTHER, KEY, 2);
    FunctionKey other = new FunctionKey("g", Resources.ONE_CPU, SchedulingStrategy.standard());
    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, KEY));
    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, other));

    attached().forEach(taken -> core.receive(new Message.ReturnLease(taken.lease())));

    assertThat(attached()).hasSize(4);
  }

  @Test
  void noLeaseIsReplacedThatItsWorkerHasNotHeardOf() {
    withWorker();
    request(OWNER, KEY, 1);

    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, KEY));

    assertThat(attached()).hasSize(1);
  }

  @Test
  void aLeaseThatIsSuspendedIsReplaced() {
    withWorker();
    request(OWNER, KEY, 1);
    core.receive(new Message.SuspendLease(attached().getFirst().lease()));

    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, KEY));

    assertThat(attached()).hasSize(2);
  }

  @Test
  void aReplacementThatFindsNoRoomHasIdleLeasesGivenBack() {
    withWorker();
    request(OTHER, KEY, 2);

    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, KEY));

    assertThat(sent(OTHER, Message.ReclaimLeases.class)).hasSize(1);
  }

  @Test
  void whatIsForAnotherNodeIsRedirectedThereThoughItFitsHere() {
    withWorker();
    core.receive(
        new Message.NodesChanged(
            List.of(core.view(), new NodeView(3, TWO, TWO, Map.of())), List.of()));
    FunctionKey there =
        new FunctionKey("f", KEY.resources(), new SchedulingStrategy.NodeAffinity("3", false));

    request(OWNER, there, 1);

    assertThat(sent(OWNER, Message.LeasesRedirected.class))
        .containsExactly(new Message.LeasesRedirected(there, 3));
  }

  @Test
  void whatFindsNoRoomHereIsRedirectedToANodeThatHasSome() {
    withWorker();
    core.receive(
        new Message.NodesChanged(
            List.of(core.view(), new NodeView(3, TWO, TWO, Map.of())), List.of()));
    request(OWNER, KEY, 2);
    assertThat(sent(OWNER, Message.LeasesRedirected.class)).isEmpty();

    request(OTHER, KEY, 1);

    assertThat(sent(OTHER, Message.LeasesRedirected.class))
        .containsExactly(new Message.LeasesRedirected(KEY, 3));
  }

  @Test
  void leasesThatCameBackDoNotCountForTheirWorker() {
    FunctionKey quarter = key(0.25);
    withWorker();
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);
    request(OWNER, quarter, 6);
    assertThat(attached()).hasSize(3);

    attached().forEach(taken -> core.receive(new Message.ReturnLease(taken.lease())));
    sent.clear();
    request(OWNER, quarter, 3);

    assertThat(attached()).hasSize(3);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).isEmpty();
  }

  @Test
  void leasesThatAWorkerKeepsCountWhenOthersOfItCameBack() {
    FunctionKey quarter = key(0.25);
    withWorker();
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);
    request(OWNER, quarter, 6);

    core.receive(new Message.ReturnLease(attached().getFirst().lease()));
    sent.clear();
    request(OWNER, quarter, 3);

    assertThat(attached()).hasSize(2);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);
  }

  @Test
  void whoHasGivenSomeLeasesBackIsAskedForTheOthersAndThenNotAnyMore() {
    withWorker();
    request(OWNER, KEY, 2);
    List<Message.AttachLease> leases = attached();

    request(OTHER, KEY, 3);
    core.receive(new Message.ReturnLease(leases.getFirst().lease()));
    request(OTHER, KEY, 2);
    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(2);
    core.receive(new Message.ReturnLease(leases.getLast().lease()));
    request(OTHER, KEY, 2);

    assertThat(sent(OWNER, Message.ReclaimLeases.class)).hasSize(2);
    assertThat(sent(OTHER, Message.ReclaimLeases.class)).hasSize(2);
  }

  @Test
  void aBlockedRunGoesOnWithTheLastOfWhatIsFree() {
    withWorker();
    request(OWNER, KEY, 2);
    long lease = attached().getFirst().lease();
    core.receive(new Message.SuspendLease(lease));

    core.receive(new Message.ResumeLease(lease));

    assertThat(sent(WORKER, Message.LeaseResumed.class))
        .containsExactly(new Message.LeaseResumed(lease));
  }

  @Test
  void whatADeadWorkerLeavesGoesToThoseWhoWait() {
    withWorker();
    request(OWNER, KEY, 2);
    request(OTHER, KEY, 1);
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);

    core.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(sent(OTHER, Message.LeasesGranted.class))
        .containsExactly(new Message.LeasesGranted(SELF, KEY, NEXT_WORKER, 1));
  }

  @Override
  public void send(long process, Message message) {
    sent.add(new Sent(process, message));
  }

  @Override
  public void startWorker(long job, RuntimeEnv runtimeEnv) {
    started.add(job);
  }

  @Override
  public void endWorker(long worker, String reason) {}

  @Override
  public long control() {
    return CONTROL_SERVICE;
  }

  @Test
  void whoWaitsForAWorkerThatCantBeHadIsToldWhy() {
    // given tasks and an actor of a job without a worker, and a task of another job
    request(OWNER, KEY, 1);
    core.receive(placeActor(0));
    core.receive(new Message.RequestLeases(OTHER, JOB + 1, KEY, 1));

    // when the job's worker does not come
    workersFail(JOB, RuntimeEnv.SHARED, "no JVM");

    // then its own are told, and nobody else
    assertThat(sent(OWNER, Message.LeasesRefused.class))
        .containsExactly(new Message.LeasesRefused(KEY, "no JVM"));
    assertThat(sent(CONTROL_SERVICE, Message.ActorCreated.class))
        .singleElement()
        .satisfies(created -> {
          assertThat(created.failure()).isNotNull();
          assertThat(created.failure().message()).isEqualTo("no JVM");
        });
    assertThat(sent(OTHER, Message.LeasesRefused.class)).isEmpty();

    // and the next request asks for another
    int before = started.size();
    request(OWNER, KEY, 1);
    assertThat(started).hasSize(before + 1);
  }

  @Test
  void aJobThatHasAWorkerNeedsNoOther() {
    withWorker();
    request(OWNER, KEY, 3);
    workersFail(JOB, RuntimeEnv.SHARED, "no JVM");
    assertThat(sent(OWNER, Message.LeasesRefused.class)).isEmpty();
    assertThat(core.leaseCount()).isEqualTo(2);
  }

  // ---- processes of their own

  private static final RuntimeEnv ALONE = RuntimeEnv.SHARED.alone();
  private static final FunctionKey ISOLATED =
      new FunctionKey("alone", Resources.ONE_CPU, SchedulingStrategy.standard(), ALONE);

  @Test
  void whatIsIsolatedHoldsItsResourcesWhileItsWorkerIsStarted() {
    withWorker();

    request(OWNER, ISOLATED, 1);

    assertThat(started).containsExactly(JOB);
    assertThat(attached()).isEmpty();
    assertThat(core.leaseCount()).isOne();
    assertThat(core.available()).isEqualTo(Resources.NONE.with(Resources.CPU, 1));

    core.workerStarted(JOB, ALONE, NEXT_WORKER);

    assertThat(sent(NEXT_WORKER, Message.AttachLease.class))
        .singleElement()
        .satisfies(lease -> assertThat(lease.schedulingClass()).isEqualTo(ISOLATED));
    assertThat(sent(OWNER, Message.LeasesGranted.class))
        .containsExactly(new Message.LeasesGranted(SELF, ISOLATED, NEXT_WORKER, 1));
  }

  @Test
  void anIsolatedWorkerHasOneLeaseAtATimeAndIsUsedAgain() {
    request(OWNER, ISOLATED, 2);
    assertThat(started).containsExactly(JOB, JOB);
    core.workerStarted(JOB, ALONE, NEXT_WORKER);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);

    // when its run waits, nothing else comes to it, though there would be resources
    long lease = sent(NEXT_WORKER, Message.AttachLease.class).getFirst().lease();
    core.receive(new Message.SuspendLease(lease));
    core.receive(new Message.ReplaceLease(NEXT_WORKER, OWNER, JOB, ISOLATED));
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);

    // when it is free, it serves the lease that waits for another worker still
    core.receive(new Message.ReturnLease(lease));
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(2);
  }

  @Test
  void whoAskedForAnIsolatedWorkerIsToldThatItCantBeHad() {
    request(OWNER, ISOLATED, 1);

    workersFail(JOB, ALONE, "no JVM");

    assertThat(sent(OWNER, Message.LeasesRefused.class))
        .containsExactly(new Message.LeasesRefused(ISOLATED, "no JVM"));
    assertThat(core.leaseCount()).isZero();
    assertThat(core.available()).isEqualTo(TWO);
  }

  @Test
  void anOwnerThatDiesLeavesNoLeaseThatWaitsForItsWorker() {
    request(OWNER, ISOLATED, 1);

    core.receive(new Message.ProcessDied(OWNER, "killed"));

    assertThat(core.leaseCount()).isZero();
    core.workerStarted(JOB, ALONE, NEXT_WORKER);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).isEmpty();
  }

  @Test
  void workersWithOtherVariablesAreOtherWorkers() {
    withWorker();
    RuntimeEnv withHost = RuntimeEnv.SHARED.withVariable("HOST", "a");
    FunctionKey key = new FunctionKey("f", Resources.NONE, SchedulingStrategy.standard(), withHost);

    request(OWNER, key, 2);
    assertThat(started).containsExactly(JOB);
    core.workerStarted(JOB, withHost, NEXT_WORKER);

    assertThat(attached()).isEmpty();
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(2);
  }

  @Test
  void aWorkerThatHasNothingToDoForLongIsRetired() {
    withWorker();
    request(OWNER, KEY, 1);
    long lease = attached().getFirst().lease();
    core.retireIdle(0, 10);
    core.retireIdle(100, 10);
    assertThat(sent(WORKER, Message.Retire.class)).isEmpty();

    core.receive(new Message.ReturnLease(lease));
    core.retireIdle(101, 10);
    core.retireIdle(110, 10);
    assertThat(sent(WORKER, Message.Retire.class)).isEmpty();
    core.retireIdle(111, 10);
    assertThat(sent(WORKER, Message.Retire.class)).hasSize(1);

    // what comes then gets another
    started.clear();
    request(OWNER, KEY, 1);
    assertThat(started).containsExactly(JOB);
  }

  @Test
  void anIsolatedActorsWorkerEndsWithIt() {
    core.receive(placeActor(1, ActorOptions.Lifetime.COUNTED, ALONE));
    core.workerStarted(JOB, ALONE, NEXT_WORKER);
    Message.CreateActor create = sent(NEXT_WORKER, Message.CreateActor.class).getFirst();

    core.receive(new Message.ReturnLease(create.lease()));

    assertThat(sent(NEXT_WORKER, Message.Retire.class)).hasSize(1);
    started.clear();
    request(OWNER, ISOLATED, 1);
    assertThat(started).containsExactly(JOB);
  }

  @Test
  void anActorThatIsNotToBeMadeDoesNotWaitForItsWorker() {
    Message.PlaceActor place = placeActor(1, ActorOptions.Lifetime.COUNTED, ALONE);
    core.receive(place);

    core.receive(new Message.StopActor(place.spec().id(), 0, "killed", false));

    assertThat(core.leaseCount()).isZero();
    assertThat(sent(CONTROL_SERVICE, Message.ActorStopped.class)).hasSize(1);
    core.workerStarted(JOB, ALONE, NEXT_WORKER);
    assertThat(sent(NEXT_WORKER, Message.CreateActor.class)).isEmpty();
  }

  @Test
  void aWorkerWhoseStartFailsIsTriedAgain() {
    request(OWNER, KEY, 1);
    request(OWNER, ISOLATED, 1);
    started.clear();

    core.workerFailed(JOB, RuntimeEnv.SHARED, "killed");
    core.workerFailed(JOB, ALONE, "killed");

    assertThat(started).containsExactly(JOB, JOB);
    assertThat(sent(OWNER, Message.LeasesRefused.class)).isEmpty();
    withWorker();
    core.workerStarted(JOB, ALONE, NEXT_WORKER);
    assertThat(attached()).hasSize(1);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);
  }

  @Test
  void aRequestThatWasSentOnStaysThoughAnotherNodeSeemsFreer() {
    // given a node that is taken, beside one of which nothing is known but what it has
    withWorker();
    core.receive(
        new Message.NodesChanged(
            List.of(new NodeView(3, TWO, TWO, Map.of()), core.view()), List.of()));
    FunctionKey spread = new FunctionKey("s", Resources.ONE_CPU, SchedulingStrategy.spread());
    request(OTHER, KEY, 2);

    core.receive(new Message.RequestLeases(OWNER, JOB, spread, 1));
    assertThat(sent(OWNER, Message.LeasesRedirected.class)).hasSize(1);

    core.receive(new Message.RequestLeases(OWNER, JOB, spread, 1, true, 0));
    assertThat(sent(OWNER, Message.LeasesRedirected.class)).hasSize(1);
    assertThat(core.waitingFor(OWNER, spread)).isNotEmpty();
  }

  private static final FunctionKey FREE_ALONE =
      new FunctionKey("free", Resources.NONE, SchedulingStrategy.standard(), ALONE);

  @Test
  void noMoreIsolatedWorkersAreStartedAtATimeThanThereAreCpus() {
    request(OWNER, FREE_ALONE, 4);
    assertThat(started).hasSize(2);

    // one that fails is tried again, and makes no room for others
    core.workerFailed(JOB, ALONE, "killed");
    assertThat(started).hasSize(3);

    core.workerStarted(JOB, ALONE, WORKER);
    assertThat(started).hasSize(4);
    core.workerStarted(JOB, ALONE, NEXT_WORKER);
    assertThat(started).hasSize(5);
    assertThat(core.leaseCount()).isEqualTo(4);
  }

  @Test
  void ofWorkersWithTheSameNumberOfLeasesTheOldestGetsTheNext() {
    withWorker();
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);
    FunctionKey free = new FunctionKey("free", Resources.NONE, SchedulingStrategy.standard());

    request(OWNER, free, 1);
    assertThat(attached()).hasSize(1);
    request(OWNER, free, 2);
    assertThat(attached()).hasSize(2);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);
  }

  @Test
  void aWorkerWhereTasksWaitForALeaseIsNotRetired() {
    withWorker();
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);
    core.receive(new Message.ReplaceLease(NEXT_WORKER, OTHER, JOB, key(2)));
    core.receive(new Message.ReplaceLease(WORKER, OWNER, JOB, KEY));
    assertThat(attached()).isEmpty();

    core.retireIdle(0, 10);
    core.retireIdle(100, 10);

    assertThat(sent(WORKER, Message.Retire.class)).isEmpty();
  }

  @Test
  void anIsolatedActorWhoseWorkerCantBeHadIsNotMade() {
    core.receive(placeActor(1, ActorOptions.Lifetime.COUNTED, ALONE));

    workersFail(JOB, ALONE, "no JVM");

    assertThat(sent(CONTROL_SERVICE, Message.ActorCreated.class))
        .singleElement()
        .satisfies(made -> assertThat(made.failure()).isNotNull());
    assertThat(core.leaseCount()).isZero();
  }

  @Test
  void whoAsksAfterARefusalGetsAsManyTriesAgain() {
    request(OWNER, KEY, 1);
    workersFail(JOB, RuntimeEnv.SHARED, "no JVM");
    assertThat(sent(OWNER, Message.LeasesRefused.class)).hasSize(1);

    request(OWNER, KEY, 1);
    core.workerFailed(JOB, RuntimeEnv.SHARED, "no JVM");
    core.workerFailed(JOB, RuntimeEnv.SHARED, "no JVM");

    assertThat(sent(OWNER, Message.LeasesRefused.class)).hasSize(1);
  }

  @Test
  void anActorWhoseOwnerDiesWhileItsWorkerIsStartedIsMadeOnlyIfItIsDetached() {
    core.receive(placeActor(1, ActorOptions.Lifetime.COUNTED, ALONE));
    core.receive(new Message.ProcessDied(OTHER, "killed"));
    assertThat(core.leaseCount()).isOne();
    core.receive(new Message.ProcessDied(OWNER, "killed"));
    assertThat(core.leaseCount()).isZero();

    core.receive(placeActor(1, ActorOptions.Lifetime.DETACHED, ALONE));
    core.receive(new Message.ProcessDied(OWNER, "killed"));
    assertThat(core.leaseCount()).isOne();
  }

  @Test
  void aRequestThatWasSentOnToTheWrongNodeIsSentOnOnceMore() {
    core.receive(
        new Message.NodesChanged(
            List.of(new NodeView(3, TWO, TWO, Map.of()), core.view()), List.of()));
    FunctionKey there =
        new FunctionKey("there", Resources.ONE_CPU, SchedulingStrategy.node(Long.toHexString(3)));

    core.receive(new Message.RequestLeases(OWNER, JOB, there, 1, true, 0));

    assertThat(sent(OWNER, Message.LeasesRedirected.class))
        .containsExactly(new Message.LeasesRedirected(there, 3));
  }

  @Test
  void whatAnActorHeldThatIsNotToBeMadeGoesToWhoWaits() {
    withWorker();
    Message.PlaceActor place = placeActor(2, ActorOptions.Lifetime.COUNTED, ALONE);
    core.receive(place);
    request(OTHER, KEY, 1);
    assertThat(attached()).isEmpty();

    core.receive(new Message.StopActor(place.spec().id(), 0, "killed", false));

    assertThat(attached()).hasSize(1);
  }

  @Test
  void whatALeaseHeldWhoseWorkerCantBeHadGoesToWhoWaits() {
    withWorker();
    core.receive(placeActor(2, ActorOptions.Lifetime.COUNTED, ALONE));
    request(OTHER, KEY, 1);
    assertThat(attached()).isEmpty();

    workersFail(JOB, ALONE, "no JVM");

    assertThat(attached()).hasSize(1);
  }

  @Test
  void aLeaseThatIsGivenUpTakesNoneOfAnotherPoolAlong() {
    RuntimeEnv otherHost = ALONE.withVariable("HOST", "a");
    FunctionKey there =
        new FunctionKey("t", Resources.NONE, SchedulingStrategy.standard(), otherHost);
    request(OTHER, there, 1);
    core.receive(placeActor(0, ActorOptions.Lifetime.COUNTED, ALONE));
    assertThat(core.leaseCount()).isEqualTo(2);

    core.receive(new Message.ProcessDied(OWNER, "killed"));

    core.workerStarted(JOB, ALONE, WORKER);
    core.workerStarted(JOB, otherHost, NEXT_WORKER);
    assertThat(sent(WORKER, Message.CreateActor.class)).isEmpty();
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);
  }
}
