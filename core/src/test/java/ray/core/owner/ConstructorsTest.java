package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.ActorId;
import ray.ActorInfo;
import ray.ObjectId;
import ray.core.Message;

/** For how long a constructor's arguments are held. */
@NullUnmarked
class ConstructorsTest {
  private static final ObjectId ACTOR = own(-2);
  private static final ObjectId ARGUMENT = own(4);

  private final OwnerFixture owner = new OwnerFixture();

  private void create(int maxRestarts) {
    owner.put(ARGUMENT, value("argument"));
    owner.createActor(ACTOR, maxRestarts, ARGUMENT);
    owner.drop(ARGUMENT);
  }

  private void noneRuns() {
    owner.receive(new Message.ConstructorsEnded(new ActorId(ACTOR)));
  }

  private boolean holdsArgument() {
    return owner.core.knows(ARGUMENT);
  }

  @Test
  void theArgumentsOfAnActorThatIsKilledWhileItIsMadeAreHeldUntilItsConstructorEnds() {
    create(0);
    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);
    owner.drop(ACTOR);
    assertThat(holdsArgument()).isTrue();

    noneRuns();

    assertThat(holdsArgument()).isFalse();
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void theEndOfAllConstructorsMayBeHeardBeforeTheDeath() {
    create(0);

    noneRuns();
    assertThat(holdsArgument()).isTrue();

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);
    assertThat(holdsArgument()).isFalse();
  }

  @Test
  void theArgumentsOfAnActorThatIsMadeOnceGoWhenItIsMade() {
    create(0);

    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    assertThat(holdsArgument()).isFalse();

    owner.actor(ACTOR, ActorInfo.State.DEAD, 0);
    noneRuns();
    owner.drop(ACTOR);
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void theArgumentsOfAnActorThatIsBeingMadeAgainAreHeldThoughNothingRefersToIt() {
    create(1);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.actor(ACTOR, ActorInfo.State.RESTARTING, 1);

    owner.drop(ACTOR);
    assertThat(holdsArgument()).isTrue();

    noneRuns();
    assertThat(holdsArgument()).isFalse();
  }

  @Test
  void anActorWhoseNameWasTakenHoldsNothing() {
    create(0);

    owner.receive(new Message.ActorRegistered(new ActorId(ACTOR), new ActorId(ACTOR), "taken"));
    noneRuns();

    assertThat(holdsArgument()).isFalse();
  }
}
