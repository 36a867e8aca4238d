package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.ActorInfo;
import ray.CancelOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.DeathCause;
import ray.core.Message;

/** Tasks that are cancelled by force, and those that lose their worker by that. */
@NullUnmarked
class CancelByForceTest {
  private static final CancelOptions FORCE = CancelOptions.DEFAULT.withForce(true);
  private static final ObjectId ACTOR = own(-2);

  private final OwnerFixture owner = new OwnerFixture();

  @Test
  void aRunningTaskFailsAtOnceAndItsWorkerIsToldOfTheForce() {
    owner.submit(own(2), 3);
    owner.grant(1);

    owner.core.cancel(own(2), FORCE.withRecursive(true), 1);

    assertThat(owner.sentTo(WORKER)).contains(new Message.CancelRun(own(2), true, true));
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_CANCELLED);
  }

  @Test
  void neitherTheTaskRunsAgainNorDoItsNeighboursLoseARetry() {
    // given a task and its neighbour with one retry
    owner.submit(own(2), 3);
    owner.submit(own(4), 1);
    owner.grant(2);
    owner.core.cancel(own(2), FORCE, 1);

    // when their worker is ended, and then the neighbour's next one dies
    owner.receive(new Message.ProcessDied(WORKER, "by force", DeathCause.FORCED));
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 1));
    owner.receive(new Message.ProcessDied(OTHER, "killed"));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER + 1, 1));

    // then the neighbour runs for the third time, at first not by itself
    assertThat(owner.pushed())
        .extracting(push -> push.spec().id(), Message.Push::attempt)
        .satisfies(pushes -> assertThat(pushes).hasSize(4));
    assertThat(owner.pushed().get(2).spec().schedulingClass()).isEqualTo(KEY);
    assertThat(owner.pushed().getLast().spec().id()).isEqualTo(own(4));
    assertThat(owner.pushed().getLast().attempt()).isEqualTo(3);
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_CANCELLED);
  }

  @Test
  void aNeighbourThatMayNotRunTwiceFails() {
    owner.submit(own(2), 3);
    owner.submit(own(4), 0);
    owner.grant(2);
    owner.core.cancel(own(2), FORCE, 1);

    owner.receive(new Message.ProcessDied(WORKER, "by force", DeathCause.FORCED));

    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.WORKER_DIED);
  }

  @Test
  void aTaskThatGoesOnThoughItWasCancelledCanBeEndedByForceUntilItsRunHasEnded() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.core.cancel(own(2), false, 1);

    owner.core.cancel(own(2), FORCE, 1);
    owner.done(own(2), 1, value("too late"));
    owner.core.cancel(own(2), FORCE, 1);

    assertThat(owner.sentTo(WORKER).stream().filter(Message.CancelRun.class::isInstance))
        .containsExactly(
            new Message.CancelRun(own(2), false), new Message.CancelRun(own(2), false, true));
  }

  @Test
  void theForceGoesWithTheQuestionToAnotherOwnerAndDownToChildren() {
    owner.acquire(of(OTHER, 2));
    owner.submit(own(2), 0);
    owner.grant(1);

    owner.core.cancel(of(OTHER, 2), FORCE, 1);
    owner.receive(new Message.CancelTask(own(2), false, true));

    assertThat(owner.sentTo(OTHER)).contains(new Message.CancelTask(of(OTHER, 2), false, true));
    assertThat(owner.sentTo(WORKER)).contains(new Message.CancelRun(own(2), false, true));
    assertThat(own(2).owner()).isEqualTo(SELF);
  }

  @Test
  void aCallOfAnActorIsKnownAsOneAndNeverCancelledByForce() {
    owner.createActor(ACTOR, 0);
    owner.actor(ACTOR, ActorInfo.State.ALIVE, 0);
    owner.call(ACTOR, own(4), 0);
    owner.submit(own(6), 0);
    assertThat(owner.core.isCall(own(4))).isTrue();
    assertThat(owner.core.isCall(own(6))).isFalse();

    owner.core.cancel(own(4), FORCE, 1);

    assertThat(owner.core.isCall(own(4))).isFalse();
    assertThat(owner.sentTo(WORKER)).contains(new Message.CancelRun(own(4), false));
    owner.core.cancel(own(4), FORCE, 1);
    assertThat(owner.sentTo(WORKER)).doesNotContain(new Message.CancelRun(own(4), false, true));
  }
}
