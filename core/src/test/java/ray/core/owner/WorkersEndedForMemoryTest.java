package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.failure;
import static ray.core.owner.OwnerFixture.own;

import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.ErrorCode;
import ray.core.DeathCause;
import ray.core.Message;
import ray.core.Outcome;

/** Tasks whose workers were ended because memory ran short: which of them lose a retry. */
@NullUnmarked
class WorkersEndedForMemoryTest {
  private final OwnerFixture owner = new OwnerFixture();

  @Test
  void aTaskWhoseWorkerMadeRoomForOthersLosesNoRetry() {
    // given one retry
    owner.submit(own(2), 1);
    owner.grant(1);

    // when its node ends its workers for what others take, more often than that
    owner.receive(new Message.ProcessDied(WORKER, "memory", DeathCause.MADE_ROOM));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER, 1));
    owner.receive(new Message.ProcessDied(OTHER, "memory", DeathCause.MADE_ROOM));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER + 1, 1));

    // then it runs again in a process of its own, and has its retry still, and no other
    assertThat(owner.pushed().getLast().attempt()).isEqualTo(3);
    assertThat(owner.pushed().getLast().spec().schedulingClass()).isEqualTo(KEY.isolated());
    owner.receive(new Message.ProcessDied(OTHER + 1, "killed"));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER + 2, 1));
    owner.receive(
        new Message.TasksDone(
            OTHER + 2,
            List.of(new Message.Done(own(2), 4, List.of(failure(true)), List.of(), 0, 1_000))));
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_FAILED);
  }

  @Test
  void aTaskMakesRoomForOthersOnlySoOften() {
    owner.submit(own(2), 1);
    owner.grant(1);
    owner.receive(new Message.ProcessDied(WORKER, "memory", DeathCause.MADE_ROOM));
    for (int i = 1; i <= Task.MAX_ROOM_MADE; i++) {
      owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER + i, 1));
      owner.receive(new Message.ProcessDied(OTHER + i, "memory", DeathCause.MADE_ROOM));
    }
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER, 1));

    owner.receive(new Message.ProcessDied(OTHER, "memory", DeathCause.MADE_ROOM));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.OUT_OF_MEMORY);
  }

  @Test
  void aTaskThatTookTheMemoryUsesUpItsRetries() {
    owner.submit(own(2), 1);
    owner.grant(1);

    owner.receive(new Message.ProcessDied(WORKER, "memory ran short", DeathCause.OUT_OF_MEMORY));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER, 1));
    owner.receive(new Message.ProcessDied(OTHER, "memory ran short", DeathCause.OUT_OF_MEMORY));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.OUT_OF_MEMORY);
    assertThat(((Outcome.Failed) owner.outcome(own(2))).message())
        .contains("(memory ran short)", "its 1 retries are used up", "memory(…)");
  }

  @Test
  void aTaskWithoutRetriesIsNotRunAgainToMakeRoom() {
    owner.submit(own(2), 0);
    owner.grant(1);

    owner.receive(new Message.ProcessDied(WORKER, "memory", DeathCause.MADE_ROOM));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.OUT_OF_MEMORY);
  }
}
