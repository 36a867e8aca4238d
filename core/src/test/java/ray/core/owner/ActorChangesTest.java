package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.CONTROL;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.THIRD;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.cell;
import static ray.core.owner.OwnerFixture.failure;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.ActorId;
import ray.ActorInfo;
import ray.ErrorCode;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.Message;
import ray.core.Outcome;

/**
 * What changes of an actor mean for its handle, its constructor, and the calls that wait for it.
 */
@NullUnmarked
class ActorChangesTest {
  private static final ObjectId ACTOR = own(-2);
  private static final ObjectId SECOND = own(-4);
  private static final ObjectId THEIRS = of(OTHER, -2);

  /** An object of OTHER, whose value contains one of THIRD. */
  private static final ObjectId OUTER = of(OTHER, 2);

  private static final ObjectId INNER = of(THIRD, 4);

  private final OwnerFixture owner = new OwnerFixture();

  private List<ObjectId> called() {
    return owner.pushed().stream().map(push -> push.spec().id()).toList();
  }

  private int unfinished(ObjectId actor) {
    return owner.core.unfinishedCalls(new ActorId(actor));
  }

  private void alive(ObjectId... actors) {
    for (ObjectId actor : actors) {
      owner.createActor(actor, 1);
      owner.actor(actor, ActorInfo.State.ALIVE, 0);
    }
  }

  private void calls(ObjectId actor, int from, int to) {
    for (int i = from; i < to; i++) {
      owner.call(actor, own(2L * i), 0);
    }
  }

  // ---- registrations

  @Test
  void theProgramIsToldWhatBecameOfARegistration() {
    owner.createActor(ACTOR, 0);
    var taken = new Message.ActorRegistered(new ActorId(ACTOR), new ActorId(THEIRS), null);

    owner.receive(taken);

    assertThat(owner.registrations).containsExactly(taken);
    assertThat(((Outcome.Failed) owner.outcome(ACTOR)).message())
        .isEqualTo("another actor took its name");
  }

  @Test
  void aRefusedRegistrationSaysWhy() {
    owner.createActor(ACTOR, 0);

    owner.receive(
        new Message.ActorRegistered(new ActorId(ACTOR), new ActorId(ACTOR), "no such node"));

    assertThat(((Outcome.Failed) owner.outcome(ACTOR)).message()).isEqualTo("no such node");
  }

  @Test
  void anActorIsNeverMadeOfWhatATaskThrewOrOfWhatWasCancelled() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0);
    owner.createActor(ACTOR, 0, own(2));
    owner.createActor(SECOND, 0, own(4));
    owner.grant(2);

    owner.done(own(2), 1, failure(false));
    owner.core.cancel(own(4), false, 1);

    assertThat(owner.sent(CONTROL, Message.ActorCreated.class))
        .extracting(told -> told.failure().code())
        .containsExactly(ErrorCode.ACTOR_DIED, ErrorCode.TASK_CANCELLED);
  }

  @Test
  void thatAnActorIsNeverMadeBecauseItsOwnerWasClosedIsSaid() {
    owner.createActor(ACTOR, 0, THEIRS);

    owner.core.close(1);

    assertThat(owner.sent(CONTROL, Message.ActorCreated.class))
        .extracting(told -> told.failure().code())
        .containsExactly(ErrorCode.TASK_CANCELLED);
  }

  // ---- the handle of another owner's actor

  @Test
  void theHandleOfAnotherOwnersActorFailsOnlyWhenThatIsDead() {
    owner.core.attach(owner.core.openNamed(THEIRS), cell(THEIRS));
    owner.call(THEIRS, own(2), 0);
    owner.actor(THEIRS, ActorInfo.State.ALIVE, 0);
    owner.receive(
        new Message.ActorChanged(
            new ActorId(THEIRS),
            ActorInfo.State.RESTARTING,
            1,
            WORKER,
            Outcome.Failed.of(ErrorCode.ACTOR_DIED, "its worker died"),
            List.of()));
    assertThat(owner.outcome(THEIRS)).isNull();

    owner.actor(THEIRS, ActorInfo.State.DEAD, 1);

    assertThat(owner.failureOf(THEIRS)).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void anActorThatWasLetGoIsWatchedAnewFromTheNextCallOn() {
    for (int i = 1; i <= 2; i++) {
      owner.core.attach(owner.core.openNamed(THEIRS), cell(THEIRS));
      owner.call(THEIRS, own(2L * i), 0);
      owner.actor(THEIRS, ActorInfo.State.ALIVE, 0);
      owner.done(own(2L * i), 1, value("a"));
      owner.drop(THEIRS);
    }

    assertThat(owner.sentTo(CONTROL))
        .containsExactly(
            new Message.WatchActor(new ActorId(THEIRS), SELF),
            new Message.WatchActor(new ActorId(THEIRS), SELF));
  }

  // ---- constructors

  private void createWithOuter(int maxRestarts) {
    owner.acquire(OUTER);
    owner.core.retain(List.of(OUTER), OTHER);
    owner.core.want(OUTER);
    owner.receive(new Message.Resolved(OUTER, value("outer", INNER), false));
    owner.createActor(ACTOR, maxRestarts, OUTER);
  }

  private void kept(ActorInfo.State state, int incarnation) {
    owner.receive(
        new Message.ActorChanged(
            new ActorId(ACTOR),
            state,
            incarnation,
            WORKER,
            state == ActorInfo.State.DEAD
                ? Outcome.Failed.of(ErrorCode.ACTOR_DIED, "it is dead")
                : null,
            List.of(INNER)));
  }

  private void thirdIsToldOfThisProcessThenOfTheWorker() {
    assertThat(owner.sentTo(THIRD))
        .containsExactly(
            new Message.AddBorrower(INNER, SELF, SELF, true),
            new Message.AddBorrower(INNER, WORKER, SELF, false));
    owner.receive(new Message.BorrowerAdded(INNER));
    owner.sent.clear();
  }

  @Test
  void whatAConstructorKeepsOfItsArgumentIsSafeEachTimeThatItRan() {
    createWithOuter(1);

    kept(ActorInfo.State.ALIVE, 0);
    thirdIsToldOfThisProcessThenOfTheWorker();
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    kept(ActorInfo.State.ALIVE, 1);

    thirdIsToldOfThisProcessThenOfTheWorker();
  }

  @Test
  void whatAConstructorKeepsThatEndsAfterItsActorIsSafeToo() {
    createWithOuter(0);
    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);

    kept(ActorInfo.State.DEAD, 0);

    thirdIsToldOfThisProcessThenOfTheWorker();
  }

  @Test
  void theArgumentsOfAnActorThatIsDeadForGoodGoThoughItsHandleStays() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, 1, own(2));
    owner.drop(own(2));
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);

    owner.actor(ACTOR, ActorInfo.State.DEAD, 1);
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.receive(new Message.ConstructorsEnded(new ActorId(ACTOR)));

    assertThat(owner.core.knows(own(2))).isFalse();
  }

  @Test
  void theEndOfAllConstructorsMayBeHeardBeforeTheDeathOfAnActorThatWasMadeBefore() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, 1, own(2));
    owner.drop(own(2));
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);

    owner.receive(new Message.ConstructorsEnded(new ActorId(ACTOR)));
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.actor(ACTOR, ActorInfo.State.DEAD, 1);

    assertThat(owner.core.knows(own(2))).isFalse();
  }

  // ---- calls

  @Test
  void aCallIsQueuedWhenItsArgumentsAreReady() {
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0);

    Task ready = owner.call(ACTOR, own(4), 0);
    Task waiting = owner.call(ACTOR, own(6), 0, own(2));
    assertThat(ready.state()).isEqualTo(TaskInfo.State.QUEUED);
    assertThat(waiting.state()).isEqualTo(TaskInfo.State.WAITING_FOR_ARGUMENTS);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));

    assertThat(waiting.state()).isEqualTo(TaskInfo.State.QUEUED);
  }

  @Test
  void anActorThatIsHeardToBeAliveTwiceKeepsItsCalls() {
    alive(ACTOR);
    owner.call(ACTOR, own(2), 1);

    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);

    assertThat(called()).containsExactly(own(2));
    assertThat(unfinished(ACTOR)).isEqualTo(1);
  }

  @Test
  void callsGoToTheNextIncarnationThoughTheDeathOfTheLastWasNotHeardOf() {
    alive(ACTOR);
    owner.call(ACTOR, own(2), 1);
    owner.call(ACTOR, own(4), 0);

    owner.actor(ACTOR, ActorInfo.State.ALIVE, 1);

    assertThat(called()).containsExactly(own(2), own(4), own(2));
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void callsThatWaitForTheNextIncarnationAreCountedOnce() {
    alive(ACTOR);
    owner.call(ACTOR, own(2), 1);
    owner.call(ACTOR, own(4), 0);

    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);

    assertThat(unfinished(ACTOR)).isEqualTo(1);
  }

  @Test
  void aDeadActorHasNoUnfinishedCalls() {
    owner.createActor(ACTOR, 0);
    owner.call(ACTOR, own(2), 0);
    owner.callBy(own(100), ACTOR, own(4));
    owner.callBy(own(100), ACTOR, own(6));
    assertThat(unfinished(ACTOR)).isEqualTo(3);

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);

    assertThat(unfinished(ACTOR)).isZero();
  }

  @Test
  void aCallerWhoseCallsWaitKeepsThemWhenOthersAreSent() {
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0);
    owner.callBy(own(100), ACTOR, own(4), own(2));
    owner.callBy(own(100), ACTOR, own(6));
    owner.callBy(own(102), ACTOR, own(8));

    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    assertThat(called()).containsExactly(own(8));
    owner.grant(1);
    owner.done(own(2), 1, value("a"));

    assertThat(called()).containsExactly(own(8), own(2), own(4), own(6));
  }

  @Test
  void aCallersCallThatStillWaitsIsKeptWhenTheOneBeforeItIsSent() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0);
    owner.submit(own(6), 0);
    alive(ACTOR);
    owner.callBy(own(100), ACTOR, own(8), own(6));
    owner.callBy(own(102), ACTOR, own(10), own(2));
    owner.callBy(own(102), ACTOR, own(12), own(4));
    owner.grant(3);

    owner.done(own(2), 1, value("a"));
    owner.done(own(4), 1, value("b"));

    assertThat(called()).containsExactly(own(2), own(4), own(6), own(10), own(12));
  }

  @Test
  void oneCallThatIsGatheredGoesWhenTimePasses() {
    alive(ACTOR);
    calls(ACTOR, 1, 1 + ActorClient.GATHER + 1);
    assertThat(called()).hasSize(ActorClient.GATHER);

    owner.core.tick(20);

    assertThat(called()).hasSize(ActorClient.GATHER + 1);
  }

  @Test
  void theTimeIsAskedForAgainForWhatIsGatheredLater() {
    alive(ACTOR);
    calls(ACTOR, 1, 1 + ActorClient.GATHER + 1);
    owner.core.tick(20);
    assertThat(owner.ticksWanted).isEqualTo(1);

    calls(ACTOR, 100, 101);

    assertThat(owner.ticksWanted).isEqualTo(2);
  }

  @Test
  void aMessageOfTheEndsOfCallsOfTwoActorsSendsWhatBothHaveGathered() {
    alive(ACTOR, SECOND);
    calls(ACTOR, 1, 1 + ActorClient.GATHER + 1);
    calls(SECOND, 101, 101 + ActorClient.GATHER + 1);
    assertThat(called()).hasSize(2 * ActorClient.GATHER);

    owner.receive(
        new Message.TasksDone(
            WORKER,
            List.of(
                new Message.Done(own(2), 1, List.of(value("a")), List.of(), 0, 5),
                new Message.Done(own(202), 1, List.of(value("b")), List.of(), 0, 5))));

    assertThat(called()).hasSize(2 * ActorClient.GATHER + 2);
  }
}
