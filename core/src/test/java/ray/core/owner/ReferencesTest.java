package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.THIRD;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.cell;
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

/** Who holds what: local handles, borrowers, refs inside values, aliases, and what tasks return. */
@NullUnmarked
class ReferencesTest {
  private final OwnerFixture owner = new OwnerFixture();

  @Test
  void anObjectGoesWithItsLastHandle() {
    owner.put(own(2), value("a"));
    assertThat(owner.core.ownedCount()).isOne();

    owner.drop(own(2));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aStoredValueIsReleasedOnce() {
    var stored = new Outcome.Stored(2, 7, 1 << 20, List.of(), null);
    owner.put(own(2), stored);

    owner.drop(own(2));

    assertThat(owner.released).containsExactly(stored);
  }

  @Test
  void aRefInsideAValueLivesAsLongAsTheValue() {
    owner.put(own(2), value("inner"));
    owner.put(own(4), value("outer", own(2)));
    owner.drop(own(2));
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.drop(own(4));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aBorrowerKeepsAnObjectUntilItLetsGo() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, true));
    owner.drop(own(2));
    assertThat(owner.core.knows(own(2))).isTrue();
    assertThat(owner.sentTo(OTHER)).containsExactly(new Message.BorrowerAdded(own(2)));

    owner.receive(new Message.RemoveBorrower(own(2), OTHER, OTHER, 1));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aRemovalMayOvertakeTheRegistrationThatAnotherProcessMade() {
    // given an object that OTHER holds, and on whose behalf it registers THIRD
    owner.put(own(2), value("a"));
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.drop(own(2));

    // when THIRD's removal comes first, then OTHER's messages
    owner.receive(new Message.RemoveBorrower(own(2), THIRD, OTHER, 1));
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.receive(new Message.AddBorrower(own(2), THIRD, OTHER, false));
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.receive(new Message.RemoveBorrower(own(2), OTHER, OTHER, 1));

    // then nothing is left
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void registrationsOfOneBorrowerAreCounted() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.drop(own(2));

    owner.receive(new Message.RemoveBorrower(own(2), OTHER, OTHER, 1));
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.receive(new Message.RemoveBorrower(own(2), OTHER, OTHER, 1));
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aDeadBorrowerHoldsNothing() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.drop(own(2));

    owner.receive(new Message.ProcessDied(OTHER, "killed"));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whoAsksForAnObjectIsToldWhenItIsKnown() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.receive(new Message.Resolve(OTHER, own(2), false));
    assertThat(owner.sentTo(OTHER)).isEmpty();

    owner.done(own(2), 1, value("a"));

    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.Resolved(own(2), value("a"), false));
  }

  @Test
  void whoAsksForWhatIsGoneIsToldSo() {
    owner.receive(new Message.Resolve(OTHER, own(2), false));

    assertThat(owner.sent(OTHER, Message.Resolved.class))
        .singleElement()
        .satisfies(answer ->
            assertThat(answer.outcome())
                .isInstanceOfSatisfying(
                    Outcome.Failed.class,
                    failed -> assertThat(failed.code()).isEqualTo(ErrorCode.OBJECT_LOST)));
  }

  // ---- runs in this process

  @Test
  void ofWhatARunReadOnlyWhatIsStillHeldIsRetained() {
    owner.acquire(of(OTHER, 2));
    owner.acquire(of(OTHER, 4));
    owner.drop(of(OTHER, 4));

    List<ObjectId> retained = owner.core.retain(List.of(of(OTHER, 2), of(OTHER, 4)), THIRD);
    owner.drop(of(OTHER, 2));

    assertThat(retained).containsExactly(of(OTHER, 2));
    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.RemoveBorrower(of(OTHER, 2), SELF, THIRD, 1));
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void whatASubmitterMayNotHaveToldIsRegisteredWhenItDies() {
    owner.acquire(of(OTHER, 2));
    owner.core.retain(List.of(of(OTHER, 2)), THIRD);

    owner.receive(new Message.ProcessDied(THIRD, "killed"));
    owner.receive(new Message.ProcessDied(THIRD, "killed"));

    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.AddBorrower(of(OTHER, 2), SELF, SELF, false));
    owner.drop(of(OTHER, 2));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class))
        .containsExactlyInAnyOrder(
            new Message.RemoveBorrower(of(OTHER, 2), SELF, SELF, 1),
            new Message.RemoveBorrower(of(OTHER, 2), SELF, THIRD, 1));
  }

  @Test
  void whatARunForADeadSubmitterKeepsIsRegisteredAtOnce() {
    owner.acquire(of(OTHER, 2));
    owner.receive(new Message.ProcessDied(THIRD, "killed"));

    assertThat(owner.core.retain(List.of(of(OTHER, 2)), THIRD)).isEmpty();

    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.AddBorrower(of(OTHER, 2), SELF, SELF, false));
  }

  @Test
  void aRemovalWhoseRegistrationIsLostWithItsRegistrarHoldsNothing() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.RemoveBorrower(own(2), OTHER, THIRD, 1));
    owner.drop(own(2));
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.receive(new Message.ProcessDied(THIRD, "killed"));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aRemovalThatComesAfterItsRegistrarsDeathHoldsNothing() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.ProcessDied(THIRD, "killed"));

    owner.receive(new Message.RemoveBorrower(own(2), OTHER, THIRD, 1));
    owner.drop(own(2));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whatADeadProcessRegisteredOfALivingOneStays() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.AddBorrower(own(2), OTHER, THIRD, false));
    owner.drop(own(2));

    owner.receive(new Message.ProcessDied(THIRD, "killed"));
    assertThat(owner.core.knows(own(2))).isTrue();
    owner.receive(new Message.RemoveBorrower(own(2), OTHER, THIRD, 1));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aRefReadInABorrowedValueIsRegisteredAndTheValueKeptMeanwhile() {
    // given a value of OTHER that contains a ref of THIRD
    ObjectId outer = of(OTHER, 2);
    ObjectId inner = of(THIRD, 2);
    owner.acquire(outer);
    owner.core.retain(List.of(outer), WORKER);
    owner.core.want(outer);
    owner.receive(new Message.Resolved(outer, value("outer", inner), false));

    // when the ref is opened, and the value let go
    owner.core.attach(owner.core.open(inner, outer), cell(inner));
    owner.drop(outer);

    // then the owner of the value is told only when that of the ref knows
    assertThat(owner.sentTo(THIRD))
        .containsExactly(new Message.AddBorrower(inner, SELF, SELF, true));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).isEmpty();
    owner.receive(new Message.BorrowerAdded(inner));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).hasSize(1);
  }

  @Test
  void anAcknowledgementThatComesAfterTheRefWasDroppedLetsItsValueGo() {
    ObjectId outer = of(OTHER, 2);
    ObjectId inner = of(THIRD, 2);
    owner.acquire(outer);
    owner.core.retain(List.of(outer), WORKER);
    owner.core.want(outer);
    owner.receive(new Message.Resolved(outer, value("outer", inner), false));
    owner.core.attach(owner.core.open(inner, outer), cell(inner));

    owner.drop(inner);
    owner.drop(outer);
    owner.receive(new Message.BorrowerAdded(inner));

    assertThat(owner.core.borrowedCount()).isZero();
    assertThat(owner.sent(THIRD, Message.RemoveBorrower.class)).hasSize(1);
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).hasSize(1);
  }

  @Test
  void aRefReadThroughAnAliasIsRegisteredUnderWhatTheAliasStandsFor() {
    // given a task's result that is an alias of an object of OTHER, which contains a ref of THIRD
    ObjectId target = of(OTHER, 2);
    ObjectId inner = of(THIRD, 2);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, new Outcome.Alias(target));
    owner.receive(new Message.Resolved(target, value("outer", inner), false));
    assertThat(owner.outcome(own(2))).isEqualTo(value("outer", inner));

    // when the ref is opened
    owner.core.attach(owner.core.open(inner, own(2)), cell(inner));

    // then its owner learns of it
    assertThat(owner.sentTo(THIRD))
        .containsExactly(new Message.AddBorrower(inner, SELF, SELF, true));
  }

  @Test
  void whatAWorkerKeepsOfABorrowedArgumentIsSafeBeforeTheArgumentIsLetGo() {
    // given a task on a value of OTHER that contains a ref of THIRD
    ObjectId outer = of(OTHER, 2);
    ObjectId inner = of(THIRD, 2);
    owner.acquire(outer);
    owner.core.retain(List.of(outer), WORKER);
    owner.submit(own(2), 0, outer);
    owner.receive(new Message.Resolved(outer, value("outer", inner), false));
    owner.drop(outer);
    owner.grant(1);

    // when the worker keeps the ref
    owner.done(own(2), 1, List.of(inner), value("a"));

    // then both are registered, and the value is held until this is known
    assertThat(owner.sentTo(THIRD))
        .containsExactly(
            new Message.AddBorrower(inner, SELF, SELF, true),
            new Message.AddBorrower(inner, WORKER, SELF, false));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).isEmpty();
    owner.receive(new Message.BorrowerAdded(inner));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).hasSize(1);
    assertThat(owner.core.borrowedCount()).isZero();
  }

  // ---- what tasks return

  @Test
  void whatAResultContainsOfItsMakerIsTakenOver() {
    // given a result that contains an object of the worker
    ObjectId theirs = of(WORKER, 2);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("outer", theirs));

    // then an object of this process stands in its place
    ObjectId heir = owner.outcome(own(2)).contained().getFirst();
    assertThat(heir.owner()).isEqualTo(SELF);
    assertThat(owner.sent(WORKER, Message.Resolve.class))
        .containsExactly(new Message.Resolve(SELF, theirs, true));

    // and when its value is here, the worker's can go
    owner.receive(new Message.Resolved(theirs, value("inner"), true));
    assertThat(owner.sent(WORKER, Message.RemoveBorrower.class))
        .containsExactly(new Message.RemoveBorrower(theirs, SELF, WORKER, 1));
    owner.drop(own(2));
    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void aStoredValueThatIsTakenOverIsPinnedBeforeItsMakerLetsGo() {
    ObjectId theirs = of(WORKER, 2);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, new Outcome.Alias(theirs));
    owner.receive(
        new Message.Resolved(theirs, new Outcome.Stored(2, 7, 1 << 20, List.of(), null), true));
    assertThat(owner.pins).hasSize(1);
    assertThat(owner.sent(WORKER, Message.RemoveBorrower.class)).isEmpty();

    owner.core.pinned(owner.pins.getFirst());

    assertThat(owner.sent(WORKER, Message.RemoveBorrower.class)).hasSize(1);
    owner.drop(own(2));
    assertThat(owner.released).hasSize(1);
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aStoredValueThatTwoHeirsHaveIsReleasedWithTheLastOfThem() {
    // given two results that are names of one stored value of the worker
    var stored = new Outcome.Stored(2, 7, 1 << 20, List.of(), null);
    owner.submit(own(2), 0);
    owner.submit(own(4), 0);
    owner.grant(2);
    owner.done(own(2), 1, new Outcome.Alias(of(WORKER, 2)));
    owner.done(own(4), 1, new Outcome.Alias(of(WORKER, 4)));
    owner.receive(new Message.Resolved(of(WORKER, 2), stored, true));
    owner.receive(new Message.Resolved(of(WORKER, 4), stored, true));
    owner.pins.forEach(owner.core::pinned);

    owner.drop(own(2));
    assertThat(owner.released).isEmpty();
    owner.drop(own(4));

    assertThat(owner.released).containsExactly(stored);
  }

  @Test
  void aPinThatIsThereWhenTheOwnerOfWhatItTookIsDeadChangesNothing() {
    ObjectId theirs = of(WORKER, 2);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, new Outcome.Alias(theirs));
    Outcome stored = new Outcome.Stored(2, 7, 1 << 20, List.of(), null);
    owner.receive(new Message.Resolved(theirs, stored, true));

    owner.receive(new Message.ProcessDied(WORKER, "test"));
    owner.core.pinned(owner.pins.getFirst());

    assertThat(owner.outcome(own(2))).isEqualTo(stored);
    assertThat(owner.core.borrowedCount()).isZero();
    owner.drop(own(2));
    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.released).hasSize(1);
  }

  @Test
  void whatIsToBeTakenOverWhenItsOwnerClosesIsGivenBackAsItComes() {
    ObjectId source = of(WORKER, 2);
    ObjectId inside = of(WORKER, 4);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("v", source));

    owner.core.close(1);
    owner.drop(own(2));
    owner.receive(new Message.Resolved(source, value("late", inside), true));

    assertThat(owner.sent(WORKER, Message.RemoveBorrower.class))
        .containsExactlyInAnyOrder(
            new Message.RemoveBorrower(inside, SELF, WORKER, 1),
            new Message.RemoveBorrower(source, SELF, WORKER, 1));
    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void whoIsDeadCanNotBeRegisteredAnyMore() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.ProcessDied(OTHER, "killed"));

    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.drop(own(2));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void anActorThatATaskReturnsKeepsItsName() {
    ObjectId actor = of(WORKER, -2);
    owner.submit(own(2), 0);
    owner.grant(1);

    owner.done(own(2), 1, value("outer", actor));

    assertThat(owner.outcome(own(2)).contained()).containsExactly(actor);
    owner.drop(own(2));
    assertThat(owner.sentTo(WORKER)).contains(new Message.RemoveBorrower(actor, SELF, WORKER, 1));
  }

  @Test
  void whatARunReturnsToItsOwnProcessIsHeldUntilTheResultIsRead() {
    // given a worker that runs its own task, which returns what it has put
    owner.submit(own(2), 0);
    owner.receive(new Message.LeasesGranted(2, OwnerFixture.KEY, SELF, 1));
    owner.put(own(4), value("inner"));

    // when the run's handle goes while the result is on its way
    owner.core.share(List.of(own(4)), SELF);
    owner.drop(own(4));
    assertThat(owner.core.knows(own(4))).isTrue();
    owner.receive(
        new Message.TasksDone(
            SELF,
            List.of(
                new Message.Done(own(2), 1, List.of(value("outer", own(4))), List.of(), 0, 1))));

    // then the result holds it, and nothing else does
    assertThat(owner.core.knows(own(4))).isTrue();
    owner.drop(own(2));
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void theLossOfAnOwnerIsAFailureAtOnce() {
    ObjectId theirs = of(WORKER, 2);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, new Outcome.Alias(theirs));

    owner.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.OWNER_DIED);
    owner.drop(own(2));
    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.core.borrowedCount()).isZero();
  }

  // ---- aliases

  @Test
  void aChainOfTenThousandAliasesBecomesOneObject() {
    // given tasks each of which returned the ref of the next
    int depth = 10_000;
    for (int i = 0; i <= depth; i++) {
      owner.submit(own(2 * i + 2), 0);
    }
    owner.grant(depth + 1);
    for (int i = 0; i < depth; i++) {
      owner.done(own(2 * i + 2), 1, new Outcome.Alias(own(2 * i + 4)));
      if (i > 0) {
        owner.drop(own(2 * i + 2));
      }
    }
    owner.drop(own(2 * depth + 2));
    assertThat(owner.outcome(own(2))).isNull();

    // when the last has a value
    owner.done(own(2 * depth + 2), 1, value("end"));

    // then the first has it, and holds all of the others
    assertThat(owner.outcome(own(2))).isEqualTo(value("end"));
    assertThat(owner.core.ownedCount()).isEqualTo(depth + 1);
    owner.drop(own(2));
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aCircleOfAliasesIsAnErrorAndLeavesNothing() {
    for (int i = 1; i <= 3; i++) {
      owner.submit(own(2L * i), 0);
    }
    owner.grant(3);
    owner.done(own(2), 1, new Outcome.Alias(own(4)));
    owner.done(own(4), 1, new Outcome.Alias(own(6)));

    owner.done(own(6), 1, new Outcome.Alias(own(2)));

    for (int i = 1; i <= 3; i++) {
      assertThat(owner.failureOf(own(2L * i))).isEqualTo(ErrorCode.ALIAS_CYCLE);
      owner.drop(own(2L * i));
    }
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aCircleOfAliasesAcrossOwnersIsFoundByAProbeAndLeavesNothing() {
    // given an object of this process that is an alias of one of OTHER, which is an alias of it
    ObjectId theirs = of(OTHER, 2);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.done(own(2), 1, new Outcome.Alias(theirs));
    assertThat(owner.sentTo(OTHER)).contains(new Message.ProbeAlias(own(2), theirs));

    // when the probe comes back
    owner.receive(new Message.ProbeAlias(own(2), own(2)));
    assertThat(owner.sentTo(SELF)).contains(new Message.AliasCycle(own(2)));
    owner.receive(new Message.AliasCycle(own(2)));

    // then the object fails, and does not hold the other any more
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.ALIAS_CYCLE);
    assertThat(owner.sentTo(OTHER)).contains(new Message.RemoveBorrower(theirs, SELF, WORKER, 1));
    owner.receive(new Message.RemoveBorrower(own(2), OTHER, OTHER, 1));
    owner.drop(own(2));
    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void aProcessThatRanItsOwnTaskKeepsTheArgumentUntilTheOwnerOfWhatWasInItKnows() {
    // given a value of another owner that contains a third one's object, and a task that takes it
    ObjectId outer = of(OTHER, 2);
    ObjectId inner = of(THIRD, 4);
    owner.acquire(outer);
    owner.core.retain(List.of(outer), OTHER);
    owner.submit(own(2), 0, outer);
    owner.receive(new Message.Resolved(outer, value("u", inner), false));
    owner.receive(new Message.LeasesGranted(OwnerFixture.NODE, OwnerFixture.KEY, SELF, 1));

    // when this process runs it itself, keeps the inner object and lets go of the outer one
    owner.acquire(inner);
    List<ObjectId> retained = owner.core.retain(List.of(inner), SELF);
    owner.drop(outer);
    owner.receive(
        new Message.TasksDone(
            SELF, List.of(new Message.Done(own(2), 1, List.of(value("r")), retained, 0, 5))));

    // then the outer one is let go of when the registration has arrived
    assertThat(owner.sent(THIRD, Message.AddBorrower.class))
        .containsExactly(new Message.AddBorrower(inner, SELF, SELF, true));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).isEmpty();
    owner.receive(new Message.BorrowerAdded(inner));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class))
        .containsExactly(new Message.RemoveBorrower(outer, SELF, OTHER, 1));
    owner.drop(inner);
    assertThat(owner.sent(THIRD, Message.RemoveBorrower.class))
        .containsExactly(new Message.RemoveBorrower(inner, SELF, SELF, 1));
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void aProbeThatMeetsAnotherOwnersObjectGoesOn() {
    ObjectId theirs = of(OTHER, 2);
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, new Outcome.Alias(theirs));

    owner.receive(new Message.ProbeAlias(of(THIRD, 8), own(2)));

    assertThat(owner.sentTo(OTHER)).contains(new Message.ProbeAlias(of(THIRD, 8), theirs));
  }
}
