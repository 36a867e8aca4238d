package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.THIRD;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.ObjectId;
import ray.core.Message;

/** What becomes of the registrations that a process made of another before it died. */
@NullUnmarked
class ConfirmationsTest {
  private static final ObjectId THEIRS = of(OTHER, 2);

  private final OwnerFixture owner = new OwnerFixture();

  /** OTHER registers THIRD so many times for an object that nothing else holds. */
  private void registered(int times) {
    owner.put(own(2), value("a"));
    for (int i = 0; i < times; i++) {
      owner.receive(new Message.AddBorrower(own(2), THIRD, OTHER, false));
    }
    owner.drop(own(2));
  }

  private void confirmed(int registrations) {
    owner.receive(new Message.BorrowerConfirmed(own(2), THIRD, OTHER, registrations));
  }

  private void givenBack(int registrations) {
    owner.receive(new Message.RemoveBorrower(own(2), THIRD, OTHER, registrations));
  }

  private void died(long process) {
    owner.receive(new Message.ProcessDied(process, "killed"));
  }

  /** WORKER returns a ref of OTHER's object, for which it has registered this process. */
  private void resultWithTheirs() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("outer", THEIRS));
  }

  // ---- the owner

  @Test
  void theBorrowerIsAskedWhenItsRegistrarDies() {
    registered(1);

    died(OTHER);

    assertThat(owner.sentTo(THIRD)).containsExactly(new Message.ConfirmBorrower(own(2), OTHER));
    assertThat(owner.core.knows(own(2))).isTrue();
  }

  @Test
  void whatTheBorrowerNeverHeardOfHoldsNothing() {
    registered(1);
    died(OTHER);

    confirmed(0);

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whatTheBorrowerKnowsOfHoldsUntilItIsGivenBack() {
    registered(1);
    died(OTHER);

    confirmed(1);
    assertThat(owner.core.knows(own(2))).isTrue();

    givenBack(1);
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void oneOfTwoMayBeLost() {
    registered(2);
    died(OTHER);

    confirmed(1);
    givenBack(1);

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void theBorrowerMayKnowOfOneThatNeverCame() {
    registered(1);
    died(OTHER);

    confirmed(2);
    givenBack(2);

    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whatWasGivenBackBeforeTheAnswerIsNotWaitedFor() {
    registered(1);
    died(OTHER);

    givenBack(1);
    assertThat(owner.core.ownedCount()).isZero();

    confirmed(0);
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whoDiesTooIsNotWaitedFor() {
    registered(1);
    died(OTHER);

    died(THIRD);

    assertThat(owner.core.ownedCount()).isZero();
  }

  // ---- the borrower

  @Test
  void aBorrowerAnswersWithWhatItHasNotGivenBack() {
    resultWithTheirs();
    died(WORKER);

    owner.receive(new Message.ConfirmBorrower(THEIRS, WORKER));

    assertThat(owner.sentTo(OTHER))
        .containsExactly(
            new Message.AddBorrower(THEIRS, SELF, SELF, false),
            new Message.BorrowerConfirmed(THEIRS, SELF, WORKER, 1));
  }

  @Test
  void aBorrowerThatHoldsNothingSaysSo() {
    died(WORKER);

    owner.receive(new Message.ConfirmBorrower(THEIRS, WORKER));

    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.BorrowerConfirmed(THEIRS, SELF, WORKER, 0));
  }

  @Test
  void aBorrowerAnswersWhenNothingMoreOfTheRegistrarCanCome() {
    // given a question that comes before the result, and before the news of the death
    owner.receive(new Message.ConfirmBorrower(THEIRS, WORKER));
    resultWithTheirs();
    assertThat(owner.sentTo(OTHER)).isEmpty();

    died(WORKER);

    assertThat(owner.sentTo(OTHER))
        .contains(new Message.BorrowerConfirmed(THEIRS, SELF, WORKER, 1));
  }
}
