package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.core.Message;

/** Leases of one class on several workers. */
@NullUnmarked
class LeasesOnSeveralWorkersTest {
  private final OwnerFixture owner = new OwnerFixture();

  /** Short tasks, all of them handed over ahead to the one worker there was; another comes. */
  private void threeAheadOnOneWorker() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.receive(
        new Message.TasksDone(
            WORKER,
            List.of(new Message.Done(own(2), 1, List.of(value("a")), List.of(), 0, 1_000))));
    for (int number = 4; number <= 8; number += 2) {
      owner.submit(own(number), 0);
    }
    owner.receive(new Message.LeasesGranted(NODE, KEY, OTHER, 1));
  }

  @Test
  void oneThatIdlesIsGivenBackThoughAnotherWorkerHasTasksAhead() {
    threeAheadOnOneWorker();
    assertThat(owner.pushed()).hasSize(4);

    owner.receive(new Message.ReclaimLeases(NODE, 0));

    assertThat(owner.sent(OTHER, Message.ShrinkLeases.class))
        .containsExactly(new Message.ShrinkLeases(SELF, KEY, 1));
    assertThat(owner.sent(WORKER, Message.ShrinkLeases.class)).isEmpty();
  }

  @Test
  void oneThatIdlesForLongIsGivenBackThoughAnotherWorkerHasTasksAhead() {
    threeAheadOnOneWorker();

    owner.core.tick(2);
    assertThat(owner.sent(OTHER, Message.ShrinkLeases.class)).isEmpty();
    owner.core.tick(3 + LeaseQueue.IDLE_NS);

    assertThat(owner.sent(OTHER, Message.ShrinkLeases.class)).hasSize(1);
  }
}
