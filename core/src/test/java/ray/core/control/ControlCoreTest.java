package ray.core.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ray.ActorId;
import ray.ActorInfo;
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

/** The directory of actors: names, places, restarts and ends. */
class ControlCoreTest {
  private static final long NODE = 2;
  private static final long OWNER = 0xa;
  private static final long WORKER = 0xb;
  private static final long NEXT_WORKER = 0xe;
  private static final long WATCHER = 0xc;
  private static final long JOB = 7;
  private static final ActorId ACTOR = new ActorId(new ObjectId(OWNER, -2));

  private record Sent(long to, Message message) {}

  private final List<Sent> sent = new ArrayList<>();
  private final ControlCore core =
      new ControlCore((to, message) -> sent.add(new Sent(to, message)));

  ControlCoreTest() {
    Resources two = Resources.NONE.with(Resources.CPU, 2);
    core.receive(new Message.RegisterNode(new NodeView(NODE, two, two, Map.of())));
    sent.clear();
  }

  private static ActorSpec spec(
      ActorId id, String name, boolean joins, boolean detached, int restarts, double cpus) {
    Resources needed = Resources.NONE.with(Resources.CPU, cpus);
    ActorOptions options =
        new ActorOptions(
            name,
            "test",
            joins,
            detached ? ActorOptions.Lifetime.DETACHED : ActorOptions.Lifetime.COUNTED,
            needed,
            1,
            Map.of(),
            restarts,
            0,
            -1,
            SchedulingStrategy.standard(),
            Map.of(),
            RuntimeEnv.SHARED);
    TaskSpec creation =
        new TaskSpec(
            id.creation(),
            null,
            new CallSpec(
                JOB,
                new FunctionKey("Counter", needed, SchedulingStrategy.standard()),
                "Counter",
                "Counter",
                1,
                new TaskPolicy(restarts, "", 0, 0, "", Map.of())),
            new Object[0],
            List.of(),
            id);
    return new ActorSpec(id, "Counter", "test", options, creation);
  }

  private void register(ActorSpec spec) {
    core.receive(new Message.RegisterActor(spec, null, OWNER));
    core.receive(new Message.WatchActor(spec.id(), OWNER));
  }

  private void alive(int incarnation) {
    alive(incarnation, WORKER);
  }

  private void alive(int incarnation, long worker) {
    core.receive(new Message.ActorCreated(ACTOR, incarnation, worker, null, List.of()));
  }

  private void living(int restarts) {
    register(spec(ACTOR, "", false, false, restarts, 0));
    alive(0);
  }

  private <M extends Message> List<M> sent(long to, Class<M> type) {
    return sent.stream()
        .filter(each -> each.to() == to && type.isInstance(each.message()))
        .map(each -> type.cast(each.message()))
        .toList();
  }

  private List<ActorInfo.State> states(long watcher) {
    return sent(watcher, Message.ActorChanged.class).stream()
        .map(Message.ActorChanged::state)
        .toList();
  }

  private ErrorCode causeSeenBy(long watcher) {
    Outcome.@Nullable Failed cause = sent(watcher, Message.ActorChanged.class).getLast().cause();
    return Objects.requireNonNull(cause).code();
  }

  @Test
  void onlyANewNodeIsToldOfAllNodes() {
    NodeView first = core.nodes().getFirst();
    NodeView second = new NodeView(3, Resources.NONE, Resources.NONE, Map.of());

    core.receive(new Message.RegisterNode(second));

    assertThat(sent(3, Message.NodesChanged.class))
        .containsExactly(new Message.NodesChanged(List.of(first, second), List.of()));
    assertThat(sent(NODE, Message.NodesChanged.class))
        .containsExactly(new Message.NodesChanged(List.of(second), List.of()));

    sent.clear();
    core.receive(new Message.RegisterNode(second));

    assertThat(sent)
        .as("who asks again is told, and nobody else")
        .containsExactly(new Sent(3, new Message.NodesChanged(List.of(first, second), List.of())));
  }

  @Test
  void theEndOfAJobStopsItsActors() {
    living(0);

    core.receive(new Message.JobEnded(JOB));

    assertThat(sent(WORKER, Message.StopActor.class)).hasSize(1);
    assertThat(states(OWNER)).endsWith(ActorInfo.State.DEAD);
  }

  @Test
  void theEndOfAnotherJobStopsNone() {
    living(0);

    core.receive(new Message.JobEnded(JOB + 1));

    assertThat(sent(WORKER, Message.StopActor.class)).isEmpty();
    assertThat(states(OWNER)).endsWith(ActorInfo.State.ALIVE);
  }

  @Test
  void anActorOnItsWayToANodeThatDiesIsPlacedAgain() {
    register(spec(ACTOR, "", false, false, 1, 1));
    Resources two = Resources.NONE.with(Resources.CPU, 2);
    core.receive(new Message.RegisterNode(new NodeView(3, two, two, Map.of())));

    core.receive(new Message.ProcessDied(NODE, "it was unplugged"));

    assertThat(sent(3, Message.PlaceActor.class))
        .singleElement()
        .satisfies(place -> assertThat(place.incarnation()).isEqualTo(1));
  }

  @Test
  void aWatcherThatDiesIsToldNothingMore() {
    living(0);
    core.receive(new Message.WatchActor(ACTOR, WATCHER));
    int before = sent(WATCHER, Message.ActorChanged.class).size();

    core.receive(new Message.ProcessDied(WATCHER, "killed"));
    core.receive(new Message.KillActor(ACTOR, false, "no use"));

    assertThat(states(OWNER)).endsWith(ActorInfo.State.DEAD);
    assertThat(sent(WATCHER, Message.ActorChanged.class)).hasSize(before);
  }

  @Test
  void anActorRestartsAsOftenAsItMayAndIsShownToHave() {
    living(1);

    core.receive(new Message.KillActor(ACTOR, true, "once"));
    List<ActorView> seen = new ArrayList<>();
    core.forEachActor(seen::add);
    assertThat(seen).singleElement().extracting(ActorView::restarts).isEqualTo(1);
    alive(1);
    core.receive(new Message.KillActor(ACTOR, true, "twice"));

    assertThat(states(OWNER)).endsWith(ActorInfo.State.DEAD);
  }

  @Test
  void nodesAreToldWhichOfThemIsGone() {
    core.receive(
        new Message.RegisterNode(new NodeView(3, Resources.NONE, Resources.NONE, Map.of())));
    sent.clear();

    core.receive(new Message.ProcessDied(3, "it was unplugged"));

    assertThat(sent)
        .containsExactly(new Sent(NODE, new Message.NodesChanged(List.of(), List.of(3L))));
  }

  @Test
  void anActorIsPlacedAndItsWatchersLearnWhenItLives() {
    register(spec(ACTOR, "", false, false, 0, 0));
    assertThat(sent(NODE, Message.PlaceActor.class)).hasSize(1);
    assertThat(sent(OWNER, Message.ActorRegistered.class))
        .containsExactly(new Message.ActorRegistered(ACTOR, ACTOR, null));

    alive(0);

    assertThat(states(OWNER)).containsExactly(ActorInfo.State.ALIVE);
  }

  @Test
  void whoWatchesBeforeAnActorIsRegisteredIsToldToo() {
    core.receive(new Message.WatchActor(ACTOR, WATCHER));

    living(0);

    assertThat(states(WATCHER)).containsExactly(ActorInfo.State.ALIVE);
  }

  @Test
  void whoWatchesAnActorThatIsNeverMadeIsToldWhy() {
    core.receive(new Message.WatchActor(ACTOR, WATCHER));

    core.receive(
        new Message.ActorCreated(
            ACTOR, 0, 0, Outcome.Failed.of(ErrorCode.ACTOR_DIED, "boom"), List.of()));

    assertThat(states(WATCHER)).containsExactly(ActorInfo.State.DEAD);
    core.receive(new Message.WatchActor(ACTOR, OWNER));
    assertThat(causeSeenBy(OWNER)).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void whoWatchesAnActorWhoseOwnerDiedFirstIsToldSo() {
    core.receive(new Message.WatchActor(ACTOR, WATCHER));

    core.receive(new Message.ProcessDied(OWNER, "killed"));

    assertThat(states(WATCHER)).containsExactly(ActorInfo.State.DEAD);
  }

  @Test
  void whoWatchesAnActorAfterItsOwnersDeathIsToldSo() {
    core.receive(new Message.ProcessDied(OWNER, "killed"));

    core.receive(new Message.WatchActor(ACTOR, WATCHER));

    assertThat(states(WATCHER)).containsExactly(ActorInfo.State.DEAD);
  }

  @Test
  void aNameIsTakenOnceUnlessTheSecondJoins() {
    register(spec(ACTOR, "c", false, false, 0, 0));
    ActorId second = new ActorId(new ObjectId(OWNER, -4));
    core.receive(new Message.RegisterActor(spec(second, "c", false, false, 0, 0), null, OWNER));
    ActorId third = new ActorId(new ObjectId(OWNER, -6));
    core.receive(new Message.RegisterActor(spec(third, "c", true, false, 0, 0), null, OWNER));

    List<Message.ActorRegistered> answers = sent(OWNER, Message.ActorRegistered.class);
    assertThat(answers.get(1).refusal()).contains("'c'", "'test'", "getIfExists");
    assertThat(answers.get(2)).isEqualTo(new Message.ActorRegistered(third, ACTOR, null));
    assertThat(Objects.requireNonNull(core.find("test", "c")).spec().id()).isEqualTo(ACTOR);
    assertThat(core.find("elsewhere", "c")).isNull();
  }

  @Test
  void whoWatchesAnActorThatWasRefusedItsNameIsToldSo() {
    ActorId second = new ActorId(new ObjectId(OWNER, -4));
    register(spec(ACTOR, "c", false, false, 0, 0));
    register(spec(second, "c", false, false, 0, 0));
    sent.clear();

    core.receive(new Message.WatchActor(second, WATCHER));

    assertThat(sent)
        .singleElement()
        .satisfies(told -> {
          assertThat(told.to()).isEqualTo(WATCHER);
          assertThat(told.message())
              .isInstanceOfSatisfying(
                  Message.ActorChanged.class,
                  change -> assertThat(change.state()).isEqualTo(ActorInfo.State.DEAD));
        });
  }

  @Test
  void theNameOfADeadActorIsFree() {
    register(spec(ACTOR, "c", false, false, 0, 0));
    core.receive(new Message.KillActor(ACTOR, false, "killed"));

    assertThat(core.find("test", "c")).isNull();
  }

  @Test
  void anActorThatNoNodeCanHoldIsDeadWithWhatWasAskedAndWhatThereIs() {
    register(spec(ACTOR, "", false, false, 0, 8));

    assertThat(causeSeenBy(OWNER)).isEqualTo(ErrorCode.OUT_OF_RESOURCES);
    assertThat(
            Objects.requireNonNull(sent(OWNER, Message.ActorChanged.class).getLast().cause())
                .message())
        .contains("Counter", "{CPU: 8}", "{CPU: 2}");
  }

  @Test
  void aDeadWorkersActorsAreMadeAgainAsOftenAsTheyMay() {
    living(1);

    core.receive(new Message.ProcessDied(WORKER, "killed"));
    assertThat(states(OWNER)).containsExactly(ActorInfo.State.ALIVE, ActorInfo.State.RESTARTING);
    assertThat(sent(OWNER, Message.ActorChanged.class).getLast().cause())
        .satisfies(cause ->
            assertThat(Objects.requireNonNull(cause).message()).contains("Counter", "killed"));
    assertThat(sent(NODE, Message.PlaceActor.class).getLast().incarnation()).isOne();
    alive(1, NEXT_WORKER);

    core.receive(new Message.ProcessDied(NEXT_WORKER, "killed"));
    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.DEAD);
    assertThat(causeSeenBy(OWNER)).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void aNodeLearnsOfItsWorkersDeathBeforeItIsToPlaceTheWorkersActorsAgain() {
    living(1);
    sent.clear();

    core.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(sent)
        .filteredOn(each -> each.to() == NODE)
        .extracting(each -> each.message().getClass().getSimpleName())
        .containsExactly("ProcessDied", "PlaceActor");
  }

  @Test
  void aKilledActorIsStoppedAndMadeAgainOnlyIfTheKillerSaysSo() {
    living(5);
    core.receive(new Message.KillActor(ACTOR, true, "restart"));
    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.RESTARTING);
    assertThat(sent(WORKER, Message.StopActor.class)).hasSize(1);
    alive(1);

    core.receive(new Message.KillActor(ACTOR, false, "enough"));

    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.DEAD);
  }

  @Test
  void anOwnerThatDoesNotWatchYetIsToldOnceWhatTheConstructorKept() {
    ObjectId kept = new ObjectId(OWNER, 8);
    core.receive(new Message.RegisterActor(spec(ACTOR, "", false, false, 0, 0), null, OWNER));
    core.receive(new Message.ActorCreated(ACTOR, 0, WORKER, null, List.of(kept)));
    core.receive(new Message.KillActor(ACTOR, false, "a test killed it"));
    core.receive(new Message.WatchActor(ACTOR, OWNER));

    assertThat(sent(OWNER, Message.ActorChanged.class))
        .flatExtracting(Message.ActorChanged::retained)
        .containsExactly(kept);
  }

  @Test
  void anActorThatIsKilledWhileItIsMadeIsStoppedWhenItIsThere() {
    register(spec(ACTOR, "", false, false, 0, 0));
    core.receive(new Message.KillActor(ACTOR, false, "killed"));
    assertThat(sent(NODE, Message.StopActor.class)).hasSize(1);
    ObjectId kept = new ObjectId(WATCHER, 2);

    core.receive(new Message.ActorCreated(ACTOR, 0, WORKER, null, List.of(kept)));

    assertThat(sent(WORKER, Message.StopActor.class)).hasSize(1);
    Message.ActorChanged last = sent(OWNER, Message.ActorChanged.class).getLast();
    assertThat(last.state()).isEqualTo(ActorInfo.State.DEAD);
    assertThat(last.worker()).isEqualTo(WORKER);
    assertThat(last.retained()).containsExactly(kept);
  }

  private List<Message.ConstructorsEnded> constructorsEnded() {
    return sent(OWNER, Message.ConstructorsEnded.class);
  }

  @Test
  void theOwnerOfAnActorThatIsKilledWhileItIsMadeIsToldWhenItsConstructorEnds() {
    register(spec(ACTOR, "", false, false, 0, 0));
    core.receive(new Message.KillActor(ACTOR, false, "killed"));
    assertThat(constructorsEnded()).isEmpty();

    alive(0);

    assertThat(constructorsEnded()).containsExactly(new Message.ConstructorsEnded(ACTOR));
  }

  @Test
  void constructorsOfAllIncarnationsAreWaitedFor() {
    register(spec(ACTOR, "", false, false, 1, 0));
    core.receive(new Message.KillActor(ACTOR, true, "killed"));
    core.receive(new Message.KillActor(ACTOR, true, "killed"));
    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.DEAD);

    core.receive(new Message.ActorStopped(ACTOR, 1, true, "stopped"));
    assertThat(constructorsEnded()).isEmpty();
    alive(0);

    assertThat(constructorsEnded()).hasSize(1);
  }

  @Test
  void aConstructorEndsWithItsNode() {
    register(spec(ACTOR, "", false, false, 0, 0));
    core.receive(new Message.KillActor(ACTOR, false, "killed"));

    core.receive(new Message.ProcessDied(NODE, "unplugged"));

    assertThat(constructorsEnded()).hasSize(1);
  }

  @Test
  void theOwnerOfALivingActorIsToldWithItsDeath() {
    living(0);
    assertThat(constructorsEnded()).isEmpty();

    core.receive(new Message.KillActor(ACTOR, false, "killed"));

    assertThat(constructorsEnded()).hasSize(1);
  }

  @Test
  void anActorIsNotBornInAWorkerThatIsGone() {
    register(spec(ACTOR, "", false, false, 1, 0));
    core.receive(new Message.ProcessDied(WORKER, "killed"));

    alive(0);
    assertThat(states(OWNER)).isEmpty();

    core.receive(new Message.ActorStopped(ACTOR, 0, false, "its worker died"));
    assertThat(states(OWNER)).containsExactly(ActorInfo.State.RESTARTING);
  }

  @Test
  void anExitFromWithinIsNoReasonToMakeAnActorAgain() {
    living(5);

    core.receive(new Message.ActorStopped(ACTOR, 0, true, "it exited"));

    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.DEAD);
  }

  @Test
  void anActorOutOfScopeEndsAfterItsCalls() {
    living(0);

    core.receive(new Message.ActorOutOfScope(ACTOR));

    assertThat(sent(WORKER, Message.StopActor.class))
        .singleElement()
        .satisfies(stop -> assertThat(stop.drain()).isTrue());
    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.DEAD);
  }

  @Test
  void anActorThatGoesOutOfScopeWhileItIsMadeEndsWhenItIsThere() {
    register(spec(ACTOR, "c", false, false, 0, 0));
    core.receive(new Message.ActorOutOfScope(ACTOR));

    alive(0);

    assertThat(sent(WORKER, Message.StopActor.class)).hasSize(1);
    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.DEAD);
    assertThat(core.find("test", "c")).isNull();
  }

  @Test
  void aDetachedActorOutlivesItsRefsItsOwnerAndItsJob() {
    register(spec(ACTOR, "c", false, true, 0, 0));
    alive(0);

    core.receive(new Message.ActorOutOfScope(ACTOR));
    core.receive(new Message.ProcessDied(OWNER, "killed"));
    core.receive(new Message.JobEnded(JOB));

    assertThat(Objects.requireNonNull(core.find("test", "c")).state())
        .isEqualTo(ActorInfo.State.ALIVE);
  }

  @Test
  void anOwnersDeathEndsItsActors() {
    living(5);
    core.receive(new Message.WatchActor(ACTOR, WATCHER));

    core.receive(new Message.ProcessDied(OWNER, "killed"));

    assertThat(sent(WORKER, Message.StopActor.class)).hasSize(1);
    assertThat(states(WATCHER).getLast()).isEqualTo(ActorInfo.State.DEAD);
  }

  @Test
  void aJobsEndEndsItsActors() {
    living(5);

    core.receive(new Message.JobEnded(JOB));

    assertThat(states(OWNER).getLast()).isEqualTo(ActorInfo.State.DEAD);
  }

  // ---- actors that are never made

  private String causeOf(ActorId actor) {
    sent.clear();
    core.receive(new Message.WatchActor(actor, WATCHER));
    Outcome.@Nullable Failed cause = sent(WATCHER, Message.ActorChanged.class).getLast().cause();
    return Objects.requireNonNull(cause).message();
  }

  @Test
  void whoWatchesAnActorThatWasNotMadeIsToldWhetherAnotherTookItsNameOrWhyItWasRefused() {
    ActorId joining = new ActorId(new ObjectId(OWNER, -4));
    ActorId refused = new ActorId(new ObjectId(OWNER, -6));
    register(spec(ACTOR, "c", false, false, 0, 0));
    register(spec(joining, "c", true, false, 0, 0));
    register(spec(refused, "c", false, false, 0, 0));

    assertThat(causeOf(joining)).isEqualTo("another actor took its name");
    assertThat(causeOf(refused)).contains("use it with Ray.actor(name)");
  }

  @Test
  void anActorThatWasRefusedItsNameHasNoConstructor() {
    ActorId second = new ActorId(new ObjectId(OWNER, -4));
    register(spec(ACTOR, "c", false, false, 0, 0));

    register(spec(second, "c", false, false, 0, 0));

    assertThat(constructorsEnded()).containsExactly(new Message.ConstructorsEnded(second));
  }

  @Test
  void theOwnerIsToldWhatAConstructorKeptThoughItFailed() {
    ObjectId kept = new ObjectId(OWNER, 8);
    register(spec(ACTOR, "", false, false, 0, 0));

    core.receive(
        new Message.ActorCreated(
            ACTOR, 0, WORKER, Outcome.Failed.of(ErrorCode.TASK_FAILED, "it threw"), List.of(kept)));

    assertThat(sent(OWNER, Message.ActorChanged.class))
        .flatExtracting(Message.ActorChanged::retained)
        .containsExactly(kept);
  }

  @Test
  void whyAnActorDiedNamesItIfItHasAName() {
    ActorId second = new ActorId(new ObjectId(OWNER, -4));
    register(spec(ACTOR, "c", false, false, 0, 0));
    register(spec(second, "", false, false, 0, 0));
    Outcome.Failed threw = Outcome.Failed.of(ErrorCode.TASK_FAILED, "it threw");

    core.receive(new Message.ActorCreated(ACTOR, 0, WORKER, threw, List.of()));
    core.receive(new Message.ActorCreated(second, 0, WORKER, threw, List.of()));

    assertThat(causeOf(ACTOR)).contains("actor Counter 'c' " + ACTOR);
    assertThat(causeOf(second)).contains("actor Counter " + second);
  }

  @Test
  void aConstructorOutlivesOtherNodes() {
    core.receive(
        new Message.RegisterNode(new NodeView(3, Resources.NONE, Resources.NONE, Map.of())));
    register(spec(ACTOR, "", false, false, 0, 1));
    core.receive(new Message.KillActor(ACTOR, false, "killed"));

    core.receive(new Message.ProcessDied(3, "unplugged"));

    assertThat(constructorsEnded()).isEmpty();
  }

  @Test
  void whoWatchesAnActorBeforeItsOwnerDiesIsToldOfWhat() {
    core.receive(new Message.WatchActor(ACTOR, WATCHER));

    core.receive(new Message.ProcessDied(OWNER, "its power went"));

    Outcome.@Nullable Failed cause = sent(WATCHER, Message.ActorChanged.class).getLast().cause();
    assertThat(Objects.requireNonNull(cause).message()).contains("its power went");
  }

  // ---- actors that died long ago

  private static ActorId actor(int number) {
    return new ActorId(new ObjectId(OWNER, -2L * number));
  }

  private void killed(int from, int to) {
    for (int i = from; i <= to; i++) {
      core.receive(new Message.RegisterActor(spec(actor(i), "", false, false, 0, 0), null, OWNER));
      core.receive(new Message.KillActor(actor(i), false, "a test killed it"));
    }
  }

  @Test
  void ofManyDeadActorsTheFirstIsForgottenThoughItsConstructorHasNotEnded() {
    killed(1, ControlCore.MAX_DEAD);
    assertThat(causeOf(actor(1))).contains("a test killed it");

    killed(ControlCore.MAX_DEAD + 1, ControlCore.MAX_DEAD + 1);

    assertThat(constructorsEnded()).containsExactly(new Message.ConstructorsEnded(actor(1)));
    assertThat(causeOf(actor(1))).contains("died long ago");
    assertThat(causeOf(actor(2))).contains("a test killed it");
  }

  @Test
  void ofADeadActorThatIsForgottenNothingIsToldOnceMore() {
    killed(1, 1);
    core.receive(new Message.ActorCreated(actor(1), 0, WORKER, null, List.of()));
    sent.clear();

    killed(2, ControlCore.MAX_DEAD + 1);

    assertThat(constructorsEnded()).isEmpty();
    assertThat(causeOf(actor(1))).contains("died long ago");
  }
}
