package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
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
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/** What objects become: by a result, as an alias, by a cancel; and results that nobody wants. */
@NullUnmarked
class OutcomesTest {
  private static final Outcome.Stored STORED = new Outcome.Stored(2, 7, 1 << 20, List.of(), null);

  private final OwnerFixture owner = new OwnerFixture();

  private void returned(ObjectId task, Outcome outcome) {
    owner.submit(task, 0);
    owner.grant(1);
    owner.done(task, 1, outcome);
  }

  // ---- results that come too late

  @Test
  void aStoredResultThatComesTooLateIsReleased() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.core.cancel(own(2), false, 1);

    owner.done(own(2), 1, STORED);

    assertThat(owner.released).containsExactly(STORED);
  }

  // ---- results that nobody tells of

  private static final Outcome.Stored NEVER_TOLD = new Outcome.Stored(2, 8, 0, List.of(), null);

  private static Message.ResultsLeft leftByWorker() {
    return new Message.ResultsLeft(OwnerFixture.WORKER, 2, List.of(7L, 8L));
  }

  @Test
  void whatADeadWorkerStoredAndNeverToldOfIsReleased() {
    returned(own(2), STORED);
    owner.receive(new Message.ProcessDied(OwnerFixture.WORKER, "killed"));

    owner.receive(leftByWorker());

    assertThat(owner.released).containsExactly(NEVER_TOLD);
  }

  @Test
  void whatAWorkerLeftIsReleasedOnlyWhenItsLastWordsWereHeard() {
    owner.receive(leftByWorker());
    assertThat(owner.released).isEmpty();
    returned(own(2), STORED);

    owner.receive(new Message.ProcessDied(OwnerFixture.WORKER, "killed"));

    assertThat(owner.released).containsExactly(NEVER_TOLD);
    owner.drop(own(2));
    assertThat(owner.released).containsExactly(NEVER_TOLD, STORED);
  }

  @Test
  void whatALateResultOfThisProcessHoldsIsLetGo() {
    owner.put(own(4), value("inner"));
    owner.core.share(List.of(own(4)), SELF);
    owner.drop(own(4));
    assertThat(owner.core.knows(own(4))).isTrue();

    owner.receive(
        new Message.TasksDone(
            SELF,
            List.of(new Message.Done(own(2), 1, List.of(value("r", own(4))), List.of(), 0, 1))));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whatALateResultOfAWorkerHoldsOfThisProcessWasNeverRegistered() {
    owner.put(own(4), value("inner"));

    owner.done(own(2), 1, value("late", own(4)));
    owner.drop(own(4));

    assertThat(owner.core.ownedCount()).isZero();
  }

  // ---- aliases

  @Test
  void anAliasOfWhatIsGoneIsLost() {
    returned(own(2), new Outcome.Alias(own(8)));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.OBJECT_LOST);
  }

  @Test
  void anAliasOfWhatIsTakenOverIsProbedWhereThatWasMade() {
    returned(own(2), new Outcome.Alias(of(WORKER, 4)));

    assertThat(owner.sentTo(WORKER)).contains(new Message.ProbeAlias(own(2), of(WORKER, 4)));
  }

  @Test
  void aStoredValueWithSeveralNamesIsReleasedOnceWithTheLastOfThem() {
    owner.put(own(2), STORED);
    returned(own(4), new Outcome.Alias(own(2)));
    returned(own(6), new Outcome.Alias(own(2)));

    owner.drop(own(2));
    owner.drop(own(4));
    assertThat(owner.released).isEmpty();
    owner.drop(own(6));

    assertThat(owner.released).containsExactly(STORED);
  }

  @Test
  void eachObjectThatIsTakenOverHasANumberOfItsOwnThatNoProgramUses() {
    returned(own(2), value("a", of(WORKER, 2), of(WORKER, 4), of(WORKER, 6)));

    assertThat(owner.outcome(own(2)).contained())
        .doesNotHaveDuplicates()
        .allSatisfy(heir -> {
          assertThat(heir.owner()).isEqualTo(SELF);
          assertThat(heir.number()).isPositive().isOdd();
        });
  }

  // ---- cancels

  @Test
  void cancellingAnAliasOfWhatIsTakenOverIsItsMakersMatter() {
    returned(own(2), new Outcome.Alias(of(WORKER, 4)));

    owner.core.cancel(own(2), true, 1);

    assertThat(owner.sentTo(WORKER)).contains(new Message.CancelTask(of(WORKER, 4), true));
  }

  @Test
  void cancellingAnAliasOfAnotherOwnersObjectIsItsOwnersMatter() {
    returned(own(2), new Outcome.Alias(of(OTHER, 4)));

    owner.core.cancel(own(2), false, 1);

    assertThat(owner.sentTo(OTHER)).contains(new Message.CancelTask(of(OTHER, 4), false));
  }

  @Test
  void aBorrowerMayCancelATask() {
    owner.submit(own(2), 0);
    owner.grant(1);

    owner.receive(new Message.CancelTask(own(2), true));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.sentTo(WORKER)).contains(new Message.CancelRun(own(2), true));
  }

  @Test
  void closingStopsRunsAndFailsWhatNobodyWillEverKnow() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.core.promise(own(4), cell(own(4)), null);
    owner.acquire(of(OTHER, 2));
    owner.core.want(of(OTHER, 2));
    owner.put(own(6), value("a"));

    owner.core.close(1);

    assertThat(owner.sentTo(WORKER)).contains(new Message.CancelRun(own(2), true));
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.failureOf(of(OTHER, 2))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.outcome(own(6))).isEqualTo(value("a"));
  }

  // ---- handles

  @Test
  void aPromiseThatIsKeptWhenItsHandleIsGoneLeavesNothing() {
    owner.core.promise(own(2), cell(own(2)), null);
    owner.drop(own(2));
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.core.fulfil(own(2), value("a"));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aPutThatIsDroppedBeforeTheStoreConfirmsItIsReleasedAtOnce() {
    owner.core.putAhead(own(2), STORED, cell(own(2)), null);

    owner.drop(own(2));

    assertThat(owner.released).containsExactly(STORED);
    assertThat(owner.core.ownedCount()).isZero();
    owner.core.confirmed(own(2), true);
    assertThat(owner.released).as("still").containsExactly(STORED);
  }

  @Test
  void aPutThatATaskTakesWaitsUntilTheStoreConfirmsIt() {
    owner.core.putAhead(own(2), STORED, cell(own(2)), null);
    owner.submit(own(4), 0, own(2));
    owner.drop(own(2));

    assertThat(owner.released).isEmpty();
    assertThat(owner.ready).isEmpty();
    owner.core.confirmed(own(2), true);
    owner.grant(1);

    assertThat(owner.sentTo(WORKER)).hasAtLeastOneElementOfType(Message.PushTasks.class);
  }

  @Test
  void aPutThatTheStoreRefusesIsLost() {
    owner.core.putAhead(own(2), STORED, cell(own(2)), null);

    owner.core.confirmed(own(2), false);

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.OBJECT_LOST);
  }

  @Test
  void whatTheStoreConfirmsAfterTheProgramHasEndedIsNotKept() {
    owner.core.putAhead(own(2), STORED, cell(own(2)), null);
    owner.core.close(1);

    owner.core.confirmed(own(2), true);

    assertThat(owner.released).containsExactly(STORED);
    owner.drop(own(2));
    assertThat(owner.released).as("once").containsExactly(STORED);
  }

  @Test
  void whatCompletesAPromiseAfterTheProgramHasEndedIsNotKept() {
    owner.core.promise(own(2), cell(own(2)), null);
    owner.core.close(1);
    owner.drop(own(2));

    owner.core.fulfil(own(2), STORED);

    assertThat(owner.released).containsExactly(STORED);
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aHandleThatIsFoundDeadLateDoesNotTakeTheNewOneWithIt() {
    owner.core.promise(own(2), "old", null);
    owner.core.attach(owner.core.open(own(2), null), "new");

    owner.core.handleDropped(own(2), "old");
    owner.core.fulfil(own(2), value("a"));

    assertThat(owner.ready).containsOnlyKeys("new");
  }

  // ---- failures that somebody sees

  @Test
  void aFailureIsSeenThatAHandleIsLeftFor() {
    owner.submit(OwnerFixture.spec(own(2), 2, 0, null, List.of()));
    owner.drop(own(2));
    owner.grant(1);

    owner.done(own(2), 1, failure(false));

    assertThat(owner.unseen).isEmpty();
  }

  @Test
  void aFailureIsSeenWhoseFirstHandleIsLeft() {
    owner.submit(OwnerFixture.spec(own(2), 2, 0, null, List.of()));
    owner.drop(own(4));
    owner.grant(1);

    owner.done(own(2), 1, failure(false));

    assertThat(owner.unseen).isEmpty();
  }

  @Test
  void aFailureIsSeenThatABorrowerHolds() {
    owner.submit(own(2), 0);
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.drop(own(2));
    owner.grant(1);

    owner.done(own(2), 1, failure(false));

    assertThat(owner.unseen).isEmpty();
  }
}
