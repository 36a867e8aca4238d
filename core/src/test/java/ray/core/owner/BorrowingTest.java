package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
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
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/** Who registers whom with owners, in which order, and what deaths change about it. */
@NullUnmarked
class BorrowingTest {
  /** An object of OTHER, whose value contains one of THIRD. */
  private static final ObjectId OUTER = of(OTHER, 2);

  private static final ObjectId INNER = of(THIRD, 4);

  private static final Message REGISTERED_SELF = new Message.AddBorrower(INNER, SELF, SELF, true);
  private static final Message REGISTERED_WORKER =
      new Message.AddBorrower(INNER, WORKER, SELF, false);

  private final OwnerFixture owner = new OwnerFixture();

  /** This process holds OUTER, of which its submitter has told OTHER, and knows its value. */
  private void holdOuter() {
    owner.acquire(OUTER);
    owner.core.retain(List.of(OUTER), WORKER);
    owner.core.want(OUTER);
    owner.receive(new Message.Resolved(OUTER, value("outer", INNER), false));
  }

  private void outerIsLetGoOfOnlyWhenThirdKnows() {
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).isEmpty();
    owner.receive(new Message.BorrowerAdded(INNER));
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).hasSize(1);
  }

  private void runHereEnds(ObjectId task, List<ObjectId> retained) {
    owner.receive(
        new Message.TasksDone(
            SELF, List.of(new Message.Done(task, 1, List.of(value("r")), retained, 0, 5))));
  }

  @Test
  void theOwnerIsAskedOnceForWhatIsWanted() {
    owner.acquire(OUTER);

    owner.core.want(OUTER);
    owner.core.want(OUTER);

    assertThat(owner.sentTo(OTHER)).containsExactly(new Message.Resolve(SELF, OUTER, false));
    assertThat(owner.core.borrowedCount()).isEqualTo(1);
  }

  @Test
  void whoLooksAnActorUpRegistersOnce() {
    ObjectId actor = of(OTHER, -2);

    owner.core.attach(owner.core.openNamed(actor), cell(actor));
    owner.core.openNamed(actor);

    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.AddBorrower(actor, SELF, SELF, false));
  }

  @Test
  void whatAWorkerKeepsOfWhatThisProcessHoldsUnregisteredIsRegisteredForBoth() {
    owner.acquire(INNER);
    owner.submit(OwnerFixture.spec(own(2), 1, 0, null, List.of(INNER)));
    owner.grant(1);

    owner.done(own(2), 1, List.of(INNER), value("a"));
    owner.drop(INNER);

    assertThat(owner.sentTo(THIRD)).containsExactly(REGISTERED_SELF, REGISTERED_WORKER);
    owner.receive(new Message.BorrowerAdded(INNER));
    assertThat(owner.sentTo(THIRD)).endsWith(new Message.RemoveBorrower(INNER, SELF, SELF, 1));
  }

  @Test
  void whatALateRunOfThisProcessKeepsIsRegistered() {
    owner.acquire(INNER);

    runHereEnds(own(2), List.of(INNER));

    assertThat(owner.sentTo(THIRD)).containsExactly(REGISTERED_SELF);
  }

  @Test
  void whatACancelledRunKeepsOfItsArgumentIsSafeBeforeTheArgumentIsLetGo() {
    holdOuter();
    owner.submit(own(2), 0, OUTER);
    owner.drop(OUTER);
    owner.grant(1);
    owner.core.cancel(own(2), false, 1);

    owner.done(own(2), 1, List.of(INNER), value("late"));

    assertThat(owner.sentTo(THIRD)).containsExactly(REGISTERED_SELF, REGISTERED_WORKER);
    outerIsLetGoOfOnlyWhenThirdKnows();
  }

  @Test
  void whatAResultContainsOfAnArgumentIsSafeBeforeTheArgumentIsLetGo() {
    holdOuter();
    owner.submit(own(2), 0, OUTER);
    owner.drop(OUTER);
    owner.grant(1);

    owner.done(own(2), 1, value("r", INNER));

    assertThat(owner.sentTo(THIRD)).containsExactly(REGISTERED_SELF);
    outerIsLetGoOfOnlyWhenThirdKnows();
  }

  @Test
  void whatIsInAValueThatAnotherTakesOverIsSafeBeforeTheValueIsLetGo() {
    holdOuter();
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, new Outcome.Alias(OUTER));
    owner.drop(OUTER);

    owner.receive(new Message.Resolve(WORKER, own(2), true));
    owner.drop(own(2));

    assertThat(owner.sentTo(THIRD)).containsExactly(REGISTERED_SELF, REGISTERED_WORKER);
    outerIsLetGoOfNeverBefore();
  }

  private void outerIsLetGoOfNeverBefore() {
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).isEmpty();
    owner.receive(new Message.BorrowerAdded(INNER));
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void anObjectGoesWhenARegistrationThatWasOvertakenArrivesLast() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.RemoveBorrower(own(2), THIRD, OTHER, 1));
    owner.drop(own(2));
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.receive(new Message.AddBorrower(own(2), THIRD, OTHER, false));

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void anObjectGoesWhenALateRunIsHeardToHaveKeptWhatItHasLetGoOfBefore() {
    // given a task of two runs, of which the first lets go of an argument before it is heard of
    owner.put(own(2), value("a"));
    owner.submit(own(4), 1, own(2));
    owner.grant(1);
    owner.done(own(4), 1, failure(true));
    owner.done(own(4), 2, value("b"));
    owner.receive(new Message.RemoveBorrower(own(2), WORKER, SELF, 1));
    owner.drop(own(2));
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.done(own(4), 1, List.of(own(2)), value("late"));

    assertThat(owner.core.knows(own(2))).isFalse();
  }

  @Test
  void onlyThoseWhomTheDeadHasRegisteredAreAsked() {
    owner.put(own(2), value("a"));
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.receive(new Message.AddBorrower(own(2), THIRD, WORKER, false));

    owner.died(WORKER);

    assertThat(owner.sentTo(THIRD)).containsExactly(new Message.ConfirmBorrower(own(2), WORKER));
    assertThat(owner.sentTo(OTHER)).isEmpty();
  }

  @Test
  void whoDiesWhileHeWaitsForAnAnswerGetsNone() {
    owner.submit(own(2), 0);
    owner.receive(new Message.Resolve(OTHER, own(2), false));
    owner.receive(new Message.Resolve(THIRD, own(2), false));
    owner.grant(1);

    owner.died(OTHER);
    owner.done(own(2), 1, value("a"));

    assertThat(owner.sentTo(OTHER)).isEmpty();
    assertThat(owner.sentTo(THIRD))
        .containsExactly(new Message.Resolved(own(2), value("a"), false));
  }

  @Test
  void whatIsWantedOfADeadOwnerIsLostAtOnceAndNothingIsGivenBackToIt() {
    owner.acquire(OUTER);
    owner.core.retain(List.of(OUTER), WORKER);
    owner.core.want(OUTER);

    owner.died(OTHER);
    owner.drop(OUTER);

    assertThat(owner.failureOf(OUTER)).isEqualTo(ErrorCode.OWNER_DIED);
    assertThat(((Outcome.Failed) owner.outcome(OUTER)).message()).contains("killed");
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).isEmpty();
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void aValueIsNotKeptForAnOwnerThatWillNeverAcknowledge() {
    holdOuter();
    owner.core.attach(owner.core.open(INNER, OUTER), cell(INNER));
    owner.drop(OUTER);
    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).isEmpty();

    owner.died(THIRD);

    assertThat(owner.sent(OTHER, Message.RemoveBorrower.class)).hasSize(1);
  }
}
