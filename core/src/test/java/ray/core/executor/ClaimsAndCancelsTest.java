package ray.core.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import ray.ActorId;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.ActorSpec;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;

/** Runs that a waiting thread takes, that are given back, cancelled, or over their time. */
class ClaimsAndCancelsTest implements ExecutorEffects {
  private static final long OWNER = 0xa;
  private static final long FORCE_AFTER_NS = ForcedEnds.FORCE_AFTER.toNanos();
  private static final FunctionKey KEY =
      new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());
  private static final ActorId ACTOR = new ActorId(new ObjectId(OWNER, -2));
  private static final Outcome VALUE = new Outcome.Inline("a", 8, List.of());

  private final List<Message> toOwner = new ArrayList<>();
  private final List<Message> toNode = new ArrayList<>();
  private final List<Execution> interrupted = new ArrayList<>();
  private final List<Integer> taken = new ArrayList<>();
  private int ticksWanted;
  private final ExecutorCore core = new ExecutorCore(0xb, this);

  private static TaskSpec spec(long number, @Nullable ActorId actor, long timeoutNs) {
    return new TaskSpec(
        id(number),
        null,
        new CallSpec(
            7, KEY, "f" + number, "f", 1, new TaskPolicy(0, "", timeoutNs, 0, "", Map.of())),
        new Object[0],
        List.of(),
        actor);
  }

  private static ObjectId id(long number) {
    return new ObjectId(OWNER, number);
  }

  private static Message.Push push(long number, @Nullable ActorId actor, long timeoutNs) {
    return new Message.Push(spec(number, actor, timeoutNs), 1, null);
  }

  private void withTasks(long... numbers) {
    List<Message.Push> tasks = new ArrayList<>();
    for (long number : numbers) {
      tasks.add(push(number, null, 0));
    }
    core.receive(new Message.PushTasks(OWNER, tasks), 1);
    core.receive(new Message.AttachLease(1, OWNER, KEY, 0), 1);
  }

  private void withActor(int concurrency) {
    ActorOptions options =
        new ActorOptions(
            "",
            "test",
            false,
            ActorOptions.Lifetime.COUNTED,
            Resources.NONE,
            concurrency,
            Map.of(),
            0,
            0,
            -1,
            SchedulingStrategy.standard(),
            Map.of(),
            RuntimeEnv.SHARED);
    ActorSpec actor = new ActorSpec(ACTOR, "Counter", "test", options, spec(-2, ACTOR, 0));
    core.receive(new Message.CreateActor(actor, null, 0, OWNER, 9, 0), 1);
    finish(take(), 1_000);
  }

  /** An actor of whose calls it is known that they are short. */
  private void withQuickActor() {
    withActor(1);
    for (long number = 1000; number < 1200; number += 2) {
      calls(number);
      finish(take(), 1);
    }
    toOwner.clear();
  }

  private void calls(long... numbers) {
    List<Message.Push> calls = new ArrayList<>();
    for (long number : numbers) {
      calls.add(push(number, ACTOR, 0));
    }
    core.receive(new Message.PushCalls(OWNER, ACTOR, 0, calls), 1);
  }

  private Lane take() {
    return Objects.requireNonNull(core.take(1), "nothing may start");
  }

  private void finish(Lane lane, long durationNs) {
    for (Execution run : lane.runs()) {
      core.finished(
          List.of(new ExecutorCore.Result(run, List.of(VALUE), List.of(), 0, durationNs)), 1);
    }
    core.closed(lane, 1);
  }

  private List<Message.Done> done() {
    return toOwner.stream()
        .filter(Message.TasksDone.class::isInstance)
        .flatMap(message -> ((Message.TasksDone) message).results().stream())
        .toList();
  }

  private static List<Long> numbers(Lane lane) {
    return lane.runs().stream().map(run -> run.spec().id().number()).toList();
  }

  // ---- claims

  @Test
  void aTaskClaimedFromTheMiddleAndGivenBackIsTakenOnce() {
    // given tasks that are known to be short, so that a thread takes many
    for (long number = 1000; number < 1200; number += 2) {
      withTasks(number);
      finish(take(), 1);
    }
    long[] numbers = LongStream.rangeClosed(1, 40).toArray();
    withTasks(numbers);

    // when one from their middle is claimed, and given back with all that came with it
    Lane claimed = Objects.requireNonNull(core.claim(id(30), 1));
    core.giveBack(claimed, 0, 1);
    core.closed(claimed, 1);

    List<Long> all = new ArrayList<>();
    for (Lane lane; (lane = core.take(1)) != null; ) {
      all.addAll(numbers(lane));
      finish(lane, 1);
    }
    assertThat(all).hasSize(numbers.length).doesNotHaveDuplicates();
  }

  @Test
  void aClaimedCallComesWithThoseBeforeIt() {
    withQuickActor();
    calls(2, 4, 6);

    Lane claimed = Objects.requireNonNull(core.claim(id(4), 1));

    assertThat(numbers(claimed)).containsExactly(2L, 4L);
    assertThat(core.take(1)).isNull();
    finish(claimed, 1_000);
    assertThat(numbers(take())).containsExactly(6L);
  }

  @Test
  void aCallOfAnActorThatRunsSeveralIsClaimedOnlyIfItIsNext() {
    withActor(2);
    calls(2, 4);

    assertThat(core.claim(id(4), 1)).isNull();
    assertThat(numbers(Objects.requireNonNull(core.claim(id(2), 1)))).containsExactly(2L);
    assertThat(numbers(Objects.requireNonNull(core.claim(id(4), 1)))).containsExactly(4L);
  }

  @Test
  void aClaimedTaskRunsOnceWhereverItStoodInLine() {
    withTasks(2, 4, 6);

    Lane claimed = Objects.requireNonNull(core.claim(id(4), 1));
    assertThat(numbers(claimed)).containsExactly(4L);
    finish(claimed, 50_000_000);

    Lane first = take();
    finish(first, 50_000_000);
    Lane second = take();
    finish(second, 50_000_000);
    assertThat(List.of(numbers(first), numbers(second))).containsExactly(List.of(2L), List.of(6L));
    assertThat(core.take(1)).isNull();
    assertThat(done()).hasSize(3);
  }

  // ---- cancels

  @Test
  void aCancelledTaskThatWaitsIsReportedAndNeverStarts() {
    withTasks(2, 4);

    core.receive(new Message.CancelRun(id(2), false), 1);

    assertThat(numbers(take())).containsExactly(4L);
    assertThat(done()).singleElement().extracting(Message.Done::task).isEqualTo(id(2));
    assertThat(core.claim(id(2), 1)).isNull();
  }

  @Test
  void theProcessOfATaskThatIgnoresACancelByForceIsToBeEnded() {
    withTasks(2, 4);
    Lane lane = take();
    lane.runs().getFirst().runner("a thread");

    core.receive(new Message.CancelRun(id(2), false, true), 1);

    assertThat(interrupted).containsExactly(lane.runs().getFirst());
    assertThat(ticksWanted).isEqualTo(1);
    assertThat(core.tick(FORCE_AFTER_NS)).isTrue();
    assertThat(endings()).isEmpty();
    assertThat(core.tick(1 + FORCE_AFTER_NS)).isFalse();
    assertThat(endings())
        .singleElement()
        .satisfies(end -> assertThat(end.reason()).contains("was cancelled by force", "500 ms"));
  }

  @Test
  void noProcessIsEndedForATaskThatEndsInTimeOrHasNotBegunOrIsCancelledWithoutForce() {
    withTasks(2, 4, 6);
    core.receive(new Message.AttachLease(2, OWNER, KEY, 0), 1);
    core.receive(new Message.AttachLease(3, OWNER, KEY, 0), 1);
    Lane heeds = take();
    heeds.runs().getFirst().runner("a thread");
    Lane neverBegins = take();
    Lane plain = take();
    plain.runs().getFirst().runner("a thread");
    core.receive(new Message.CancelRun(id(2), false, true), 1);
    core.receive(new Message.CancelRun(id(4), false, true), 1);
    core.receive(new Message.CancelRun(id(6), false), 1);

    core.finished(
        List.of(
            new ExecutorCore.Result(
                heeds.runs().getFirst(), List.of(cancelled()), List.of(), 0, 1)),
        1);

    assertThat(neverBegins.runs()).hasSize(1);
    assertThat(core.tick(1 + FORCE_AFTER_NS)).isFalse();
    assertThat(endings()).isEmpty();
  }

  private List<Message.EndWorker> endings() {
    return toNode.stream()
        .filter(Message.EndWorker.class::isInstance)
        .map(Message.EndWorker.class::cast)
        .toList();
  }

  private static Outcome.Failed cancelled() {
    return Outcome.Failed.of(ErrorCode.TASK_CANCELLED, "interrupted");
  }

  @Test
  void aTaskCancelledInALaneThatIsHeldUpEndsWhenItIsGivenBack() {
    withQuickActor();
    calls(2, 4);
    Lane lane = take();
    assertThat(numbers(lane)).containsExactly(2L, 4L);
    core.receive(new Message.CancelRun(id(4), false), 1);
    assertThat(interrupted).extracting(run -> run.spec().id()).containsExactly(id(4));

    core.blocked(lane.runs().getFirst(), lane, 1, 1);
    core.finished(List.of(), 1);

    assertThat(done())
        .singleElement()
        .satisfies(end -> {
          assertThat(end.task()).isEqualTo(id(4));
          assertThat(((Outcome.Failed) end.outcomes().getFirst()).code())
              .isEqualTo(ErrorCode.TASK_CANCELLED);
        });
  }

  @Test
  void whatRunsForAnOwnerThatDiesIsCancelledAndNotReported() {
    withTasks(2);
    Lane lane = take();

    core.receive(new Message.ProcessDied(OWNER, "killed"), 1);

    assertThat(lane.runs().getFirst().isCancelled()).isTrue();
    assertThat(interrupted).containsExactlyElementsOf(lane.runs());
    finish(lane, 1_000);
    assertThat(done()).isEmpty();
  }

  @Test
  void anActorThatIsStoppedRefusesNoCallsOfACallerThatIsDead() {
    withActor(1);
    calls(2, 4);
    core.receive(new Message.ProcessDied(OWNER, "killed"), 1);
    toOwner.clear();

    core.receive(new Message.StopActor(ACTOR, 0, "its owner died", false), 1);

    assertThat(toOwner).isEmpty();
    assertThat(core.take(1)).isNull();
    assertThat(core.actorCount()).isZero();
  }

  // ---- time and items

  @Test
  void aRunThatEndsInTimeIsNotReportedAgainWhenItsTimeIsOver() {
    core.receive(new Message.PushTasks(OWNER, List.of(push(2, null, 1_000))), 1);
    core.receive(new Message.AttachLease(1, OWNER, KEY, 0), 1);
    Lane lane = take();
    core.startTimer(lane.runs().getFirst(), 1);

    finish(lane, 500);

    assertThat(core.tick(10_000)).isFalse();
    assertThat(done()).hasSize(1);
  }

  @Test
  void aRunThatIsOverItsTimeIsCancelled() {
    core.receive(new Message.PushTasks(OWNER, List.of(push(2, null, 1_000))), 1);
    core.receive(new Message.AttachLease(1, OWNER, KEY, 0), 1);
    Execution run = take().runs().getFirst();
    core.startTimer(run, 1);
    assertThat(ticksWanted).isEqualTo(1);

    core.tick(10_000);

    assertThat(run.isCancelled()).isTrue();
    assertThat(interrupted).containsExactly(run);
  }

  @Test
  void howManyItemsWereTakenIsToldToTheRunThatMakesThem() {
    withTasks(2);
    take();

    core.receive(new Message.ItemsTaken(id(2), 3), 1);
    core.receive(new Message.ItemsTaken(id(4), 5), 1);

    assertThat(taken).containsExactly(3);
  }

  @Test
  void whatIsOnThreadsIsListedAndWhatWaitsIsNot() {
    withTasks(2, 4);
    Lane lane = take();
    List<Execution> underWay = new ArrayList<>();

    core.forEachUnderWay(underWay::add);

    assertThat(underWay).containsExactlyElementsOf(lane.runs());
    assertThat(core.blockedCount()).isZero();
    core.blocked(lane.runs().getFirst(), lane, 1, 1);
    assertThat(core.blockedCount()).isEqualTo(1);
  }

  // ---- effects

  @Override
  public void send(long process, Message message) {
    (process == OWNER ? toOwner : toNode).add(message);
  }

  @Override
  public void runnable() {}

  @Override
  public void interrupt(Execution execution) {
    interrupted.add(execution);
  }

  @Override
  public void resume(Execution execution) {}

  @Override
  public void itemsTaken(Execution execution, int count) {
    taken.add(count);
  }

  @Override
  public void cancelChildren(ObjectId task, boolean force) {}

  @Override
  public void tickSoon() {
    ticksWanted++;
  }

  @Override
  public void actorGone(ActorSlot actor) {}

  @Override
  public long node() {
    return 2;
  }
}
