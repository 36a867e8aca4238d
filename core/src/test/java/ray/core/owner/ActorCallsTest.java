package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.CONTROL;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
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

/** Actors as their owners and callers see them. */
@NullUnmarked
class ActorCallsTest {
  private static final ObjectId ACTOR = own(-2);

  private final OwnerFixture owner = new OwnerFixture();

  private List<ObjectId> called() {
    return owner.pushed().stream().map(push -> push.spec().id()).toList();
  }

  @Test
  void anActorIsRegisteredWhenItsArgumentsAreReady() {
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0, own(2));
    assertThat(owner.sentTo(CONTROL)).isEmpty();
    owner.grant(1);

    owner.done(own(2), 1, value("a"));

    assertThat(owner.sentTo(CONTROL)).hasSize(2);
    assertThat(owner.sent(CONTROL, Message.RegisterActor.class).getFirst().values())
        .containsExactly(value("a"));
    assertThat(owner.sentTo(CONTROL).getLast())
        .isEqualTo(new Message.WatchActor(new ActorId(ACTOR), SELF));
  }

  @Test
  void anActorWhoseArgumentFailedIsDeadWithThatCauseAndSoAreItsCalls() {
    owner.put(own(4), value("b"));
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0, own(2), own(4));
    owner.call(ACTOR, own(6), 0);
    owner.grant(1);
    Outcome.Failed cause = failure(false);

    owner.done(own(2), 1, cause);

    assertThat(owner.outcome(ACTOR)).isSameAs(cause);
    assertThat(owner.outcome(own(6))).isSameAs(cause);
    assertThat(owner.sent(CONTROL, Message.ActorCreated.class).getFirst().failure())
        .satisfies(told -> assertThat(told.message()).contains("actor Counter", "it threw"));
    owner.call(ACTOR, own(8), 0);
    assertThat(owner.outcome(own(8))).isSameAs(cause);
    assertThat(owner.sent(CONTROL, Message.ActorCreated.class)).hasSize(1);
    for (long number : new long[] {2, 4, 6, 8, -2}) {
      owner.drop(own(number));
    }
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void callsWaitForTheActorAndLeaveInOrder() {
    owner.createActor(ACTOR, 0);
    owner.call(ACTOR, own(2), 0);
    owner.call(ACTOR, own(4), 0);
    assertThat(called()).isEmpty();

    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(6), 0);

    assertThat(called()).containsExactly(own(2), own(4), own(6));
  }

  @Test
  void aCallWhoseArgumentsAreNotReadyHoldsBackThoseBehindIt() {
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 0, own(2));
    owner.call(ACTOR, own(6), 0);
    assertThat(called()).isEmpty();
    owner.grant(1);

    owner.done(own(2), 1, value("a"));

    assertThat(called()).containsExactly(own(2), own(4), own(6));
  }

  @Test
  void aCallThatTakesTheResultOfAnotherEndsOnceWhenTheActorDies() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 0);
    owner.call(ACTOR, own(4), 0, own(2));

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.ACTOR_DIED);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.ACTOR_DIED);
    owner.done(own(2), 1, value("late"));
    for (long number : new long[] {2, 4, -2}) {
      owner.drop(own(number));
    }
    assertThat(owner.core.ownedCount()).isZero();
  }

  private void callMany(int from, int to) {
    for (int i = from; i < to; i++) {
      owner.call(ACTOR, own(2 * i + 2), 0);
    }
  }

  private List<Integer> sizesOfBatches() {
    return owner.sent(WORKER, Message.PushCalls.class).stream()
        .map(push -> push.calls().size())
        .toList();
  }

  @Test
  void callsOfABusyActorAreGathered() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    callMany(0, ActorClient.GATHER);
    assertThat(sizesOfBatches()).hasSize(ActorClient.GATHER).containsOnly(1);
    assertThat(owner.ticksWanted).isZero();

    callMany(ActorClient.GATHER, 2 * ActorClient.GATHER - 1);

    assertThat(called()).hasSize(ActorClient.GATHER);
    assertThat(owner.ticksWanted).isEqualTo(1);
    callMany(2 * ActorClient.GATHER - 1, 2 * ActorClient.GATHER);
    assertThat(sizesOfBatches()).hasSize(ActorClient.GATHER + 1).endsWith(ActorClient.GATHER);
    assertThat(called()).isSorted();
  }

  @Test
  void whatWasGatheredGoesWhenSomebodyWaitsWhenTimePassesAndWhenCallsEnd() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    callMany(0, ActorClient.GATHER + 2);

    owner.core.flush(10);

    assertThat(sizesOfBatches()).endsWith(1, 2);
    callMany(ActorClient.GATHER + 2, ActorClient.GATHER + 5);
    owner.core.tick(20);
    assertThat(sizesOfBatches()).endsWith(2, 3);
    callMany(ActorClient.GATHER + 5, ActorClient.GATHER + 9);
    owner.done(own(2), 1, value("a"));
    assertThat(sizesOfBatches()).endsWith(3, 4);
  }

  @Test
  void aCallHoldsBackOnlyThoseOfItsOwnCaller() {
    ObjectId one = own(100);
    ObjectId other = own(102);
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.callBy(one, ACTOR, own(4), own(2));
    owner.callBy(one, ACTOR, own(6));
    owner.callBy(other, ACTOR, own(8));
    owner.call(ACTOR, own(10), 0);
    owner.callBy(other, ACTOR, own(12));
    assertThat(called()).containsExactly(own(8), own(10), own(12));
    assertThat(owner.core.unfinishedCalls(new ActorId(ACTOR))).isEqualTo(5);
    owner.grant(1);

    owner.done(own(2), 1, value("a"));

    assertThat(called()).endsWith(own(4), own(6)).hasSize(6);
  }

  @Test
  void eachCallersCallsKeepTheirOrderUntilTheActorIsThere() {
    ObjectId one = own(100);
    ObjectId other = own(102);
    owner.createActor(ACTOR, 0);
    for (int i = 0; i < 3; i++) {
      owner.callBy(one, ACTOR, own(10 + 2 * i));
      owner.callBy(other, ACTOR, own(20 + 2 * i));
    }

    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);

    assertThat(called()).containsSubsequence(own(10), own(12), own(14));
    assertThat(called()).containsSubsequence(own(20), own(22), own(24)).hasSize(6);
    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);
    assertThat(owner.failureOf(own(24))).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void allCallersCallsFailWhenTheActorNeverComes() {
    owner.createActor(ACTOR, 0);
    owner.call(ACTOR, own(2), 0);
    owner.callBy(own(100), ACTOR, own(4));

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.ACTOR_DIED);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void callersShareTheRoomThatEndedCallsLeave() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    int more = 3;
    for (int i = 1; i <= ActorClient.MAX_UNDER_WAY + more; i++) {
      owner.callBy(own(100_000), ACTOR, own(2 * i));
    }
    owner.callBy(own(100_002), ACTOR, own(90_000));
    owner.callBy(own(100_002), ACTOR, own(90_002));
    assertThat(called()).hasSize(ActorClient.MAX_UNDER_WAY);

    for (int i = 1; i <= 3; i++) {
      owner.done(own(2 * i), 1, value("a"));
    }

    assertThat(called()).hasSize(ActorClient.MAX_UNDER_WAY + 3).contains(own(90_000));
  }

  @Test
  void aCallThatNeverRunsHoldsNobodyBack() {
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 0, own(2));
    owner.call(ACTOR, own(6), 0);
    assertThat(called()).isEmpty();

    owner.core.cancel(own(4), false, 1);

    assertThat(called()).containsExactly(own(6));
  }

  @Test
  void aCallWithAFailedArgumentFailsAndLetsOthersPass() {
    owner.submit(own(2), 0);
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 0, own(2));
    owner.call(ACTOR, own(6), 0);
    owner.grant(1);

    owner.done(own(2), 1, failure(false));

    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.TASK_FAILED);
    assertThat(called()).containsExactly(own(2), own(6));
  }

  @Test
  void whenAnActorDiesItsCallsFailWithTheCause() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 5);

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);
    owner.call(ACTOR, own(4), 0);

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.ACTOR_DIED);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void whenAnActorRestartsACallUnderWayFailsUnlessItMayBeSentAgain() {
    owner.createActor(ACTOR, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 0);
    owner.call(ACTOR, own(4), 1);
    owner.call(ACTOR, own(6), 1);

    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    owner.call(ACTOR, own(8), 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 1);

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.ACTOR_DIED);
    assertThat(called()).containsExactly(own(2), own(4), own(6), own(4), own(6), own(8));
  }

  @Test
  void callsMadeAfterAKillWaitForTheNextLife() {
    owner.createActor(ACTOR, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 0);

    owner.core.kill(new ActorId(ACTOR), true, "enough");
    owner.call(ACTOR, own(4), 0);

    assertThat(owner.sentTo(CONTROL).getLast())
        .isEqualTo(new Message.KillActor(new ActorId(ACTOR), true, "enough"));
    assertThat(called()).containsExactly(own(2));
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.ACTOR_DIED);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 1);
    assertThat(called()).containsExactly(own(2), own(4));
  }

  @Test
  void killingAnActorThatNobodyCalledOrThatIsNotThereYetOnlyTellsTheControlService() {
    owner.core.kill(new ActorId(own(-6)), false, "a stranger");
    owner.createActor(ACTOR, 1);
    owner.call(ACTOR, own(2), 0);
    owner.core.kill(new ActorId(ACTOR), false, "before its birth");
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);

    assertThat(owner.sent(CONTROL, Message.KillActor.class)).hasSize(2);
    assertThat(called()).containsExactly(own(2));
  }

  @Test
  void callsRefusedByAndByComeBackInTheOrderInWhichTheyWereMade() {
    owner.createActor(ACTOR, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 0);
    owner.call(ACTOR, own(4), 0);
    owner.call(ACTOR, own(6), 0);

    owner.receive(new Message.CallsRefused(new ActorId(ACTOR), 0, List.of(own(4))));
    owner.receive(new Message.CallsRefused(new ActorId(ACTOR), 0, List.of(own(2))));
    owner.receive(new Message.CallsRefused(new ActorId(ACTOR), 0, List.of(own(6))));
    owner.sent.clear();
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 1);

    assertThat(called()).containsExactly(own(2), own(4), own(6));
  }

  @Test
  void refusedCallsDidNotRunAndGoToTheNextIncarnationInOrder() {
    owner.createActor(ACTOR, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 0);
    Task second = owner.call(ACTOR, own(4), 0);

    owner.receive(new Message.CallsRefused(new ActorId(ACTOR), 0, List.of(own(2), own(4))));
    assertThat(called()).containsExactly(own(2), own(4));
    assertThat(second.state()).isEqualTo(TaskInfo.State.QUEUED);
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 1);

    assertThat(called()).containsExactly(own(2), own(4), own(2), own(4));
  }

  @Test
  void aLateRefusalByAnEarlierIncarnationDoesNotSendACallTwice() {
    // given a call that was sent again to the second incarnation
    owner.createActor(ACTOR, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 1);
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 1);
    assertThat(called()).containsExactly(own(2), own(2));

    // when the refusal of the first comes
    owner.receive(new Message.CallsRefused(new ActorId(ACTOR), 0, List.of(own(2))));

    assertThat(called()).containsExactly(own(2), own(2));
  }

  @Test
  void aRetriedCallGoesBeforeThoseMadeAfterIt() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 1);

    owner.done(own(2), 1, failure(true));

    assertThat(called()).containsExactly(own(2), own(2));
    owner.done(own(2), 2, value("a"));
    assertThat(owner.outcome(own(2))).isEqualTo(value("a"));
  }

  @Test
  void anActorIsOutOfScopeWhenNoHandleAndNoCallIsLeft() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(2), 0);
    owner.drop(ACTOR);
    assertThat(owner.sent(CONTROL, Message.ActorOutOfScope.class)).isEmpty();

    owner.done(own(2), 1, value("a"));

    assertThat(owner.sent(CONTROL, Message.ActorOutOfScope.class)).hasSize(1);
  }

  @Test
  void theConstructorsArgumentsAreHeldForAsLongAsItMayRunAgain() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, 1, own(2));
    owner.drop(own(2));
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.drop(ACTOR);
    owner.receive(new Message.ConstructorsEnded(new ActorId(ACTOR)));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whatAConstructorKeptIsRegisteredEachTimeItRan() {
    ObjectId inner = of(OTHER, 2);
    owner.acquire(inner);
    owner.put(own(2), value("a", inner));
    owner.createActor(ACTOR, 1, own(2));
    for (int incarnation = 0; incarnation < 2; incarnation++) {
      owner.receive(
          new Message.ActorChanged(
              new ActorId(ACTOR),
              ActorInfo.State.ALIVE,
              incarnation,
              WORKER,
              null,
              List.of(inner)));
    }

    assertThat(owner.sentTo(OTHER))
        .filteredOn(new Message.AddBorrower(inner, WORKER, SELF, false)::equals)
        .hasSize(2);
  }

  @Test
  void aCancelledCallKeepsItsArgumentsUntilItsRunOrItsWorkerIsGone() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 0, own(2));
    owner.drop(own(2));
    owner.core.cancel(own(4), false, 1);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.receive(new Message.ProcessDied(WORKER, "test"));

    assertThat(owner.core.knows(own(2))).isFalse();
  }

  @Test
  void aCallOfADeadActorKeepsItsArgumentsUntilItsWorkerHasRunOrRefusedIt() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 0, own(2));
    owner.call(ACTOR, own(6), 0, own(2));
    owner.drop(own(2));

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.ACTOR_DIED);
    assertThat(owner.failureOf(own(6))).isEqualTo(ErrorCode.ACTOR_DIED);
    owner.done(own(4), 1, value("late"));
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.receive(new Message.CallsRefused(new ActorId(ACTOR), 0, List.of(own(6))));

    assertThat(owner.core.knows(own(2))).isFalse();
  }

  @Test
  void aCallThatIsSentAgainKeepsItsArgumentsForTheRunBeforeTooUntilThatIsOver() {
    // given a call under way when its actor is killed, and made again elsewhere
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, -1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 1, own(2));
    owner.drop(own(2));
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    owner.receive(
        new Message.ActorChanged(
            new ActorId(ACTOR), ActorInfo.State.ALIVE, 1, OTHER, null, List.of()));

    // when the second run ends before the first worker has heard of the kill
    owner.receive(
        new Message.TasksDone(
            OTHER, List.of(new Message.Done(own(4), 2, List.of(value("b")), List.of(), 0, 1_000))));
    assertThat(owner.outcome(own(4))).isEqualTo(value("b"));
    assertThat(owner.core.knows(own(2))).isTrue();

    // then what the call takes stays until that one has run or refused it
    owner.receive(new Message.CallsRefused(new ActorId(ACTOR), 0, List.of(own(4))));
    assertThat(owner.core.knows(own(2))).isFalse();
  }

  @Test
  void aCallThatIsSentAgainAndWhoseFirstRunEndsLateKeepsNothing() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, -1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 1, own(2));
    owner.drop(own(2));
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 1);

    owner.done(own(4), 1, value("late"));
    assertThat(owner.outcome(own(4))).isNull();
    owner.done(own(4), 2, value("b"));

    assertThat(owner.outcome(own(4))).isEqualTo(value("b"));
    assertThat(owner.core.knows(own(2))).isFalse();
    assertThat(called()).containsExactly(own(4), own(4));
  }

  @Test
  void aCallThatIsTakenBackTwiceKeepsItsArgumentsUntilBothRunsAreOver() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, -1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 2, own(2));
    owner.drop(own(2));
    for (int incarnation = 1; incarnation <= 2; incarnation++) {
      owner.actor(ACTOR, ActorInfo.State.RESTARTING, incarnation);
      owner.actor(ACTOR, ActorInfo.State.ALIVE, incarnation);
    }

    owner.done(own(4), 3, value("b"));
    owner.done(own(4), 2, value("late"));
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.done(own(4), 1, value("late"));

    assertThat(owner.core.knows(own(2))).isFalse();
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void anOwnerFindsItsDetachedActorByNameAfterItHasForgottenIt() {
    Reference found = owner.core.openNamed(ACTOR);
    owner.core.attach(found, ACTOR.toString());
    owner.receive(new Message.RemoveBorrower(ACTOR, OTHER, OTHER, 1));
    assertThat(owner.core.knows(ACTOR)).isTrue();

    owner.drop(ACTOR);

    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.sent(CONTROL, Message.ActorOutOfScope.class)).isEmpty();
  }

  @Test
  void aCallOfAnActorThatDiedWithItsWorkerKeepsNothing() {
    owner.put(own(2), value("a"));
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 0, own(2));
    owner.drop(own(2));
    owner.receive(new Message.ProcessDied(WORKER, "test"));

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);

    assertThat(owner.core.knows(own(2))).isFalse();
  }

  @Test
  void theHandleOfAnActorThatWasRefusedItsNameFails() {
    owner.createActor(ACTOR, 0);

    owner.receive(new Message.ActorRegistered(new ActorId(ACTOR), new ActorId(ACTOR), "taken"));

    assertThat(owner.failureOf(ACTOR)).isEqualTo(ErrorCode.ACTOR_DIED);
    owner.drop(ACTOR);
    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.sent(CONTROL, Message.ActorOutOfScope.class)).isEmpty();
  }

  @Test
  void callsOfAnActorThatWasRefusedItsNameFailWithIt() {
    owner.createActor(ACTOR, 0);
    owner.call(ACTOR, own(2), 0);

    owner.receive(new Message.ActorRegistered(new ActorId(ACTOR), new ActorId(ACTOR), "taken"));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.ACTOR_DIED);
  }

  @Test
  void aCallerWatchesAnotherOwnersActorFromItsFirstCall() {
    ObjectId theirs = of(OTHER, -2);
    owner.core.attach(owner.core.openNamed(theirs), cell(theirs));
    owner.call(theirs, own(2), 0);
    assertThat(owner.sentTo(CONTROL))
        .containsExactly(new Message.WatchActor(new ActorId(theirs), SELF));

    owner.actor(theirs, ActorInfo.State.ALIVE, 0);

    assertThat(called()).containsExactly(own(2));
  }
}
