package ray.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import ray.ActorOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.SchedulingStrategy;
import ray.core.World.Program;
import ray.core.control.ControlCore;
import ray.core.control.ControlEffects;
import ray.core.executor.Execution;
import ray.core.executor.Lane;
import ray.core.node.NodeCore;
import ray.core.node.NodeEffects;

/**
 * A whole cluster of cores in one thread and in virtual time: drivers, workers, nodes and the
 * control service, with messages in order within a pair of processes and in any order across pairs.
 * One seed decides everything, so that a failing seed replays.
 */
final class TestCluster {
  static final long CONTROL = 1;
  private static final long FIRST_NODE = 2;
  private static final long FIRST_DRIVER = 0x10;
  private static final long FIRST_WORKER = 0x100;
  private static final int MAX_EVENTS = 400_000;

  /** How often time may pass before nothing happening means that nothing ever will. */
  private static final int MAX_IDLE_ROUNDS = 60;

  private static final int CHECK_EVERY = 16;

  /**
   * What a run is like.
   *
   * @param drivers how many programs
   * @param nodes how many machines
   * @param cpus of each
   * @param cancels whether tasks are cancelled at random
   * @param timeouts whether runs have a time limit
   */
  record Setting(int drivers, int nodes, int cpus, boolean cancels, boolean timeouts) {}

  private final Setting setting;
  private final Random random;
  private final TestNetwork network;
  private final TestStore store = new TestStore();
  private final ControlCore control;
  private final Map<Long, NodeCore> nodes = new LinkedHashMap<>();
  private final Map<Long, TestProcess> processes = new LinkedHashMap<>();
  private final List<TestThread> threads = new ArrayList<>();
  private final List<TestThread> drivers = new ArrayList<>();
  private final List<Long> expected = new ArrayList<>();
  private final ArrayDeque<Runnable> later = new ArrayDeque<>();
  private final List<FunctionKey> classes = new ArrayList<>();
  private long nextWorker = FIRST_WORKER;
  private long nowNs = 1;
  private int events;
  private final boolean trace;

  TestCluster(long seed, Setting setting, boolean trace) {
    this.setting = setting;
    this.trace = trace;
    this.random = new Random(seed);
    this.network = new TestNetwork(new Random(seed + 1));
    this.control = new ControlCore((ControlEffects) (to, message) -> send(CONTROL, to, message));
    for (int i = 0; i < setting.nodes(); i++) {
      addNode(FIRST_NODE + i);
    }
    addClasses();
    while (deliver()) {
      // Nodes know each other before programs start.
    }
    for (int i = 0; i < setting.drivers(); i++) {
      Program program =
          new Program(random.nextLong(), 3, 14, 1, false, 0, 0, false, Program.Kind.TASK, 0, 0);
      expected.add(SerialWorld.evaluate(program));
      TestProcess driver =
          new TestProcess(
              FIRST_DRIVER + i, FIRST_NODE + i % setting.nodes(), FIRST_DRIVER + i, this);
      processes.put(driver.id, driver);
      TestThread thread = new TestThread(driver, program);
      threads.add(thread);
      drivers.add(thread);
    }
  }

  private void addNode(long id) {
    Resources total =
        Resources.NONE.with(Resources.CPU, setting.cpus()).with("slots", 1000).with("n" + id, 1);
    NodeCore node =
        new NodeCore(
            id,
            total,
            Map.of(),
            new NodeEffects() {
              @Override
              public void send(long process, Message message) {
                TestCluster.this.send(id, process, message);
              }

              @Override
              public void startWorker(long job) {
                later.add(() -> addWorker(id, job));
              }

              @Override
              public long control() {
                return CONTROL;
              }
            });
    nodes.put(id, node);
    node.start();
  }

  private void addWorker(long node, long job) {
    TestProcess worker = new TestProcess(nextWorker++, node, job, this);
    processes.put(worker.id, worker);
    node(node).workerStarted(job, worker.id);
  }

  private NodeCore node(long id) {
    return Objects.requireNonNull(nodes.get(id));
  }

  private void addClasses() {
    classes.add(new FunctionKey("a", Resources.ONE_CPU, SchedulingStrategy.standard()));
    classes.add(new FunctionKey("b", Resources.ONE_CPU, SchedulingStrategy.spread()));
    classes.add(new FunctionKey("c", Resources.NONE, SchedulingStrategy.standard()));
    classes.add(
        new FunctionKey(
            "d",
            Resources.NONE.with(Resources.CPU, setting.cpus()),
            SchedulingStrategy.standard()));
    for (long id : nodes.keySet()) {
      classes.add(
          new FunctionKey("e", Resources.NONE.with("n" + id, 0.5), SchedulingStrategy.standard()));
      classes.add(
          new FunctionKey("f", Resources.ONE_CPU, SchedulingStrategy.node(Long.toHexString(id))));
    }
  }

  // ---- what processes ask

  long now() {
    return nowNs;
  }

  Random random() {
    return random;
  }

  TestStore store() {
    return store;
  }

  FunctionKey schedulingClass(Program program) {
    return classes.get(Math.floorMod(program.seed() ^ program.seed() >> 32, classes.size()));
  }

  ActorOptions actorOptions(Program program) {
    return TestThread.options(Resources.NONE.with("slots", 1), 0, 0);
  }

  long timeoutNs() {
    return setting.timeouts() && random.nextInt(4) == 0 ? 1 + random.nextInt(2_000_000) : 0;
  }

  void send(long from, long to, Message message) {
    network.send(from, to, message);
  }

  /** Something of a process that takes its time. */
  void later(TestProcess process, Runnable what) {
    later.add(() -> {
      what.run();
      process.settle();
    });
  }

  boolean isFault(ErrorCode code) {
    return setting.cancels() && code == ErrorCode.TASK_CANCELLED
        || setting.timeouts() && code == ErrorCode.TASK_TIMED_OUT;
  }

  void checkFailure(Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed
        && failed.code() != ErrorCode.TASK_FAILED
        && failed.code() != ErrorCode.ACTOR_DIED
        && !isFault(failed.code())) {
      throw new AssertionError("nothing explains the failure: " + failed);
    }
  }

  void started(Execution run) {
    trace("start", run);
  }

  void ended(Execution run) {
    trace("end", run);
  }

  void checkBlocked(TestProcess process) {
    assert process.executor.blockedCount() > 0 || process.executor.actorCount() > 0;
  }

  /** A thread waits: runs what it waits for, if that may start. */
  void claim(ObjectId task) {
    for (TestProcess process : List.copyOf(processes.values())) {
      Lane lane = process.executor.claim(task, nowNs);
      process.settle();
      if (lane != null) {
        threads.add(new TestThread(process, lane));
        return;
      }
    }
  }

  // ---- events

  /** Runs until all programs have ended, and their results equal those of the serial run. */
  void run() {
    int idle = 0;
    while (drivers.stream().anyMatch(d -> d.state != TestThread.State.ENDED)) {
      if (step()) {
        idle = 0;
      } else {
        tick(10_000_000);
        if (++idle > MAX_IDLE_ROUNDS) {
          throw new AssertionError("nothing happens any more\n" + describe());
        }
      }
    }
    for (int i = 0; i < drivers.size(); i++) {
      TestThread driver = drivers.get(i);
      if (driver.disturbance() == null && driver.result() != expected.get(i)) {
        throw new AssertionError("another result than that of the serial run: " + driver);
      }
    }
  }

  /** Lets go of everything, and checks that nothing is left. */
  void end() {
    checkHandles();
    drivers.forEach(TestThread::dropAll);
    int idle = 0;
    while (idle < MAX_IDLE_ROUNDS) {
      processes.values().forEach(TestProcess::dropStatics);
      if (step()) {
        idle = 0;
      } else {
        tick(10_000_000);
        idle++;
      }
    }
    StringBuilder left = new StringBuilder();
    for (TestProcess process : processes.values()) {
      if (process.owner.ownedCount() != 0 || process.owner.borrowedCount() != 0) {
        left.append(process).append(" owns ").append(process.owner.ownedCount());
        left.append(" and borrows ").append(process.owner.borrowedCount()).append("\n");
      }
      process.executor.forEachRun(run -> left.append(run).append(" is left\n"));
      if (process.executor.actorCount() != 0) {
        left.append(process).append(" has actors\n");
      }
    }
    nodes.forEach((id, node) -> {
      if (node.leaseCount() != 0
          || node.suspendedCount() != 0
          || !node.available().equals(node.view().total())) {
        left.append("node ").append(id).append(" has ").append(node.leaseCount());
        left.append(" leases, of which ").append(node.suspendedCount());
        left.append(" suspended, and ").append(node.available()).append(" free\n");
      }
    });
    if (!store.pins().isEmpty()) {
      left.append("pins ").append(store.pins()).append("\n");
    }
    if (!threads.isEmpty()) {
      left.append("threads are left\n");
    }
    if (!left.isEmpty()) {
      throw new AssertionError("not all is gone:\n" + left + describe());
    }
  }

  private boolean step() {
    if (++events > MAX_EVENTS) {
      throw new AssertionError("does not come to an end\n" + describe());
    }
    if (events % CHECK_EVERY == 0) {
      checkHandles();
    }
    threads.removeIf(thread -> thread.state == TestThread.State.ENDED);
    int chosen = random.nextInt(16);
    if (chosen == 0 && collect()) {
      return true;
    }
    if (chosen == 1 && setting.cancels() && random.nextInt(8) == 0) {
      cancelSomething();
    }
    if (chosen == 2) {
      tick(random.nextInt(300_000));
    }
    if (chosen == 3 && random.nextInt(4) == 0) {
      processes.values().forEach(TestProcess::dropOneStatic);
    }
    for (int i = 0; i < 4; i++) {
      boolean done =
          switch ((chosen + i) % 4) {
            case 0 -> deliver();
            case 1 -> stepThread();
            case 2 -> takeLane();
            default -> doLater();
          };
      if (done) {
        return true;
      }
    }
    return collect();
  }

  private boolean deliver() {
    if (network.isEmpty()) {
      return false;
    }
    TestNetwork.Delivery next = network.next();
    trace("deliver", next);
    if (next.to() == CONTROL) {
      control.receive(next.message());
    } else if (nodes.containsKey(next.to())) {
      node(next.to()).receive(next.message());
    } else {
      TestProcess process = processes.get(next.to());
      if (process != null) {
        process.receive(next.message());
      }
    }
    return true;
  }

  private boolean stepThread() {
    List<TestThread> ready =
        threads.stream().filter(thread -> thread.state == TestThread.State.READY).toList();
    if (ready.isEmpty()) {
      return false;
    }
    TestThread thread = ready.get(random.nextInt(ready.size()));
    trace("step", thread);
    thread.step();
    return true;
  }

  private boolean takeLane() {
    List<TestProcess> able =
        processes.values().stream().filter(process -> process.executor.hasStartable()).toList();
    if (able.isEmpty()) {
      return false;
    }
    TestThread thread = able.get(random.nextInt(able.size())).take();
    if (thread != null) {
      threads.add(thread);
    }
    return true;
  }

  private boolean doLater() {
    Runnable next = later.poll();
    if (next == null) {
      return false;
    }
    next.run();
    return true;
  }

  private boolean collect() {
    List<TestProcess> able = processes.values().stream().filter(TestProcess::hasGarbage).toList();
    if (able.isEmpty()) {
      return false;
    }
    able.get(random.nextInt(able.size())).collect();
    return true;
  }

  private void tick(long durationNs) {
    nowNs += durationNs;
    for (TestProcess process : processes.values()) {
      process.owner.tick(nowNs);
      process.executor.tick(nowNs);
      process.settle();
    }
  }

  private void cancelSomething() {
    List<TestProcess> all = List.copyOf(processes.values());
    TestProcess process = all.get(random.nextInt(all.size()));
    if (!process.cells.isEmpty()) {
      TestProcess.Cell cell = process.cells.get(random.nextInt(process.cells.size()));
      trace("cancel", cell);
      process.owner.cancel(cell.id, random.nextBoolean(), nowNs);
      process.settle();
    }
  }

  private void checkHandles() {
    processes.values().forEach(TestProcess::checkHandles);
  }

  private void trace(String what, @Nullable Object about) {
    if (trace) {
      System.out.println(events + " " + what + " " + about);
    }
  }

  String describe() {
    StringBuilder text = new StringBuilder();
    threads.forEach(thread -> text.append(thread).append("\n"));
    for (TestProcess process : processes.values()) {
      text.append(process).append(" borrows ").append(process.owner.borrowedCount()).append("\n");
      process.owner.forEachObject(object -> text.append("  ").append(object).append("\n"));
      process.owner.forEachQueue(queue -> text.append("  ").append(queue).append("\n"));
      process.executor.forEachRun(run -> text.append("  run ").append(run).append("\n"));
      process.cells.forEach(cell -> text.append("  ").append(cell).append("\n"));
    }
    nodes.forEach((id, node) ->
        text.append("node ")
            .append(id)
            .append(": ")
            .append(node.leaseCount())
            .append(" leases, ")
            .append(node.suspendedCount())
            .append(" suspended, free ")
            .append(node.available())
            .append("\n"));
    network.forEach(delivery -> text.append(delivery).append("\n"));
    return text.toString();
  }
}
