package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.THIRD;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.failure;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/** Items of generators: refs in them, items that come too late or twice, and the end. */
@NullUnmarked
class GeneratorsTest {
  private static final ObjectId THEIRS = of(THIRD, 2);

  private final OwnerFixture owner = new OwnerFixture();

  private void generate(int retries, Object stream) {
    Task generator = new Task(OwnerFixture.spec(own(2), -1, retries, null, List.of()), stream);
    owner.core.submit(generator, new Object[0], null, 1);
    owner.grant(1);
  }

  private void item(long worker, int attempt, int index, Outcome outcome) {
    owner.receive(new Message.ItemMade(worker, own(2), attempt, index, outcome));
  }

  private void isGivenBack(long registrar) {
    assertThat(owner.sentTo(THIRD))
        .containsExactly(new Message.RemoveBorrower(THEIRS, SELF, registrar, 1));
  }

  @Test
  void anItemIsReadyWithItsHandleAndHoldsTheRefsInIt() {
    generate(0, "stream");

    item(WORKER, 1, 0, value("a", THEIRS));

    assertThat(owner.outcome(owner.items.getFirst())).isEqualTo(value("a", THEIRS));
    assertThat(owner.itemOutcomes).containsExactly(value("a", THEIRS));
    assertThat(owner.core.borrowedCount()).isEqualTo(1);
    owner.drop(owner.items.getFirst());
    isGivenBack(WORKER);
  }

  @Test
  void anItemWithAnObjectOfTheWorkerComesUnderItsNewName() {
    generate(0, "stream");

    item(WORKER, 1, 0, value("a", of(WORKER, 4)));

    assertThat(owner.itemOutcomes.getFirst().contained().getFirst().owner()).isEqualTo(SELF);
  }

  @Test
  void anItemThatIsARefIsReadyWhenWhatItStandsForIs() {
    generate(0, "stream");

    item(WORKER, 1, 0, new Outcome.Alias(of(WORKER, 4)));
    assertThat(owner.itemOutcomes).containsExactly(new Outcome.Alias(of(WORKER, 4)));
    assertThat(owner.ready).isEmpty();
    owner.receive(new Message.Resolved(of(WORKER, 4), value("a"), true));

    assertThat(owner.outcome(owner.items.getFirst())).isEqualTo(value("a"));
  }

  @Test
  void whatAnItemOfAnEndedTaskHoldsIsGivenBack() {
    generate(0, "stream");
    owner.core.cancel(own(2), false, 1);

    item(WORKER, 1, 0, value("late", THEIRS));

    isGivenBack(WORKER);
  }

  @Test
  void whatAnItemThatIsMadeAgainHoldsIsGivenBack() {
    generate(1, "stream");
    item(WORKER, 1, 0, value("a"));
    owner.died(WORKER);
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 1));

    item(OTHER, 2, 0, value("again", THEIRS));

    assertThat(owner.items).hasSize(1);
    isGivenBack(OTHER);
  }

  @Test
  void whatAnItemHoldsThatNobodyConsumesIsGivenBack() {
    generate(0, null);

    item(WORKER, 1, 0, value("a", THEIRS));

    isGivenBack(WORKER);
  }

  @Test
  void theLastItemOfAGeneratorThatFailsIsTheFailure() {
    generate(0, "stream");
    Outcome.Failed cause = failure(false);

    owner.done(own(2), 1, cause);

    assertThat(owner.outcome(owner.items.getFirst())).isSameAs(cause);
    owner.drop(owner.items.getFirst());
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void whoAsksForTheGeneratorItselfLearnsThatItHasEnded() {
    generate(0, "stream");
    owner.receive(new Message.Resolve(OTHER, own(2), false));

    owner.done(own(2), 1);

    assertThat(owner.sentTo(OTHER))
        .containsExactly(
            new Message.Resolved(own(2), new Outcome.Inline(null, 0, List.of()), false));
  }

  @Test
  void whoAsksForAGeneratorThatFailsLearnsWhy() {
    generate(0, "stream");
    owner.receive(new Message.Resolve(OTHER, own(2), false));
    Outcome.Failed cause = failure(false);

    owner.done(own(2), 1, cause);

    assertThat(owner.sentTo(OTHER)).containsExactly(new Message.Resolved(own(2), cause, false));
  }
}
