package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.THIRD;
import static ray.core.owner.OwnerFixture.WORKER;
import static ray.core.owner.OwnerFixture.failure;
import static ray.core.owner.OwnerFixture.of;
import static ray.core.owner.OwnerFixture.own;
import static ray.core.owner.OwnerFixture.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import ray.ObjectId;
import ray.ObjectInfo.Holder;
import ray.TaskInfo;
import ray.core.Message;
import ray.core.Outcome;

/** What an owner shows of its objects, tasks and queues. */
@NullUnmarked
class OwnerListingsTest {
  private final OwnerFixture owner = new OwnerFixture();

  private ObjectView object(ObjectId id) {
    List<ObjectView> all = new ArrayList<>();
    owner.core.forEachObject(all::add);
    return all.stream().filter(view -> view.id().equals(id)).findFirst().orElseThrow();
  }

  private List<TaskView> tasks() {
    List<TaskView> all = new ArrayList<>();
    owner.core.forEachTask(all::add);
    return all;
  }

  private QueueView queue() {
    List<QueueView> all = new ArrayList<>();
    owner.core.forEachQueue(all::add);
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  @Test
  void anObjectIsShownWithAllWhoHoldIt() {
    owner.core.put(own(2), value("a"), "cell", "here");
    owner.put(own(4), value("b", own(2)));
    owner.submit(own(6), 0);
    owner.grant(1);
    owner.done(own(6), 1, new Outcome.Alias(own(2)));
    owner.submit(own(8), 0, own(2));
    owner.receive(new Message.AddBorrower(own(2), OTHER, OTHER, false));
    owner.receive(new Message.AddBorrower(own(2), OTHER, WORKER, false));
    owner.receive(new Message.AddBorrower(own(2), THIRD, THIRD, false));

    assertThat(object(own(2)))
        .isEqualTo(
            new ObjectView(
                own(2),
                value("a"),
                false,
                Map.of(
                    Holder.LOCAL_HANDLE,
                    1,
                    Holder.TASK_ARGUMENT,
                    1,
                    Holder.CONTAINED,
                    1,
                    Holder.ALIAS,
                    1,
                    Holder.BORROWER,
                    2),
                Map.of(OTHER, 2, THIRD, 1),
                "here"));
    assertThat(object(own(6)).alias()).isTrue();
    assertThat(object(own(8)).outcome()).isNull();
    assertThat(object(own(8)).holders())
        .isEqualTo(Map.of(Holder.LOCAL_HANDLE, 1, Holder.PENDING_TASK, 1));
  }

  @Test
  void anObjectThatTakesOverAnothersValueIsShownAsAnAlias() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("outer", of(WORKER, 2)));

    assertThat(object(owner.outcome(own(2)).contained().getFirst()).alias()).isTrue();
  }

  @Test
  void whatIsBorrowedIsShownWithTheReasonsToHoldIt() {
    owner.core.attach(
        java.util.Objects.requireNonNull(owner.core.open(of(OTHER, 2), null)), "cell");
    owner.submit(own(2), 0, of(OTHER, 2));
    owner.put(own(4), value("b", of(OTHER, 2)));
    List<ObjectView> all = new ArrayList<>();

    owner.core.forEachBorrowed(all::add);

    assertThat(all)
        .containsExactly(
            new ObjectView(
                of(OTHER, 2),
                null,
                false,
                Map.of(Holder.LOCAL_HANDLE, 1, Holder.TASK_ARGUMENT, 1, Holder.CONTAINED, 1),
                Map.of(),
                null));
  }

  @Test
  void handlesAreVisitedWhileThereAre() {
    owner.put(own(2), value("a"));
    owner.put(own(4), value("b", own(2)));
    owner.drop(own(2));
    List<Object> cells = new ArrayList<>();

    owner.core.forEachCell(cells::add);

    assertThat(cells).containsExactly(own(4).toString());
    assertThat(owner.core.ownedCount()).isEqualTo(2);
  }

  @Test
  void unfinishedTasksAreShownOnceThenEndedOnes() {
    owner.now = 5;
    owner.submit(OwnerFixture.spec(own(2), 3, 0, null, List.of()));
    owner.submit(own(10), 0);
    owner.now = 7;
    owner.grant(1);
    owner.now = 9;
    owner.done(own(2), 1, failure(false));

    assertThat(tasks())
        .extracting(TaskView::id, TaskView::state, TaskView::sinceNs, TaskView::attempt)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(own(10), TaskInfo.State.RUNNING, 9L, 1),
            org.assertj.core.groups.Tuple.tuple(own(2), TaskInfo.State.FAILED, 9L, 1));
    assertThat(tasks().getLast().failure()).isEqualTo(owner.outcome(own(2)));
    assertThat(tasks().getFirst().failure()).isNull();
  }

  @Test
  void aQueueIsShownWithItsCountsAndTheTaskThatWaitsLongest() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0);
    owner.submit(own(6), 0);
    owner.submit(own(8), 0);
    owner.submit(own(10), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));
    owner.done(own(4), 1, failure(false));
    owner.core.cancel(own(8), false, 1);

    QueueView view = queue();

    assertThat(view.key()).isEqualTo(KEY);
    assertThat(view.waiting()).isEqualTo(1);
    assertThat(view.handedOver()).isEqualTo(1);
    assertThat(view.oldest().id()).isEqualTo(own(10));
    assertThat(view.submitted()).isEqualTo(5);
    assertThat(view.finished()).isEqualTo(1);
    assertThat(view.failed()).isEqualTo(2);
  }

  @Test
  void aQueueWhoseTasksHaveAllEndedHasNoOldest() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));

    assertThat(queue().oldest()).isNull();
    assertThat(queue().waiting()).isZero();
  }

  @Test
  void ofEndedTasksTheLatestAreRemembered() {
    for (int i = 1; i <= OwnerCore.MAX_HISTORY + 1; i++) {
      owner.submit(own(2L * i), 0);
      owner.core.cancel(own(2L * i), false, 1);
    }

    assertThat(tasks()).hasSize(OwnerCore.MAX_HISTORY);
    assertThat(tasks().getFirst().id()).isEqualTo(own(4));
  }

  @Test
  void aRefThatIsReadAgainHasTheHandleAndTheValueThatAreThere() {
    owner.put(own(2), value("a"));

    Reference again = owner.core.open(own(2), null);

    assertThat(again.cell()).isEqualTo(own(2).toString());
    assertThat(again.outcome()).isEqualTo(value("a"));
  }
}
