package ray.core.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.VisibleGpus;

/** Workers that are to end, so that others take over; and tasks that are for one worker alone. */
class ExchangeOfWorkersTest implements NodeEffects {
  private static final long SELF = 2;
  private static final long WORKER = 0xb;
  private static final long NEXT_WORKER = 0xe;
  private static final long OWNER = 0xa;
  private static final long OTHER = 0xc;
  private static final long JOB = 7;
  private static final long OTHER_JOB = 8;
  private static final FunctionKey KEY =
      new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.standard());

  private record Sent(long to, Message message) {}

  private final List<Sent> sent = new ArrayList<>();
  private final List<Long> started = new ArrayList<>();
  private final NodeCore core =
      new NodeCore(SELF, Resources.NONE.with(Resources.CPU, 2), Map.of(), this);

  private static FunctionKey only(long worker) {
    return new FunctionKey(
        "only", Resources.NONE, SchedulingStrategy.worker(Long.toHexString(worker)));
  }

  private void request(long owner, FunctionKey key, int count) {
    core.receive(new Message.RequestLeases(owner, JOB, key, count));
  }

  private <M extends Message> List<M> sent(long to, Class<M> type) {
    return sent.stream()
        .filter(each -> each.to() == to && type.isInstance(each.message()))
        .map(each -> type.cast(each.message()))
        .toList();
  }

  @Test
  void allWorkersOfAJobRetireAndWhoHasLeasesThereIsTold() {
    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    core.workerStarted(OTHER_JOB, RuntimeEnv.SHARED, 0xf);
    request(OWNER, KEY, 1);
    request(OTHER, KEY, 1);

    List<Long> ending = core.retireAll(JOB);

    assertThat(ending).containsExactly(WORKER);
    assertThat(sent(WORKER, Message.Retire.class)).containsExactly(new Message.Retire(true));
    assertThat(sent(0xf, Message.Retire.class)).isEmpty();
    assertThat(sent(OWNER, Message.WorkerRetires.class))
        .containsExactly(new Message.WorkerRetires(WORKER));
    assertThat(sent(OTHER, Message.WorkerRetires.class)).hasSize(1);
  }

  @Test
  void whatWaitsForACpuOfOneThatRetiresGetsAnother() {
    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    request(OWNER, KEY, 3);
    core.retireAll(JOB);
    Message.AttachLease first = sent(WORKER, Message.AttachLease.class).getFirst();

    core.receive(new Message.ReturnLease(first.lease()));

    assertThat(sent(WORKER, Message.AttachLease.class)).hasSize(2);
    assertThat(started).containsExactly(JOB);
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);
  }

  @Test
  void oneThatRetiredBeforeIsToldToLetGo() {
    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    core.retireIdle(0, 10);
    core.retireIdle(10, 10);
    assertThat(sent(WORKER, Message.Retire.class)).containsExactly(new Message.Retire(false));

    assertThat(core.retireAll(JOB)).containsExactly(WORKER);

    assertThat(sent(WORKER, Message.Retire.class)).last().isEqualTo(new Message.Retire(true));
    core.receive(new Message.ProcessDied(WORKER, "it had nothing to do"));
    assertThat(core.retireAll(JOB)).isEmpty();
  }

  @Test
  void aWorkerThatHasRunEnoughRetires() {
    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    request(OWNER, KEY, 1);

    core.receive(new Message.WorkerSpent(WORKER));
    core.receive(new Message.WorkerSpent(WORKER));

    assertThat(sent(WORKER, Message.Retire.class)).containsExactly(new Message.Retire(false));
    assertThat(sent(OWNER, Message.WorkerRetires.class)).hasSize(1);
    request(OTHER, KEY, 1);
    assertThat(started).containsExactly(JOB);
  }

  @Test
  void aTaskForOneWorkerHasItsLeaseThereAlone() {
    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    core.workerStarted(JOB, RuntimeEnv.SHARED, NEXT_WORKER);

    request(OWNER, only(NEXT_WORKER), 1);

    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).hasSize(1);
    assertThat(sent(OWNER, Message.LeasesGranted.class))
        .containsExactly(new Message.LeasesGranted(SELF, only(NEXT_WORKER), NEXT_WORKER, 1));
    assertThat(core.sharedWorkers(JOB)).containsExactly(WORKER, NEXT_WORKER);
  }

  @Test
  void aTaskForAWorkerThatIsGoneIsRefused() {
    request(OWNER, only(WORKER), 1);

    assertThat(sent(OWNER, Message.LeasesRefused.class))
        .containsExactly(new Message.LeasesRefused(only(WORKER), "worker b is gone"));
    assertThat(started).isEmpty();
  }

  @Test
  void aTaskThatWaitsForAWorkerThatDiesIsRefused() {
    RuntimeEnv alone = RuntimeEnv.SHARED.alone();
    FunctionKey isolated =
        new FunctionKey("g", Resources.NONE, SchedulingStrategy.standard(), alone);
    request(OWNER, isolated, 1);
    core.workerStarted(JOB, alone, WORKER);
    request(OTHER, only(WORKER), 1);
    assertThat(sent(OTHER, Message.LeasesGranted.class)).isEmpty();

    core.receive(new Message.ProcessDied(WORKER, "killed"));

    assertThat(sent(OTHER, Message.LeasesRefused.class)).hasSize(1);
  }

  /** It would be told of no GPUs there, and share the process with others. */
  @Test
  void whatAsksForAProcessWithGpusIsRefusedForAWorkerThatIsNone() {
    NodeCore withGpus = new NodeCore(SELF, Resources.NONE.with(Resources.GPU, 2), Map.of(), this);
    RuntimeEnv alone = RuntimeEnv.SHARED.alone();
    SchedulingStrategy there = SchedulingStrategy.worker(Long.toHexString(WORKER));
    FunctionKey oneGpu =
        new FunctionKey("train", Resources.NONE.with(Resources.GPU, 1), there, alone);
    FunctionKey twoGpus =
        new FunctionKey("train", Resources.NONE.with(Resources.GPU, 2), there, alone);

    // when the worker is one that tasks share
    withGpus.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    withGpus.receive(new Message.RequestLeases(OWNER, JOB, oneGpu, 1));

    // then
    assertThat(sent(OWNER, Message.LeasesRefused.class))
        .containsExactly(
            new Message.LeasesRefused(
                oneGpu,
                "worker b is no process of its own with the GPUs that train asks for: name one"
                    + " that is, or let the node choose"));

    // when it is a process of its own that sees another number of GPUs
    withGpus.receive(new Message.ProcessDied(WORKER, "killed"));
    withGpus.workerStarted(JOB, VisibleGpus.in(alone, 0b10), WORKER);
    withGpus.receive(new Message.RequestLeases(OTHER, JOB, twoGpus, 1));

    // then
    assertThat(sent(OTHER, Message.LeasesRefused.class)).hasSize(1);
    assertThat(sent(WORKER, Message.AttachLease.class)).isEmpty();

    // when it sees as many
    withGpus.receive(new Message.RequestLeases(OWNER, JOB, oneGpu, 1));

    // then the task has those, and no others
    assertThat(sent(WORKER, Message.AttachLease.class))
        .containsExactly(new Message.AttachLease(1, OWNER, oneGpu, 0b10));
  }

  @Test
  void aTaskForOneWorkerWaitsForTheGpusThatItSees() {
    NodeCore withGpus = new NodeCore(SELF, Resources.NONE.with(Resources.GPU, 2), Map.of(), this);
    RuntimeEnv alone = RuntimeEnv.SHARED.alone();
    withGpus.workerStarted(JOB, VisibleGpus.in(alone, 0b1), WORKER);
    withGpus.workerStarted(JOB, VisibleGpus.in(alone, 0b1), NEXT_WORKER);
    Resources half = Resources.NONE.with(Resources.GPU, 0.5);
    FunctionKey anywhere = new FunctionKey("half", half, SchedulingStrategy.standard(), alone);
    SchedulingStrategy there = SchedulingStrategy.worker(Long.toHexString(NEXT_WORKER));
    FunctionKey whole =
        new FunctionKey("train", Resources.NONE.with(Resources.GPU, 1), there, alone);
    withGpus.receive(new Message.RequestLeases(OWNER, JOB, anywhere, 1));
    Message.AttachLease other = sent(WORKER, Message.AttachLease.class).getFirst();

    // when a GPU is free, but not the one that the worker sees
    withGpus.receive(new Message.RequestLeases(OTHER, JOB, whole, 1));

    // then the task waits for that
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class)).isEmpty();
    withGpus.receive(new Message.ReturnLease(other.lease()));
    assertThat(sent(NEXT_WORKER, Message.AttachLease.class))
        .containsExactly(new Message.AttachLease(other.lease() + 1, OTHER, whole, 0b1));
  }

  @Test
  void whatNoNodeHasIsRefusedForOneWorkerToo() {
    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    FunctionKey greedy =
        new FunctionKey(
            "greedy",
            Resources.NONE.with(Resources.CPU, 3),
            SchedulingStrategy.worker(Long.toHexString(WORKER)));

    request(OWNER, greedy, 1);

    assertThat(sent(OWNER, Message.LeasesRefused.class))
        .singleElement()
        .satisfies(refused ->
            assertThat(refused.reason()).contains("on worker b", "no node can ever provide"));
  }

  @Test
  void aWorkerIsStartedAheadOfNeedOnce() {
    core.ensureWorker(JOB);
    core.ensureWorker(JOB);
    assertThat(started).containsExactly(JOB);

    core.workerStarted(JOB, RuntimeEnv.SHARED, WORKER);
    core.ensureWorker(JOB);

    assertThat(started).containsExactly(JOB);
  }

  // ---- effects

  @Override
  public void send(long process, Message message) {
    sent.add(new Sent(process, message));
  }

  @Override
  public void startWorker(long job, RuntimeEnv runtimeEnv) {
    started.add(job);
  }

  @Override
  public void endWorker(long worker, String reason) {}

  @Override
  public long control() {
    return 1;
  }
}
