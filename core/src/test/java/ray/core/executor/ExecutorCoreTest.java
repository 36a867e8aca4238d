package ray.core.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;
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
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** What may start in a worker, what blocks, what is cancelled, and the actors that live there. */
@NullUnmarked
class ExecutorCoreTest implements ExecutorEffects {
  private static final long SELF = 0xb;
  private static final long OWNER = 0xa;
  private static final long OTHER = 0xc;
  private static final long NODE = 2;
  private static final long CONTROL = 1;
  private static final FunctionKey KEY =
      new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());
  private static final FunctionKey GPU_KEY =
      new FunctionKey("f", Resources.NONE.with(Resources.GPU, 1), SchedulingStrategy.standard());

  private record Sent(long to, Message message) {}

  private final List<Sent> sent = new ArrayList<>();
  private final List<Execution> interrupted = new ArrayList<>();
  private final List<Execution> resumed = new ArrayList<>();
  private final List<ObjectId> parents = new ArrayList<>();
  private final List<ActorSlot> gone = new ArrayList<>();
  private final ExecutorCore core = new ExecutorCore(SELF, this);
  private int runnable;
  private long now = 1;

  // ---- helpers

  private static TaskSpec spec(long number, ActorId actor, String group, long timeoutNs) {
    return spec(number, KEY, actor, group, timeoutNs);
  }

  private static TaskSpec spec(
      long number, FunctionKey key, ActorId actor, String group, long timeoutNs) {
    return new TaskSpec(
        new ObjectId(OWNER, number),
        null,
        new CallSpec(
            7, key, "f" + number, "f", 1, new TaskPolicy(0, "", timeoutNs, 0, group, Map.of())),
        new Object[0],
        List.of(),
        actor);
  }

  private static Message.Push pushOf(long number) {
    return new Message.Push(spec(number, null, "", 0), 1, null);
  }

  private void receive(Message message) {
    core.receive(message, now);
  }

  private void push(long... numbers) {
    receive(
        new Message.PushTasks(
            OWNER, Arrays.stream(numbers).mapToObj(ExecutorCoreTest::pushOf).toList()));
  }

  private void pushWithGpu(long number) {
    TaskSpec task = spec(number, GPU_KEY, null, "", 0);
    receive(new Message.PushTasks(OWNER, List.of(new Message.Push(task, 1, null))));
  }

  private void attachWithGpu(long lease, long gpus) {
    receive(new Message.AttachLease(lease, OWNER, GPU_KEY, gpus));
  }

  private void attach(long lease) {
    receive(new Message.AttachLease(lease, OWNER, KEY, 0));
  }

  private Lane take() {
    return core.take(now);
  }

  private Lane takeSome() {
    return Objects.requireNonNull(core.take(now), "nothing may start");
  }

  private static List<Long> numbers(Lane lane) {
    return lane.runs().stream().map(run -> run.spec().id().number()).toList();
  }

  private void finish(Lane lane, Outcome outcome) {
    for (Execution run : lane.runs()) {
      core.finished(
          List.of(new ExecutorCore.Result(run, List.of(outcome), List.of(), 0, 50_000_000)), now);
    }
    core.closed(lane, now);
  }

  private <M extends Message> List<M> sent(long to, Class<M> type) {
    return sent.stream()
        .filter(each -> each.to() == to && type.isInstance(each.message()))
        .map(each -> type.cast(each.message()))
        .toList();
  }

  private List<Message.Done> reported() {
    return sent(OWNER, Message.TasksDone.class).stream()
        .flatMap(done -> done.results().stream())
        .toList();
  }

  private static Outcome value() {
    return new Outcome.Inline("a", 8, List.of());
  }

  private static ErrorCode code(Message.Done done) {
    return ((Outcome.Failed) done.outcomes().getFirst()).code();
  }

  private static final ActorId ACTOR = new ActorId(new ObjectId(OWNER, -2));

  private static ActorSpec actor(
      Resources resources, int concurrency, Map<String, Integer> groups) {
    return actor(resources, concurrency, groups, ActorOptions.Lifetime.COUNTED);
  }

  private static ActorSpec actor(
      Resources resources,
      int concurrency,
      Map<String, Integer> groups,
      ActorOptions.Lifetime lifetime) {
    return new ActorSpec(
        ACTOR,
        "Counter",
        "test",
        new ActorOptions(
            "",
            "test",
            false,
            lifetime,
            resources,
            concurrency,
            groups,
            0,
            0,
            -1,
            SchedulingStrategy.standard(),
            Map.of(),
            RuntimeEnv.SHARED),
        spec(-2, ACTOR, "", 0));
  }

  private ActorSlot create(ActorSpec spec, int incarnation, long lease) {
    receive(new Message.CreateActor(spec, null, incarnation, OWNER, lease, 0));
    Lane lane = takeSome();
    finish(lane, value());
    return Objects.requireNonNull(lane.runs().getFirst().actor());
  }

  private ActorSlot createActor() {
    return create(actor(Resources.ONE_CPU, 1, Map.of()), 0, 9);
  }

  private void call(String group, long... numbers) {
    receive(
        new Message.PushCalls(
            OWNER,
            ACTOR,
            0,
            Arrays.stream(numbers)
                .mapToObj(number -> new Message.Push(spec(number, ACTOR, group, 0), 1, null))
                .toList()));
  }

  // ---- leases

  @Test
  void aTaskStartsWhenALeaseIsThere() {
    push(2);
    assertThat(take()).isNull();

    attach(1);

    assertThat(numbers(takeSome())).containsExactly(2L);
  }

  @Test
  void noMoreTasksRunAtOnceThanThereAreLeases() {
    attach(1);
    push(2, 4);
    Lane first = takeSome();
    assertThat(take()).isNull();

    finish(first, value());

    assertThat(numbers(takeSome())).containsExactly(4L);
    assertThat(reported()).hasSize(1);
  }

  @Test
  void shortTasksAreTakenInLanesAndResultsGoOutTogether() {
    attach(1);
    long[] many = new long[100];
    Arrays.setAll(many, i -> 2L * i + 2);
    for (int i = 0; i < 40; i++) {
      push(1000 + 2 * i);
      Lane lane = takeSome();
      core.finished(
          List.of(
              new ExecutorCore.Result(
                  lane.runs().getFirst(), List.of(value()), List.of(), 0, 1000)),
          now);
      core.closed(lane, now);
    }
    push(many);
    Lane lane = takeSome();
    assertThat(lane.runs()).hasSizeGreaterThan(10);
    sent.clear();

    core.finished(
        lane.runs().stream()
            .map(run -> new ExecutorCore.Result(run, List.of(value()), List.of(), 0, 1000))
            .toList(),
        now);

    assertThat(reported()).hasSize(lane.runs().size());
  }

  @Test
  void idleLeasesAreReturnedWhenTheOwnerSaysSo() {
    attach(1);
    attach(3);
    push(2);
    takeSome();

    receive(new Message.ShrinkLeases(OWNER, KEY, 1));

    assertThat(sent(NODE, Message.ReturnLease.class)).hasSize(1);
    assertThat(sent(OWNER, Message.LeasesReturned.class))
        .singleElement()
        .satisfies(returned -> assertThat(returned.count()).isOne());
  }

  // ---- blocking

  @Test
  void aBlockedRunGivesItsLeaseBackAndItsLanesRestGoesToOthers() {
    attach(1);
    push(2, 4);
    Lane lane = takeSome();

    core.blocked(lane.runs().getFirst(), lane, 1, now);

    assertThat(sent(NODE, Message.SuspendLease.class)).containsExactly(new Message.SuspendLease(1));
    assertThat(sent(NODE, Message.ReplaceLease.class))
        .containsExactly(new Message.ReplaceLease(SELF, OWNER, 7, KEY));
    assertThat(core.blockedCount()).isOne();
    attach(3);
    assertThat(numbers(takeSome())).containsExactly(4L);
  }

  @Test
  void aLeaseThatCameBeforeTheFirstTaskIsReplacedInTheNameOfTheTasksJob() {
    attach(1);
    push(2);
    Lane lane = takeSome();
    core.blocked(lane.runs().getFirst(), lane, 1, now);

    push(4);

    assertThat(sent(NODE, Message.ReplaceLease.class))
        .containsExactly(new Message.ReplaceLease(SELF, OWNER, 7, KEY));
  }

  @Test
  void aBlockedRunWithGpusSuspendsTheLeaseThatHasThemAndGoesOnWithThem() {
    attachWithGpu(1, 0b01);
    attachWithGpu(2, 0b10);
    pushWithGpu(2);
    pushWithGpu(4);
    Lane first = takeSome();
    Lane second = takeSome();
    Execution run = first.runs().getFirst();
    long itsLease = run.gpus() == 0b01 ? 1 : 2;

    core.blocked(run, first, 1, now);
    core.unblocked(run, now);
    receive(new Message.LeaseResumed(itsLease));

    assertThat(sent(NODE, Message.SuspendLease.class))
        .containsExactly(new Message.SuspendLease(itsLease));
    assertThat(sent(NODE, Message.ResumeLease.class))
        .containsExactly(new Message.ResumeLease(itsLease));
    assertThat(resumed).containsExactly(run);
    assertThat(run.gpus()).isEqualTo(itsLease).isNotEqualTo(second.runs().getFirst().gpus());
    finish(second, value());
    finish(first, value());
    receive(new Message.ShrinkLeases(OWNER, GPU_KEY, 2));
    assertThat(sent(OWNER, Message.LeasesReturned.class))
        .extracting(Message.LeasesReturned::count)
        .containsExactly(2);
  }

  @Test
  void aReplacementIsAskedForOnceUntilItIsThere() {
    attach(1);
    push(2, 4);
    Lane lane = takeSome();
    core.blocked(lane.runs().getFirst(), lane, 1, now);

    push(6);

    assertThat(sent(NODE, Message.ReplaceLease.class)).hasSize(1);
  }

  @Test
  void aBlockedRunGoesOnWhenTheNodeSaysSo() {
    attach(1);
    push(2);
    Lane lane = takeSome();
    Execution run = lane.runs().getFirst();
    core.blocked(run, lane, 1, now);
    core.unblocked(run, now);
    assertThat(sent(NODE, Message.ResumeLease.class)).containsExactly(new Message.ResumeLease(1));
    assertThat(resumed).isEmpty();

    receive(new Message.LeaseResumed(1));

    assertThat(resumed).containsExactly(run);
    finish(lane, value());
    push(4);
    assertThat(numbers(takeSome())).containsExactly(4L);
  }

  @Test
  void whoWaitsForATaskThatMayStartCanRunItAtOnce() {
    attach(1);
    push(2, 4, 6);

    Lane lane = Objects.requireNonNull(core.claim(new ObjectId(OWNER, 4), now));

    assertThat(numbers(lane)).startsWith(4L);
    assertThat(core.claim(new ObjectId(OWNER, 6), now)).isNull();
    finish(lane, value());
    assertThat(numbers(takeSome())).containsExactly(2L);
  }

  @Test
  void aClaimedTaskThatIsGivenBackRunsOnce() {
    attach(1);
    push(2, 4, 6);
    Lane claimed = Objects.requireNonNull(core.claim(new ObjectId(OWNER, 4), now));
    core.giveBack(claimed, 0, now);
    core.closed(claimed, now);

    List<Long> order = new ArrayList<>();
    for (Lane lane; (lane = take()) != null; ) {
      order.addAll(numbers(lane));
      finish(lane, value());
    }

    assertThat(order).containsExactlyInAnyOrder(2L, 4L, 6L);
    assertThat(reported()).hasSize(3);
  }

  // ---- cancellation and limits of time

  @Test
  void aQueuedRunThatIsCancelledNeverStartsAndIsReported() {
    attach(1);
    push(2, 4);

    receive(new Message.CancelRun(new ObjectId(OWNER, 2), false));

    assertThat(reported())
        .singleElement()
        .satisfies(done -> {
          assertThat(done.task().number()).isEqualTo(2);
          assertThat(code(done)).isEqualTo(ErrorCode.TASK_CANCELLED);
        });
    assertThat(numbers(takeSome())).containsExactly(4L);
  }

  @Test
  void aRunUnderWayIsInterruptedAndRecursivelyWhatItSubmitted() {
    attach(1);
    push(2);
    Lane lane = takeSome();

    receive(new Message.CancelRun(new ObjectId(OWNER, 2), true));

    assertThat(interrupted).containsExactlyElementsOf(lane.runs());
    assertThat(lane.runs().getFirst().isCancelled()).isTrue();
    assertThat(parents).containsExactly(new ObjectId(OWNER, 2));
    assertThat(lane.runs().getFirst().areChildrenCancelled()).isTrue();
    assertThat(reported()).isEmpty();
  }

  @Test
  void whatARunSubmittedGoesOnIfItAloneIsCancelled() {
    attach(1);
    push(2);
    Lane lane = takeSome();

    receive(new Message.CancelRun(new ObjectId(OWNER, 2), false));

    assertThat(lane.runs().getFirst().isCancelled()).isTrue();
    assertThat(lane.runs().getFirst().areChildrenCancelled()).isFalse();
    assertThat(parents).isEmpty();
  }

  @Test
  void aRunOverItsLimitIsReportedAtOnceAndOnceMoreWhenItEnds() {
    attach(1);
    receive(
        new Message.PushTasks(OWNER, List.of(new Message.Push(spec(2, null, "", 1000), 1, null))));
    Lane lane = takeSome();
    Execution run = lane.runs().getFirst();
    core.startTimer(run, now);
    assertThat(core.tick(now + 999)).isTrue();
    assertThat(reported()).isEmpty();

    assertThat(core.tick(now + 1000)).isFalse();
    assertThat(interrupted).containsExactly(run);
    assertThat(reported())
        .singleElement()
        .satisfies(done -> {
          assertThat(code(done)).isEqualTo(ErrorCode.TASK_TIMED_OUT);
          assertThat(done.durationNs()).isNegative();
        });

    ObjectId kept = new ObjectId(OTHER, 2);
    core.finished(
        List.of(new ExecutorCore.Result(run, List.of(value()), List.of(kept), 0, 2000)), now);
    assertThat(reported()).hasSize(2);
    assertThat(reported().getLast().retained()).containsExactly(kept);
  }

  @Test
  void aRunThatEndsInTimeIsNotReportedTwice() {
    attach(1);
    receive(
        new Message.PushTasks(OWNER, List.of(new Message.Push(spec(2, null, "", 1000), 1, null))));
    Lane lane = takeSome();
    core.startTimer(lane.runs().getFirst(), now);
    finish(lane, value());

    assertThat(core.tick(now + 5000)).isFalse();

    assertThat(reported()).hasSize(1);
  }

  // ---- the death of an owner

  @Test
  void whenAnOwnerDiesItsRunsAreInterruptedAndItsLeasesReturned() {
    attach(1);
    attach(3);
    push(2);
    Lane lane = takeSome();
    push(4, 6);

    receive(new Message.ProcessDied(OWNER, "killed"));
    assertThat(interrupted).containsExactlyElementsOf(lane.runs());
    assertThat(sent(NODE, Message.ReturnLease.class)).hasSize(1);

    core.finished(
        List.of(new ExecutorCore.Result(lane.runs().getFirst(), List.of(value()), List.of(), 0, 1)),
        now);
    core.closed(lane, now);

    assertThat(sent(NODE, Message.ReturnLease.class)).hasSize(2);
    assertThat(reported()).isEmpty();
  }

  @Test
  void aLeaseOfADeadOwnerIsReturnedHoweverLateItComes() {
    receive(new Message.ProcessDied(OWNER, "killed"));

    attach(5);

    assertThat(sent(NODE, Message.ReturnLease.class)).containsExactly(new Message.ReturnLease(5));
  }

  // ---- actors

  @Test
  void anActorsConstructorRunsAloneAndItsCallsInOrder() {
    receive(new Message.CreateActor(actor(Resources.ONE_CPU, 4, Map.of()), null, 0, OWNER, 9, 0));
    call("", 2, 4);
    Lane constructor = takeSome();
    assertThat(numbers(constructor)).containsExactly(-2L);
    assertThat(take()).isNull();

    finish(constructor, value());

    assertThat(sent(NODE, Message.ActorCreated.class)).hasSize(1);
    assertThat(numbers(takeSome())).containsExactly(2L);
    assertThat(numbers(takeSome())).containsExactly(4L);
  }

  @Test
  void anActorRunsOneCallAtATimeUnlessItSaysOtherwise() {
    createActor();
    call("", 2);
    takeSome();
    call("", 4);

    assertThat(take()).isNull();
  }

  @Test
  void aConcurrencyGroupHasALimitOfItsOwn() {
    create(actor(Resources.NONE, 1, Map.of("io", 2)), 0, 9);
    call("", 2);
    takeSome();

    call("io", 4, 6, 8);

    assertThat(numbers(takeSome())).containsExactly(4L);
    assertThat(numbers(takeSome())).containsExactly(6L);
    assertThat(take()).isNull();
  }

  @Test
  void anUnknownGroupIsAnErrorThatNamesIt() {
    createActor();

    call("disk", 2);

    assertThat(reported())
        .singleElement()
        .satisfies(done ->
            assertThat(((Outcome.Failed) done.outcomes().getFirst()).message()).contains("disk"));
  }

  @Test
  void callsOfAnIncarnationThatIsNotHereAreRefused() {
    call("", 2);

    assertThat(sent(OWNER, Message.CallsRefused.class))
        .containsExactly(new Message.CallsRefused(ACTOR, 0, List.of(new ObjectId(OWNER, 2))));
  }

  @Test
  void aConstructorThatFailsIsReportedAndItsLeaseReturned() {
    receive(new Message.CreateActor(actor(Resources.ONE_CPU, 1, Map.of()), null, 0, OWNER, 9, 0));

    finish(takeSome(), Outcome.Failed.of(ErrorCode.TASK_FAILED, "boom"));

    assertThat(sent(NODE, Message.ActorCreated.class).getFirst().failure()).isNotNull();
    assertThat(sent(NODE, Message.class).getLast()).isEqualTo(new Message.ReturnLease(9));
    assertThat(core.actorCount()).isZero();
  }

  @Test
  void aDrainedActorEndsAfterItsCalls() {
    createActor();
    call("", 2);
    receive(new Message.StopActor(ACTOR, 0, "unused", true));
    assertThat(gone).isEmpty();

    finish(takeSome(), value());

    assertThat(gone).hasSize(1);
    assertThat(sent(NODE, Message.ReturnLease.class)).hasSize(1);
    assertThat(reported()).hasSize(1);
  }

  @Test
  void aKilledActorsCallIsInterruptedAndTheOthersAreRefused() {
    createActor();
    call("", 2);
    Lane lane = takeSome();
    call("", 4);

    receive(new Message.StopActor(ACTOR, 0, "killed", false));
    assertThat(interrupted).containsExactlyElementsOf(lane.runs());
    assertThat(sent(OWNER, Message.CallsRefused.class))
        .containsExactly(new Message.CallsRefused(ACTOR, 0, List.of(new ObjectId(OWNER, 4))));
    assertThat(gone).isEmpty();
    finish(lane, value());

    assertThat(gone).hasSize(1);
    assertThat(take()).isNull();
    assertThat(sent(NODE, Message.ReturnLease.class)).hasSize(1);
  }

  @Test
  void killingAnActorInterruptsItsConstructor() {
    receive(new Message.CreateActor(actor(Resources.ONE_CPU, 1, Map.of()), null, 0, OWNER, 9, 0));
    Lane constructor = takeSome();

    receive(new Message.StopActor(ACTOR, 0, "killed", false));

    assertThat(interrupted).containsExactlyElementsOf(constructor.runs());
  }

  @Test
  void aStopMeantForAnEarlierIncarnationIsIgnored() {
    create(actor(Resources.ONE_CPU, 1, Map.of()), 1, 9);

    receive(new Message.StopActor(ACTOR, 0, "killed", false));

    assertThat(core.actorCount()).isOne();
  }

  @Test
  void anIncarnationEndsTheOneBeforeItWhoseStopIsLate() {
    createActor();

    create(actor(Resources.ONE_CPU, 1, Map.of()), 1, 11);
    receive(new Message.StopActor(ACTOR, 0, "killed", false));

    assertThat(gone).extracting(ActorSlot::incarnation).containsExactly(0);
    assertThat(sent(NODE, Message.ReturnLease.class)).containsExactly(new Message.ReturnLease(9));
    assertThat(core.actorCount()).isOne();
  }

  @Test
  void aConstructorThatIsStoppedBeforeItBeginsIsReported() {
    receive(new Message.CreateActor(actor(Resources.ONE_CPU, 1, Map.of()), null, 0, OWNER, 9, 0));

    receive(new Message.StopActor(ACTOR, 0, "killed", false));

    assertThat(sent(NODE, Message.ActorStopped.class))
        .singleElement()
        .satisfies(stopped -> assertThat(stopped.actor()).isEqualTo(ACTOR));
    assertThat(sent(NODE, Message.class).getLast()).isEqualTo(new Message.ReturnLease(9));
    assertThat(take()).isNull();
  }

  @Test
  void anActorThatExitsFromWithinSaysSo() {
    ActorSlot actor = createActor();
    call("", 2);
    Lane lane = takeSome();

    core.exited(actor, now);
    finish(lane, value());

    assertThat(sent(NODE, Message.ActorStopped.class))
        .singleElement()
        .satisfies(stopped -> assertThat(stopped.intended()).isTrue());
    assertThat(gone).containsExactly(actor);
  }

  @Test
  void anActorWhoseCallsAllWaitGivesItsResourcesBack() {
    createActor();
    call("", 2);
    Lane lane = takeSome();
    Execution run = lane.runs().getFirst();

    core.blocked(run, lane, 1, now);
    assertThat(sent(NODE, Message.SuspendLease.class)).containsExactly(new Message.SuspendLease(9));
    core.unblocked(run, now);
    assertThat(resumed).isEmpty();
    receive(new Message.LeaseResumed(9));

    assertThat(resumed).containsExactly(run);
  }

  @Test
  void anActorGivesItsResourcesBackWhenTheLastCallThatDoesNotWaitHasEnded() {
    create(actor(Resources.ONE_CPU, 2, Map.of()), 0, 9);
    call("", 2, 4);
    Lane waiting = takeSome();
    Lane working = takeSome();
    core.blocked(waiting.runs().getFirst(), waiting, 1, now);
    assertThat(sent(NODE, Message.SuspendLease.class)).isEmpty();

    finish(working, value());

    assertThat(sent(NODE, Message.SuspendLease.class)).containsExactly(new Message.SuspendLease(9));
  }

  @Test
  void anActorWithoutResourcesHasNoneToGiveBack() {
    create(actor(Resources.NONE, 1, Map.of()), 0, 9);
    call("", 2);
    Lane lane = takeSome();
    Execution run = lane.runs().getFirst();

    core.blocked(run, lane, 1, now);
    assertThat(sent(NODE, Message.SuspendLease.class)).isEmpty();
    core.unblocked(run, now);

    assertThat(resumed).containsExactly(run);
  }

  @Test
  void aCallGoesOnAtOnceWhoseActorRanOthersMeanwhile() {
    create(actor(Resources.ONE_CPU, 2, Map.of()), 0, 9);
    call("", 2, 4);
    Lane first = takeSome();
    Lane second = takeSome();
    Execution run = first.runs().getFirst();
    core.blocked(run, first, 1, now);

    core.unblocked(run, now);
    assertThat(resumed).containsExactly(run);
    core.blocked(run, first, 1, now);
    assertThat(sent(NODE, Message.SuspendLease.class)).isEmpty();
    core.blocked(second.runs().getFirst(), second, 1, now);

    assertThat(sent(NODE, Message.SuspendLease.class)).containsExactly(new Message.SuspendLease(9));
  }

  @Test
  void theConstructorOfAnOwnerThatDiesIsInterrupted() {
    receive(new Message.CreateActor(actor(Resources.ONE_CPU, 1, Map.of()), null, 0, OWNER, 9, 0));
    Lane lane = takeSome();

    receive(new Message.ProcessDied(OWNER, "killed"));

    assertThat(interrupted).containsExactlyElementsOf(lane.runs());
  }

  @Test
  void theConstructorOfAnActorThatStaysGoesOnWhenItsOwnerDies() {
    ActorSpec stays = actor(Resources.ONE_CPU, 1, Map.of(), ActorOptions.Lifetime.DETACHED);
    receive(new Message.CreateActor(stays, null, 0, OWNER, 9, 0));
    Lane lane = takeSome();

    receive(new Message.ProcessDied(OWNER, "killed"));
    receive(new Message.ProcessDied(OWNER, "killed"));

    assertThat(interrupted).isEmpty();
    assertThat(lane.runs().getFirst().isCancelled()).isFalse();
    finish(lane, value());
    assertThat(sent(NODE, Message.ActorCreated.class))
        .singleElement()
        .satisfies(created -> assertThat(created.failure()).isNull());
  }

  @Test
  void aDrainedActorEndsAfterCallsThatNoThreadHasTakenYet() {
    ActorSlot actor = createActor();
    call("", 2);

    receive(new Message.StopActor(ACTOR, 0, "out of scope", true));
    assertThat(gone).isEmpty();
    finish(takeSome(), value());

    assertThat(reported()).extracting(done -> done.task().number()).containsExactly(2L);
    assertThat(gone).containsExactly(actor);
  }

  @Test
  void whatRunsInAnActorThatIsStoppedIsCancelled() {
    createActor();
    call("", 2);
    Execution run = takeSome().runs().getFirst();

    receive(new Message.StopActor(ACTOR, 0, "killed", false));

    assertThat(run.isCancelled()).isTrue();
  }

  // ---- leases that idle, and those that do not

  @Test
  void aLeaseIsReturnedWhenTheTaskThatItIsForIsCancelled() {
    attach(1);
    push(2);
    receive(new Message.ShrinkLeases(OWNER, KEY, 1));
    assertThat(sent(NODE, Message.ReturnLease.class)).isEmpty();

    receive(new Message.CancelRun(new ObjectId(OWNER, 2), false));

    assertThat(sent(NODE, Message.ReturnLease.class)).hasSize(1);
  }

  @Test
  void aLeaseInUseIsReturnedWhenItsLaneEnds() {
    attach(1);
    push(2);
    Lane lane = takeSome();
    receive(new Message.ShrinkLeases(OWNER, KEY, 1));
    assertThat(sent(NODE, Message.ReturnLease.class)).isEmpty();

    finish(lane, value());

    assertThat(sent(NODE, Message.ReturnLease.class)).containsExactly(new Message.ReturnLease(1));
  }

  @Test
  void tasksThatWereCancelledOrClaimedNeedNoLease() {
    attach(1);
    push(2, 4, 6);
    Lane claimed = core.claim(new ObjectId(OWNER, 4), now);
    finish(claimed, value());
    receive(new Message.CancelRun(new ObjectId(OWNER, 2), false));
    finish(takeSome(), value());

    receive(new Message.ShrinkLeases(OWNER, KEY, 1));

    assertThat(sent(NODE, Message.ReturnLease.class)).hasSize(1);
  }

  @Test
  void aRunThatGoesOnUsesItsLeaseAgain() {
    attach(1);
    push(2);
    Lane lane = takeSome();
    core.blocked(lane.runs().getFirst(), lane, 1, now);
    core.unblocked(lane.runs().getFirst(), now);
    receive(new Message.LeaseResumed(1));

    push(4);

    assertThat(take()).isNull();
  }

  @Test
  void noLeaseIsAskedForWhileNothingWaits() {
    attach(1);
    push(2);
    Lane lane = takeSome();

    core.blocked(lane.runs().getFirst(), lane, 1, now);

    assertThat(sent(NODE, Message.ReplaceLease.class)).isEmpty();
  }

  // ---- what may start, and what is told together

  private static FunctionKey otherKey() {
    return new FunctionKey("g", Resources.ONE_CPU, SchedulingStrategy.standard());
  }

  @Test
  void threadsAreToldWhenSomethingMayStart() {
    push(2);
    assertThat(runnable).isZero();

    attach(1);

    assertThat(runnable).isOne();
  }

  @Test
  void tasksOfTwoClassesMayComeInOneMessage() {
    FunctionKey other = otherKey();
    TaskSpec plain = spec(4, null, "", 0);
    CallSpec call = new CallSpec(7, other, "g", "g", 1, plain.policy());
    TaskSpec second = new TaskSpec(plain.id(), null, call, new Object[0], List.of(), null);
    attach(1);
    receive(new Message.AttachLease(3, OWNER, other, 0));

    receive(new Message.PushTasks(OWNER, List.of(pushOf(2), new Message.Push(second, 1, null))));

    assertThat(numbers(takeSome())).containsExactly(2L);
    assertThat(numbers(takeSome())).containsExactly(4L);
  }

  /** Tasks so quick that a lane has many. */
  private Lane quickLane(long... numbers) {
    attach(1);
    for (int i = 0; i < 60; i++) {
      push(1000 + 2 * i);
      Lane lane = takeSome();
      core.finished(
          List.of(
              new ExecutorCore.Result(
                  lane.runs().getFirst(), List.of(value()), List.of(), 0, 1000)),
          now);
      core.closed(lane, now);
    }
    push(numbers);
    sent.clear();
    return takeSome();
  }

  private ExecutorCore.Result result(Execution run) {
    return new ExecutorCore.Result(run, List.of(value()), List.of(), 0, 1000);
  }

  @Test
  void whoWaitsForAShortTaskRunsThoseBehindItToo() {
    Lane first = quickLane(2);
    core.finished(List.of(result(first.runs().getFirst())), now);
    core.closed(first, now);
    push(4, 6, 8);

    assertThat(numbers(core.claim(new ObjectId(OWNER, 4), now))).containsExactly(4L, 6L, 8L);
  }

  @Test
  void whatALaneGivesBackGoesToAnotherThreadAtOnce() {
    Lane lane = quickLane(2, 4, 6);
    assertThat(numbers(lane)).containsExactly(2L, 4L, 6L);
    attach(3);
    assertThat(take()).isNull();

    core.giveBack(lane, 1, now);

    assertThat(core.hasStartable()).isTrue();
    assertThat(numbers(takeSome())).containsExactly(4L, 6L);
  }

  @Test
  void whatALaneGaveBackIsNotTakenFromTheNextOne() {
    Lane lane = quickLane(2, 4, 6);
    attach(3);
    core.giveBack(lane, 1, now);
    Lane next = takeSome();
    assertThat(numbers(next)).containsExactly(4L, 6L);

    core.giveBack(lane, 1, now);
    core.giveBack(lane, 2, now);

    assertThat(core.hasStartable()).isFalse();
    core.giveBack(next, 1, now);
    attach(4);
    assertThat(numbers(takeSome())).containsExactly(6L);
  }

  @Test
  void resultsOfALaneGoOutInOneMessageAndLaterOnesByThemselves() {
    Lane lane = quickLane(2, 4, 6);

    core.beginBatch();
    core.finished(lane.runs().stream().map(this::result).toList(), now);
    core.endBatch();
    core.closed(lane, now);

    assertThat(sent(OWNER, Message.TasksDone.class))
        .singleElement()
        .satisfies(done -> assertThat(done.results()).hasSize(3));
    push(8);
    receive(new Message.CancelRun(new ObjectId(OWNER, 8), false));
    assertThat(sent(OWNER, Message.TasksDone.class)).hasSize(2);
  }

  @Test
  void resultsForTwoOwnersGoToEach() {
    attach(1);
    push(2);
    Lane first = takeSome();
    receive(new Message.AttachLease(3, OTHER, KEY, 0));
    receive(new Message.PushTasks(OTHER, List.of(pushOf(4))));
    Lane second = takeSome();

    core.beginBatch();
    core.finished(List.of(result(first.runs().getFirst()), result(second.runs().getFirst())), now);
    core.endBatch();

    assertThat(reported()).extracting(done -> done.task().number()).containsExactly(2L);
    assertThat(sent(OTHER, Message.TasksDone.class))
        .singleElement()
        .satisfies(done -> assertThat(done.results().getFirst().task().number()).isEqualTo(4L));
  }

  @Test
  void aRunWhoseThreadIsFreeIsNotInterrupted() {
    attach(1);
    push(2);
    Execution run = takeSome().runs().getFirst();
    core.detached(run);

    receive(new Message.CancelRun(run.spec().id(), false));

    assertThat(run.isCancelled()).isTrue();
    assertThat(interrupted).isEmpty();
  }

  @Test
  void timeIsOfNoInterestWhenAllRunsWithALimitHaveEnded() {
    attach(1);
    receive(
        new Message.PushTasks(OWNER, List.of(new Message.Push(spec(2, null, "", 1_000), 1, null))));
    Lane lane = takeSome();
    core.startTimer(lane.runs().getFirst(), now);
    assertThat(core.tick(now)).isTrue();

    finish(lane, value());

    assertThat(core.tick(now)).isFalse();
  }

  @Test
  void ofALaneThatIsGivenBackAStoppedActorInterruptsOnlyWhatRuns() {
    createActor();
    for (int i = 0; i < 60; i++) {
      call("", 1000 + 2 * i);
      Lane lane = takeSome();
      core.finished(List.of(result(lane.runs().getFirst())), now);
      core.closed(lane, now);
    }
    call("", 2, 4);
    Lane lane = takeSome();
    assertThat(lane.runs()).hasSize(2);
    core.giveBack(lane, 1, now);

    receive(new Message.StopActor(ACTOR, 0, "killed", false));

    assertThat(interrupted).containsExactly(lane.runs().getFirst());
    assertThat(sent(OWNER, Message.CallsRefused.class))
        .containsExactly(new Message.CallsRefused(ACTOR, 0, List.of(new ObjectId(OWNER, 4))));
  }

  // ---- effects

  @Override
  public void send(long process, Message message) {
    sent.add(new Sent(process, message));
  }

  @Override
  public void runnable() {
    runnable++;
  }

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
  public void cancelChildren(ObjectId task, boolean force) {
    parents.add(task);
  }

  @Override
  public void tickSoon() {}

  @Override
  public void actorGone(ActorSlot actor) {
    gone.add(actor);
  }

  @Override
  public long node() {
    return NODE;
  }
}
