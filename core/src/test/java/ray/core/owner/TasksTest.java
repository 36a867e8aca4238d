package ray.core.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static ray.core.owner.OwnerFixture.KEY;
import static ray.core.owner.OwnerFixture.NODE;
import static ray.core.owner.OwnerFixture.OTHER;
import static ray.core.owner.OwnerFixture.SELF;
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
import ray.TaskInfo;
import ray.core.Message;
import ray.core.Outcome;

/** The life of a task at its owner: arguments, leases, runs, retries, cancellation and failures. */
@NullUnmarked
class TasksTest {
  private final OwnerFixture owner = new OwnerFixture();

  @Test
  void aTaskIsPushedWhenALeaseIsThereAndItsResultReachesItsHandle() {
    Task task = owner.submit(own(2), 0);
    assertThat(owner.sentTo(NODE)).containsExactly(new Message.RequestLeases(SELF, 1, KEY, 1));

    owner.grant(1);
    assertThat(owner.pushed()).hasSize(1);
    owner.done(own(2), 1, value("a"));

    assertThat(owner.outcome(own(2))).isEqualTo(value("a"));
    assertThat(task.state()).isEqualTo(TaskInfo.State.FINISHED);
  }

  @Test
  void aTaskWaitsForItsArgumentsAndTheirValuesTravelWithIt() {
    owner.submit(own(2), 0);
    Task second = owner.submit(own(4), 0, own(2));
    owner.grant(1);
    assertThat(owner.pushed()).hasSize(1);
    assertThat(second.state()).isEqualTo(TaskInfo.State.WAITING_FOR_ARGUMENTS);

    owner.done(own(2), 1, value("a"));

    assertThat(owner.pushed().getLast().spec().id()).isEqualTo(own(4));
    assertThat(owner.pushed().getLast().values()).containsExactly(value("a"));
  }

  @Test
  void anArgumentOfAnotherProcessIsAskedForOnce() {
    ObjectId theirs = of(OTHER, 2);
    owner.acquire(theirs);
    owner.submit(own(2), 0, theirs);
    owner.submit(own(4), 0, theirs);
    assertThat(owner.sentTo(OTHER)).containsExactly(new Message.Resolve(SELF, theirs, false));

    owner.receive(new Message.Resolved(theirs, value("a"), false));
    owner.grant(2);

    assertThat(owner.pushed()).hasSize(2);
  }

  @Test
  void argumentsAreHeldUntilTheTaskHasEnded() {
    owner.put(own(2), value("a"));
    owner.submit(own(4), 0, own(2));
    owner.drop(own(2));
    owner.grant(1);
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.done(own(4), 1, value("b"));

    assertThat(owner.core.knows(own(2))).isFalse();
  }

  @Test
  void dependantsOfAFailedTaskFailWithItsCauseAndNeverRun() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0, own(2));
    owner.submit(own(6), 0, own(4));
    owner.grant(1);
    Outcome.Failed cause = failure(false);

    owner.done(own(2), 1, cause);

    assertThat(owner.outcome(own(4))).isSameAs(cause);
    assertThat(owner.outcome(own(6))).isSameAs(cause);
    assertThat(owner.pushed()).hasSize(1);
    owner.submit(own(8), 0, own(6));
    assertThat(owner.outcome(own(8))).isSameAs(cause);
  }

  @Test
  void severalResultsHaveAnIdEach() {
    owner.submit(OwnerFixture.spec(own(2), 3, 0, null, List.of()));
    owner.grant(1);

    owner.done(own(2), 1, value(0), value(1), value(2));

    assertThat(owner.outcome(own(2))).isEqualTo(value(0));
    assertThat(owner.outcome(own(4))).isEqualTo(value(1));
    assertThat(owner.outcome(own(6))).isEqualTo(value(2));
  }

  @Test
  void aTaskWithoutResultsHasOneThatIsEmpty() {
    Task task = new Task(OwnerFixture.spec(own(2), 0, 0, null, List.of()), null);
    owner.core.submit(task, new Object[] {cell(own(2))}, null, 1);
    owner.grant(1);

    owner.done(own(2), 1);

    assertThat(owner.outcome(own(2))).isEqualTo(new Outcome.Inline(null, 0, List.of()));
  }

  // ---- retries

  @Test
  void anExceptionThatThePolicyListsIsRetriedAsOftenAsItSays() {
    owner.submit(own(2), 2);
    owner.grant(1);
    owner.done(own(2), 1, failure(true));
    owner.done(own(2), 2, failure(true));
    assertThat(owner.outcome(own(2))).isNull();

    owner.done(own(2), 3, failure(true));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_FAILED);
    assertThat(owner.pushed()).extracting(Message.Push::attempt).containsExactly(1, 2, 3);
  }

  @Test
  void anExceptionThatThePolicyDoesNotListIsTheResult() {
    owner.submit(own(2), 2);
    owner.grant(1);

    owner.done(own(2), 1, failure(false));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_FAILED);
  }

  @Test
  void aTaskWhoseWorkerDiedRunsElsewhereInAProcessOfItsOwn() {
    owner.submit(own(2), 1);
    owner.grant(1);

    owner.receive(new Message.ProcessDied(WORKER, "killed"));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER, 1));

    assertThat(owner.sent(OTHER, Message.PushTasks.class)).hasSize(1);
    assertThat(owner.pushed().getLast().attempt()).isEqualTo(2);
    assertThat(owner.pushed().getLast().spec().schedulingClass()).isEqualTo(KEY.isolated());
  }

  @Test
  void aTaskThatDiesByItselfTooUsesUpItsRetries() {
    owner.submit(own(2), 1);
    owner.grant(1);

    owner.receive(new Message.ProcessDied(WORKER, "killed"));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER, 1));
    owner.receive(new Message.ProcessDied(OTHER, "killed"));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.WORKER_DIED);
  }

  @Test
  void aTaskThatAnotherTookWithItLosesNoRetry() {
    // given one retry, and a worker that dies of something else
    owner.submit(own(2), 1);
    owner.grant(1);
    owner.receive(new Message.ProcessDied(WORKER, "killed"));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER, 1));

    // when it fails by itself with what its policy retries
    owner.receive(doneElsewhere(2, failure(true)));

    // then it has that retry still, and no other
    assertThat(owner.pushed().getLast().attempt()).isEqualTo(3);
    owner.receive(doneElsewhere(3, failure(true)));
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_FAILED);
  }

  private static Message.TasksDone doneElsewhere(int attempt, Outcome outcome) {
    return new Message.TasksDone(
        OTHER, List.of(new Message.Done(own(2), attempt, List.of(outcome), List.of(), 0, 1_000)));
  }

  @Test
  void aTaskWithoutRetriesIsNotRunAgainForItsNeighbours() {
    owner.submit(own(2), 0);
    owner.grant(1);

    owner.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.WORKER_DIED);
  }

  @Test
  void leasesOnADeadWorkerAreNotUsedAndAskedForAgain() {
    owner.submit(own(2), 0);
    owner.receive(new Message.ProcessDied(WORKER, "killed"));

    owner.grant(1);

    assertThat(owner.sent(WORKER, Message.PushTasks.class)).isEmpty();
    assertThat(owner.sent(NODE, Message.RequestLeases.class)).hasSize(2);
  }

  @Test
  void whatADeadNodeWasAskedForIsAskedForAtHomeAgain() {
    owner.submit(own(2), 0);
    owner.receive(new Message.LeasesRedirected(KEY, 3));

    owner.receive(new Message.ProcessDied(3, "killed"));

    assertThat(owner.sent(NODE, Message.RequestLeases.class).getLast())
        .isEqualTo(new Message.RequestLeases(SELF, 1, KEY, 1));
  }

  @Test
  void aTaskWhoseRetriesAreUsedUpFailsWithItsWorker() {
    owner.submit(own(2), 0);
    owner.grant(1);

    owner.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.WORKER_DIED);
    assertThat(((Outcome.Failed) owner.outcome(own(2))).message()).contains("killed", "retries");
  }

  @Test
  void theResultOfAnEarlierAttemptIsNotBelievedAndWhatItHoldsIsGivenBack() {
    // given a task that was tried again
    owner.submit(own(2), 1);
    owner.grant(1);
    owner.done(own(2), 1, failure(true));

    // when the first run reports once more
    owner.done(own(2), 1, value("late", of(OTHER, 2)));

    // then the second decides, and the late result's registration is given back
    assertThat(owner.outcome(own(2))).isNull();
    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.RemoveBorrower(of(OTHER, 2), SELF, WORKER, 1));
    owner.done(own(2), 2, value("right"));
    assertThat(owner.outcome(own(2))).isEqualTo(value("right"));
  }

  // ---- cancellation

  @Test
  void aQueuedTaskThatIsCancelledNeverRuns() {
    Task task = owner.submit(own(2), 3);

    owner.core.cancel(own(2), false, 1);
    owner.grant(1);

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(task.state()).isEqualTo(TaskInfo.State.CANCELLED);
    assertThat(((Outcome.Failed) owner.outcome(own(2))).message())
        .isEqualTo("task f was cancelled");
    assertThat(owner.pushed()).isEmpty();
  }

  @Test
  void aTaskThatWaitsForArgumentsIsCancelledToo() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0, own(2));

    owner.core.cancel(own(4), false, 1);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));

    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.pushed()).hasSize(1);
  }

  @Test
  void aRunningTaskIsInterruptedAndFailsAtOnceWithItsDependants() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0, own(2));
    owner.grant(1);

    owner.core.cancel(own(2), true, 1);

    assertThat(owner.sentTo(WORKER)).contains(new Message.CancelRun(own(2), true));
    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.TASK_CANCELLED);
  }

  @Test
  void aCancelledRunKeepsItsArgumentsAndItsLeaseUntilItHasEnded() {
    owner.put(own(2), value("a"));
    owner.submit(own(4), 0, own(2));
    owner.drop(own(2));
    owner.grant(1);
    owner.core.cancel(own(4), false, 1);
    owner.submit(own(6), 0);
    assertThat(owner.core.knows(own(2))).isTrue();
    assertThat(owner.pushed()).hasSize(1);

    owner.done(own(4), 1, value("too late"));

    assertThat(owner.core.knows(own(2))).isFalse();
    assertThat(owner.pushed()).hasSize(2);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.TASK_CANCELLED);
  }

  @Test
  void cancellingChildrenReachesAllThatATaskSubmittedAndNoOther() {
    ObjectId parent = of(OTHER, 2);
    Task child = submitChild(own(2), parent);
    Task stranger = submitChild(own(4), of(OTHER, 4));

    owner.core.cancelChildren(parent, false, 1);

    assertThat(child.state()).isEqualTo(TaskInfo.State.CANCELLED);
    assertThat(stranger.state()).isEqualTo(TaskInfo.State.QUEUED);
  }

  private Task submitChild(ObjectId id, ObjectId parent) {
    var plain = OwnerFixture.spec(id, 1, 0, null, List.of());
    return owner.submit(
        new ray.core.TaskSpec(id, parent, plain.call(), new Object[0], List.of(), null));
  }

  @Test
  void cancellingAnotherOwnersObjectIsItsOwnersMatter() {
    owner.acquire(of(OTHER, 2));

    owner.core.cancel(of(OTHER, 2), true, 1);

    assertThat(owner.sentTo(OTHER)).containsExactly(new Message.CancelTask(of(OTHER, 2), true));
  }

  @Test
  void cancellingAnAliasCancelsWhatItStandsFor() {
    owner.submit(own(2), 0);
    owner.submit(own(4), 0);
    owner.grant(2);
    owner.done(own(2), 1, new Outcome.Alias(own(4)));

    owner.core.cancel(own(2), false, 1);

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.TASK_CANCELLED);
    assertThat(owner.failureOf(own(4))).isEqualTo(ErrorCode.TASK_CANCELLED);
  }

  // ---- limits of time

  @Test
  void aRunThatIsOverItsLimitFailsAtOnceAndIsAccountedForWhenItEnds() {
    owner.put(own(2), value("a"));
    owner.submit(own(4), 0, own(2));
    owner.drop(own(2));
    owner.grant(1);
    var timedOut = Outcome.Failed.of(ErrorCode.TASK_TIMED_OUT, "too long");

    owner.receive(
        new Message.TasksDone(
            WORKER, List.of(new Message.Done(own(4), 1, List.of(timedOut), List.of(), 0, -1))));
    assertThat(owner.outcome(own(4))).isSameAs(timedOut);
    assertThat(owner.core.knows(own(2))).isTrue();

    owner.done(own(4), 1, List.of(of(OTHER, 2)), value("too late"));
    assertThat(owner.core.knows(own(2))).isFalse();
    assertThat(owner.sentTo(OTHER))
        .containsExactly(new Message.AddBorrower(of(OTHER, 2), WORKER, SELF, false));
  }

  // ---- failures that nobody sees

  @Test
  void aFailureThatNoHandleIsLeftToSeeIsReportedOnce() {
    owner.submit(own(2), 0);
    owner.drop(own(2));
    owner.grant(1);

    owner.done(own(2), 1, failure(false));

    assertThat(owner.unseen).hasSize(1);
    assertThat(owner.core.ownedCount()).isZero();
  }

  @Test
  void aRefusalSaysWhy() {
    owner.submit(own(2), 0);

    owner.receive(new Message.LeasesRefused(KEY, "no node has so much"));

    assertThat(owner.failureOf(own(2))).isEqualTo(ErrorCode.OUT_OF_RESOURCES);
    assertThat(((Outcome.Failed) owner.outcome(own(2))).message()).isEqualTo("no node has so much");
  }

  // ---- the end

  @Test
  void closingCancelsAllAndAcceptsNoMore() {
    owner.put(own(2), value("a"));
    owner.submit(own(4), 0, own(2));
    owner.grant(1);
    owner.submit(own(6), 0, own(2));
    owner.createActor(own(-2), 0, own(2));

    owner.core.close(1);
    owner.submit(own(8), 0, own(2));
    owner.createActor(own(-4), 0, own(2));
    owner.call(own(-2), own(10), 0, own(2));

    for (long number : new long[] {4, 6, 8, 10, -2, -4}) {
      assertThat(owner.failureOf(own(number))).isEqualTo(ErrorCode.TASK_CANCELLED);
    }
    assertThat(owner.sent(OwnerFixture.CONTROL, Message.CancelRun.class)).isEmpty();
  }

  // ---- promises

  @Test
  void aPromiseIsKeptByItsProgram() {
    owner.core.promise(own(2), cell(own(2)), null);
    owner.submit(own(4), 0, own(2));
    owner.grant(1);

    owner.core.fulfil(own(2), value("a"));
    owner.core.flush(1);

    assertThat(owner.outcome(own(2))).isEqualTo(value("a"));
    assertThat(owner.pushed()).hasSize(1);
    owner.done(own(4), 1, value("b"));
    owner.drop(own(2));
    owner.drop(own(4));
    assertThat(owner.core.ownedCount()).isZero();
  }

  // ---- generators

  @Test
  void aGeneratorsItemsArriveOneByOneAndAreCountedLikeOthers() {
    Task generator = new Task(OwnerFixture.spec(own(2), -1, 0, null, List.of()), "stream");
    owner.core.submit(generator, new Object[0], null, 1);
    owner.grant(1);

    owner.receive(new Message.ItemMade(WORKER, own(2), 1, 0, value("first", of(WORKER, 2))));
    owner.receive(new Message.ItemMade(WORKER, own(2), 1, 1, value("second")));
    assertThat(owner.items).hasSize(2);
    assertThat(owner.streamEnded).isFalse();
    owner.done(own(2), 1);
    assertThat(owner.streamEnded).isTrue();

    owner.items.forEach(owner::drop);
    owner.receive(new Message.Resolved(of(WORKER, 2), value("inner"), true));
    assertThat(owner.core.ownedCount()).isZero();
    assertThat(owner.core.borrowedCount()).isZero();
  }

  @Test
  void aGeneratorThatRunsAgainIsToldHowManyItemsWereTaken() {
    Task generator = new Task(OwnerFixture.spec(own(2), -1, 1, null, List.of()), "stream");
    owner.core.submit(generator, new Object[0], null, 1);
    owner.grant(1);
    owner.receive(new Message.ItemMade(WORKER, own(2), 1, 0, value("first")));
    owner.core.itemsTaken(generator, 1);
    owner.receive(new Message.ProcessDied(WORKER, "killed"));
    owner.receive(new Message.LeasesGranted(NODE, KEY.isolated(), OTHER, 1));

    owner.receive(new Message.ItemMade(OTHER, own(2), 2, 0, value("first")));

    assertThat(owner.items).hasSize(1);
    assertThat(owner.sent(OTHER, Message.ItemsTaken.class))
        .containsExactly(new Message.ItemsTaken(own(2), 1));
  }

  @Test
  void aGeneratorThatFailsEndsItsStreamWithTheFailure() {
    Task generator = new Task(OwnerFixture.spec(own(2), -1, 0, null, List.of()), "stream");
    owner.core.submit(generator, new Object[0], null, 1);
    owner.grant(1);

    owner.done(own(2), 1, failure(false));

    assertThat(owner.items).hasSize(1);
    assertThat(owner.streamEnded).isTrue();
    assertThat(generator.state()).isEqualTo(TaskInfo.State.FAILED);
  }

  // ---- leases

  @Test
  void demandIsForAsManyLeasesAsTasksWaitAndIsWithdrawnWhenNoneDo() {
    owner.submit(own(2), 0);
    assertThat(owner.sent(NODE, Message.RequestLeases.class).getLast().count()).isEqualTo(1);

    owner.core.cancel(own(2), false, 1);
    owner.core.tick(2);

    assertThat(owner.sent(NODE, Message.RequestLeases.class).getLast().count()).isZero();
  }

  @Test
  void anIdleLeaseIsKeptForAWhileAndThenGivenBack() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));
    assertThat(owner.core.tick(2)).isTrue();
    assertThat(owner.sent(WORKER, Message.ShrinkLeases.class)).isEmpty();

    owner.core.tick(2 + LeaseQueue.IDLE_NS);
    assertThat(owner.sent(WORKER, Message.ShrinkLeases.class))
        .containsExactly(new Message.ShrinkLeases(SELF, KEY, 1));

    owner.receive(new Message.LeasesReturned(WORKER, KEY, 1, 1));
    assertThat(owner.core.tick(3 + LeaseQueue.IDLE_NS)).isFalse();
  }

  @Test
  void anIdleLeaseIsGivenBackAtOnceWhenOthersWait() {
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.done(own(2), 1, value("a"));

    owner.receive(new Message.ReclaimLeases(NODE, 0));

    assertThat(owner.sent(WORKER, Message.ShrinkLeases.class)).hasSize(1);
  }

  @Test
  void aLeaseThatTheWorkerStillUsesIsNotAskedForOverAndOver() {
    // given a lease whose run was given up but goes on, and a node that wants leases back
    owner.submit(own(2), 0);
    owner.grant(1);
    owner.receive(
        new Message.TasksDone(
            WORKER,
            List.of(
                new Message.Done(
                    own(2),
                    1,
                    List.of(Outcome.Failed.of(ErrorCode.TASK_TIMED_OUT, "too long")),
                    List.of(),
                    0,
                    -1))));

    owner.receive(new Message.ReclaimLeases(NODE, 0));

    assertThat(owner.sent(WORKER, Message.ShrinkLeases.class)).isEmpty();
  }

  @Test
  void tasksAreHandedToAnotherNodeWhenTheFirstSaysSo() {
    owner.submit(own(2), 0);

    owner.receive(new Message.LeasesRedirected(KEY, 3));

    assertThat(owner.sentTo(NODE)).contains(new Message.RequestLeases(SELF, 1, KEY, 0));
    assertThat(owner.sentTo(3))
        .containsExactly(new Message.RequestLeases(SELF, 1, KEY, 1, true, 0));
  }

  @Test
  void longTasksAreHandedOverOneALeaseAndShortOnesAheadOfNeed() {
    for (int i = 1; i <= 200; i++) {
      owner.submit(own(2L * i), 0);
    }
    owner.grant(1);
    assertThat(owner.pushed()).hasSize(1);

    owner.receive(
        new Message.TasksDone(
            WORKER,
            List.of(new Message.Done(own(2), 1, List.of(value("a")), List.of(), 0, 10_000))));

    assertThat(owner.pushed()).hasSizeGreaterThan(50);
  }
}
