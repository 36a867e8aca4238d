package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** What runs submit, and tasks that are run in place of the run that waits for them. */
@NullUnmarked
class TasksInPlaceTest {
  private static final ObjectId RUN = of(OTHER, 2);

  private final OwnerFixture owner = new OwnerFixture();

  private void submitByRun(long number, FunctionKey key) {
    CallSpec call = new CallSpec(1, key, "f", "f", 1, new TaskPolicy(1, "", 0, 0, "", Map.of()));
    owner.submit(new TaskSpec(own(number), RUN, call, new Object[0], List.of(), null));
  }

  private void submitByRun(long number) {
    submitByRun(number, KEY);
  }

  private Message.Push lend(long number) {
    return owner.core.lend(own(number), KEY, 1);
  }

  private List<Integer> asked() {
    return owner.sent(NODE, Message.RequestLeases.class).stream()
        .map(Message.RequestLeases::count)
        .toList();
  }

  private void endsHere(long number, int attempt) {
    owner.receive(
        new Message.TasksDone(
            SELF,
            List.of(
                new Message.Done(own(number), attempt, List.of(value("a")), List.of(), 0, 5_000))));
  }

  // ---- what a run submits

  @Test
  void theNodeIsNotAskedForWhatARunSubmitsUntilItWaitsForSomethingElse() {
    submitByRun(2);
    submitByRun(4);
    assertThat(owner.sent).isEmpty();

    owner.core.flush(1);

    assertThat(asked()).containsExactly(2);
  }

  @Test
  void theNodeIsAskedWhenTimeHasPassed() {
    submitByRun(2);

    assertThat(owner.core.tick(1)).isTrue();

    assertThat(asked()).containsExactly(1);
  }

  @Test
  void theNodeIsAskedWhenARunHasSubmittedMany() {
    for (int i = 1; i < LeaseQueue.GATHER; i++) {
      submitByRun(2L * i);
    }
    assertThat(asked()).isEmpty();

    submitByRun(2L * LeaseQueue.GATHER);

    assertThat(asked()).containsExactly(LeaseQueue.GATHER);
  }

  @Test
  void aLeaseThatIdlesIsUsedAtOnce() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));

    submitByRun(4);

    assertThat(owner.pushed()).extracting(push -> push.spec().id()).containsExactly(own(2), own(4));
  }

  // ---- in place

  @Test
  void aTaskThatWaitsForALeaseIsGivenToTheRunThatWaitsForItAndToNobodyElse() {
    submitByRun(2);

    Message.Push push = Objects.requireNonNull(lend(2));

    assertThat(push.spec().id()).isEqualTo(own(2));
    assertThat(push.attempt()).isEqualTo(1);
    assertThat(lend(2)).isNull();
    owner.core.tick(1);
    owner.grant(1);
    assertThat(owner.pushed()).isEmpty();
    endsHere(2, 1);
    assertThat(owner.outcome(own(2))).isEqualTo(value("a"));
  }

  @Test
  void whatIsGatheredBesideItIsHandedOver() {
    submitByRun(2);
    submitByRun(4);

    lend(2);

    assertThat(asked()).containsExactly(1);
  }

  @Test
  void aTaskInPlaceTakesNoRoomOnTheLeasesOfThisWorker() {
    submitByRun(2);
    lend(2);
    submitByRun(4);
    owner.core.flush(1);
    owner.receive(new Message.LeasesGranted(NODE, KEY, SELF, 1));
    assertThat(owner.sent(SELF, Message.PushTasks.class)).hasSize(1);

    endsHere(2, 1);

    submitByRun(6);
    owner.core.flush(1);
    assertThat(owner.sent(SELF, Message.PushTasks.class)).hasSize(1);
  }

  @Test
  void oneThatIsCancelledTakesNoRoomWhenItsRunEndsLater() {
    submitByRun(2);
    lend(2);
    owner.core.cancel(own(2), false, 1);
    assertThat(owner.sent(SELF, Message.CancelRun.class)).hasSize(1);
    submitByRun(4);
    owner.core.flush(1);
    owner.receive(new Message.LeasesGranted(NODE, KEY, SELF, 1));

    endsHere(2, 1);

    submitByRun(6);
    owner.core.flush(1);
    assertThat(owner.sent(SELF, Message.PushTasks.class)).hasSize(1);
  }

  @Test
  void oneThatIsRunAgainMayBeRunInPlaceAgain() {
    submitByRun(2);
    lend(2);

    owner.receive(
        new Message.TasksDone(
            SELF,
            List.of(
                new Message.Done(
                    own(2), 1, List.of(OwnerFixture.failure(true)), List.of(), 0, 5_000))));

    assertThat(Objects.requireNonNull(lend(2)).attempt()).isEqualTo(2);
  }

  static List<FunctionKey> others() {
    SchedulingStrategy anywhere = SchedulingStrategy.standard();
    return List.of(
        new FunctionKey("f", Resources.NONE.with(Resources.CPU, 2), anywhere),
        new FunctionKey("f", Resources.ONE_CPU.with("tickets", 1), anywhere),
        new FunctionKey("f", Resources.NONE.with(Resources.MEMORY, 1), anywhere),
        new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.spread()),
        new FunctionKey("f", Resources.ONE_CPU, anywhere, RuntimeEnv.SHARED.alone()));
  }

  @ParameterizedTest
  @MethodSource("others")
  void whatNeedsMoreOrAnotherPlaceIsNot(FunctionKey key) {
    submitByRun(2, key);

    assertThat(lend(2)).isNull();

    assertThat(asked()).containsExactly(1);
  }

  @Test
  void whatNeedsLessIs() {
    submitByRun(2, new FunctionKey("g", Resources.NONE, SchedulingStrategy.standard()));

    assertThat(lend(2)).isNotNull();
  }

  @Test
  void whatHasALeaseOrIsAnothersIsNot() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.acquire(of(OTHER, 4));

    assertThat(lend(2)).isNull();
    assertThat(owner.core.lend(of(OTHER, 4), KEY, 1)).isNull();
  }
}
