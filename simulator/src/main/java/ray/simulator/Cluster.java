package ray.simulator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.CancelOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.DeathCause;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.VisibleGpus;
import ray.core.control.ControlCore;
import ray.core.control.ControlEffects;
import ray.core.executor.Execution;
import ray.core.node.MemoryMonitor;
import ray.simulator.World.Body;

/**
 * A cluster of cores in one thread and in virtual time: drivers, workers, nodes and the control
 * service, and who of them lives.
 */
final class Cluster implements Network.Members {
  static final long CONTROL = 1;
  static final int KIND_BITS = 32;
  static final int NODE = 1;
  static final int DRIVER = 2;
  static final int WORKER = 3;

  /** The labels of every other node. */
  static final Map<String, String> ODD = Map.of("number", "odd");

  /** After how long everybody knows of a death, about. */
  private static final long DETECTION_NS = 2_000_000;

  /** How long a worker keeps still before it ends. */
  private static final long REST_NS = 10_000_000;

  /** How long a worker may have nothing to do. */
  private static final long IDLE_NS = 100_000_000;

  /** How often a node compares jobs. */
  private static final long SHARE_NS = 20_000_000;

  private static final int GPUS = 2;

  /**
   * A run with a node that is a thousand times slower than others takes over three millions, and
   * eleven where its workers end after a few tasks besides.
   */
  private static final long MAX_STEPS = 40_000_000;

  private static final int CHECK_EVERY = 64;

  /** How long nothing may happen before that means that nothing ever will. */
  static final long QUIET_NS = 1_000_000_000L;

  private final Setting setting;
  private final Schedule schedule = new Schedule();
  private final Trace trace;
  private final Dice dice;
  private final Facts facts;
  private final Checker checker;
  private final Registrations registrations;
  private final Faults faults;
  private final Network network;
  private final ControlCore control;
  private final Map<Long, SimNode> nodes = new LinkedHashMap<>();
  private final Map<Long, Integer> slowness = new LinkedHashMap<>();
  private final Map<Long, SimProcess> processes = new LinkedHashMap<>();
  private final List<SimThread> drivers = new ArrayList<>();
  private final List<FunctionKey> classes = new ArrayList<>();

  /** Of what never waits: what nobody gives back who does. */
  private final List<FunctionKey> holding = new ArrayList<>();

  private final Map<Long, String> announced = new LinkedHashMap<>();
  private final Map<Long, Long> controlTold = new LinkedHashMap<>();
  private long nextNode;
  private long nextWorker;
  private long nextStoreKey = 1;
  private long tokens;
  private long steps;
  private long lastProgressNs;
  private boolean ending;
  private int driversLeft;

  Cluster(Setting setting, @Nullable Consumer<String> lines) {
    this.setting = setting;
    this.trace = new Trace(schedule, lines);
    this.dice = Dice.of(setting.seed(), 2);
    this.facts = new Facts(setting.faults().stream().anyMatch(FaultKind::isDeath), this::holds);
    this.checker = new Checker(facts);
    this.registrations = new Registrations(this::holds, facts::isGone);
    Dice networkDice = Dice.of(setting.seed(), 3);
    long[] delays = {5_000, 50_000, 500_000};
    long meanDelayNs = delays[networkDice.below(delays.length)];
    this.network = new Network(schedule, this, networkDice, meanDelayNs, trace);
    this.faults = new Faults(setting, this, Dice.of(setting.seed(), 4));
    this.control = new ControlCore((ControlEffects) (to, message) -> send(CONTROL, to, message));
    for (int i = 0; i < setting.nodes(); i++) {
      addNode();
    }
    addClasses();
    while (!schedule.isIdle()) {
      // Nodes know each other before programs start.
      schedule.next();
    }
    for (int i = 0; i < setting.drivers(); i++) {
      addDriver(i);
    }
    faults.plan();
    faults.planRestarts();
  }

  private void addClasses() {
    SchedulingStrategy anywhere = SchedulingStrategy.standard();
    classes.add(new FunctionKey("a", Resources.ONE_CPU, anywhere));
    boolean rare = setting.hasRareStrategies();
    classes.add(
        new FunctionKey(
            "b",
            Resources.ONE_CPU,
            rare ? new SchedulingStrategy.NodeLabels(ODD) : SchedulingStrategy.spread()));
    classes.add(new FunctionKey("c", Resources.NONE, anywhere));
    classes.add(new FunctionKey("l", Resources.ONE_CPU, SchedulingStrategy.localityAware()));
    classes.add(new FunctionKey("m", Resources.ONE_CPU, SchedulingStrategy.naive()));
    Resources all = Resources.NONE.with(Resources.CPU, setting.cpus());
    classes.add(new FunctionKey("d", all, anywhere));
    if (setting.hasProcesses()) {
      classes.add(new FunctionKey("g", Resources.ONE_CPU, anywhere, RuntimeEnv.SHARED.alone()));
      classes.add(
          new FunctionKey(
              "h",
              Resources.ONE_CPU,
              anywhere,
              new RuntimeEnv(false, List.of(), Map.of("HOST", "h"), setting.maxTasks() / 2)));
    }
    if (setting.hasProcesses()) {
      RuntimeEnv alone = RuntimeEnv.SHARED.alone();
      Resources gpu = Resources.ONE_CPU.with(Resources.GPU, 1);
      holding.add(new FunctionKey("i", gpu, anywhere, alone));
      holding.add(new FunctionKey("j", Resources.NONE.with(Resources.GPU, 0.5), anywhere, alone));
      holding.add(new FunctionKey("k", Resources.NONE.with(Resources.GPU, 2), anywhere, alone));
    }
    for (long id : nodes.keySet()) {
      holding.add(
          new FunctionKey(
              "e",
              Resources.NONE.with("n" + id, 0.5),
              rare ? SchedulingStrategy.naive() : anywhere));
      classes.add(
          new FunctionKey(
              "f",
              Resources.ONE_CPU,
              new SchedulingStrategy.NodeAffinity(Long.toHexString(id), rare)));
    }
  }

  private void addDriver(int index) {
    SimNode node = List.copyOf(nodes.values()).get(index % nodes.size());
    long id = (long) DRIVER << KIND_BITS | index + 1;
    SimProcess process = new SimProcess(id, node, id, this, Dice.of(setting.seed(), 10_000 + id));
    processes.put(id, process);
    SimThread thread = SimThread.driver(process, setting.program(index));
    process.threads.add(thread);
    drivers.add(thread);
    driversLeft++;
    thread.plan();
  }

  // ---- what others ask

  Schedule schedule() {
    return schedule;
  }

  Trace trace() {
    return trace;
  }

  Facts facts() {
    return facts;
  }

  Checker checker() {
    return checker;
  }

  Faults faults() {
    return faults;
  }

  Network network() {
    return network;
  }

  ControlCore control() {
    return control;
  }

  long nextStoreKey() {
    return nextStoreKey++;
  }

  long nextToken() {
    return ++tokens;
  }

  Setting setting() {
    return setting;
  }

  /** Whether processes of this run get memory ahead. */
  boolean usesChunks() {
    return Dice.of(setting.seed(), 6).coin();
  }

  FunctionKey schedulingClass(Program program) {
    int all = program.mayHold() ? classes.size() + holding.size() : classes.size();
    int chosen = Math.floorMod(Dice.mix(program.seed()), all);
    return chosen < classes.size() ? classes.get(chosen) : holding.get(chosen - classes.size());
  }

  void send(long from, long to, Message message) {
    facts.sent(from, to, message);
    registrations.sent(from, to, message);
    checker.sent(to, message);
    handedOver(to, message);
    network.send(from, to, message);
  }

  /** Who is given a stored value for good is to keep it, however soon it passes that on. */
  private void handedOver(long to, Message message) {
    if (message instanceof Message.Resolved(ObjectId object, Outcome.Stored stored, boolean adopt)
        && adopt) {
      Objects.requireNonNull(nodes.get(stored.node())).keep(stored.key(), to);
    }
  }

  /** Something of a process that takes about so long, if it lives by then. */
  void later(SimProcess process, long meanNs, Runnable what) {
    long delayNs = dice.around(meanNs) * slowness(process.id);
    schedule.after(delayNs, () -> when(process, true, what));
  }

  private void when(SimProcess process, boolean isProgress, Runnable what) {
    if (!process.alive) {
      return;
    }
    if (isProgress) {
      lastProgressNs = schedule.nowNs();
    }
    if (process.isPaused()) {
      process.postponed.add(what);
    } else {
      what.run();
    }
  }

  /** Lets a process do what came while it was paused, in order. */
  private void goOn(SimProcess process) {
    while (process.alive && !process.isPaused() && !process.postponed.isEmpty()) {
      lastProgressNs = schedule.nowNs();
      process.postponed.remove().run();
    }
  }

  long nowNs() {
    return schedule.nowNs();
  }

  /** Something that happens whether or not anything goes on. */
  void idly(SimProcess process, long delayNs, Runnable what) {
    schedule.idly(
        delayNs,
        () -> {
          if (process.alive) {
            what.run();
          }
        });
  }

  /** Asks a node's store for something; what is asked of one that is gone is lost. */
  void toStore(SimProcess process, long node, String what, long key, Consumer<SimNode> how) {
    network.send(process.id, node, new StoreRequest(what, key, how));
  }

  void fromStore(SimNode node, SimProcess process, long key, Runnable how) {
    network.send(node.id, process.id, new StoreAnswer(key, how));
  }

  /** What a process asks a store. */
  private record StoreRequest(String what, long key, Consumer<SimNode> how) {
    @Override
    public String toString() {
      return "StoreRequest[" + what + " " + key + "]";
    }
  }

  /** What a store answers. */
  private record StoreAnswer(long key, Runnable how) {
    @Override
    public String toString() {
      return "StoreAnswer[" + key + "]";
    }
  }

  /**
   * The stored value of an object; null if that is gone, which only a death explains: of its node,
   * of a process that kept it there, or of one through whose hands the object came to its reader.
   */
  @Nullable Body readStored(Outcome.Stored stored, ObjectId object, long reader) {
    SimNode node = Objects.requireNonNull(nodes.get(stored.node()));
    Body body = node.alive ? node.read(stored.key()) : null;
    if (body == null
        && node.alive
        && node.keepers(stored.key()).noneMatch(facts::isDead)
        && !facts.mayBeLost(object, reader)) {
      throw new Violation(
          Rule.REACHABLE,
          stored
              + " of object "
              + object
              + " was freed while "
              + Trace.name(reader)
              + " reads it, and nobody has died who kept it");
    }
    return body;
  }

  void driverEnded() {
    driversLeft--;
  }

  private boolean holds(long process, ObjectId object) {
    return process(process).owner.knows(object);
  }

  SimProcess process(long id) {
    return Objects.requireNonNull(processes.get(id));
  }

  // ---- members

  @Override
  public boolean isAlive(long id) {
    if (id == CONTROL) {
      return true;
    }
    SimNode node = nodes.get(id);
    SimProcess process = processes.get(id);
    return node != null ? node.alive : process != null && process.alive;
  }

  @Override
  public boolean isTold(long id, long dead) {
    SimProcess process = processes.get(id);
    if (process != null) {
      return process.told.contains(dead);
    }
    return id == CONTROL ? controlTold.containsKey(dead) : node(id).knowsDead(dead);
  }

  private SimNode node(long id) {
    return Objects.requireNonNull(nodes.get(id));
  }

  @Override
  public int slowness(long id) {
    SimProcess process = processes.get(id);
    return slowness.getOrDefault(process == null ? id : process.node.id, 1);
  }

  @Override
  public void deliver(long from, long to, Object payload) {
    SimProcess process = processes.get(to);
    if (process != null) {
      if (payload instanceof Message.ProcessDied(long dead, String reason, DeathCause cause)) {
        // From now on nothing of the dead gets in, even if the process reads this later.
        process.told.add(dead);
      }
      // A node that asks for leases in vain, again and again, brings nobody further.
      boolean isProgress = !(payload instanceof Message.ReclaimLeases);
      when(process, isProgress, () -> deliver(process, payload));
      return;
    }
    lastProgressNs = schedule.nowNs();
    if (to == CONTROL) {
      toControl((Message) payload);
    } else if (payload instanceof StoreRequest request) {
      request.how().accept(node(to));
    } else {
      node(to).receive((Message) payload);
    }
  }

  private void deliver(SimProcess process, Object payload) {
    if (payload instanceof StoreAnswer answer) {
      answer.how().run();
      return;
    }
    registrations.read(process.id, (Message) payload);
    process.receive((Message) payload);
  }

  private void toControl(Message message) {
    if (message instanceof Message.ProcessDied(long dead, String reason, DeathCause cause)) {
      if (controlTold.put(dead, dead) == null && dead >>> KIND_BITS == DRIVER) {
        control.receive(message);
        control.receive(new Message.JobEnded(dead));
        return;
      }
    }
    if (message instanceof Message.ActorCreated created) {
      checkThatItStays(created);
    }
    control.receive(message);
  }

  /**
   * Nobody but the control service ends the constructor of an actor that is to stay, or its worker
   * does that is itself closed. It may cancel a task of its own, and fail as it reads that.
   */
  private void checkThatItStays(Message.ActorCreated created) {
    SimProcess worker = processes.get(created.worker());
    if (created.failure() == null
        || created.failure().code() != ErrorCode.TASK_CANCELLED
        || created.failure().message().endsWith(Facts.BY_WHAT_IT_READ)
        || worker == null
        || worker.closed) {
      return;
    }
    control.forEachActor(actor -> {
      if (actor.spec().id().equals(created.actor())
          && actor.spec().isDetached()
          && actor.state() != ray.ActorInfo.State.DEAD
          && actor.restarts() == created.incarnation()) {
        throw new Violation(
            Rule.STAYS, actor.spec().describe() + " was cancelled while it was made");
      }
    });
  }

  // ---- births

  /** A node comes. */
  boolean addNode() {
    if (nextNode >= setting.nodes() + 3L) {
      return false;
    }
    long id = (long) NODE << KIND_BITS | ++nextNode;
    Resources total =
        Resources.NONE
            .with(Resources.CPU, setting.cpus())
            .with(Resources.GPU, GPUS)
            .with("slots", 1000)
            .with("scarce", 1)
            .with("n" + id, 1);
    slowness.put(id, faults.slowness());
    SimNode node =
        new SimNode(
            id,
            total,
            isOdd(id) ? ODD : Map.of(),
            faults.clock(),
            this,
            faults.storeLimits(),
            faults.storePatienceNs());
    nodes.put(id, node);
    trace.note("comes", id, 0);
    node.core.start();
    retireIdleWorkers(node);
    share(node);
    announceEarlierDeathsTo(id);
    return true;
  }

  /** Whether that is the id of a node that has a label. */
  static boolean isOdd(long id) {
    return id >>> KIND_BITS == NODE && id % 2 == 1;
  }

  /** The node wants a worker for a job. */
  void startWorker(SimNode node, long job, RuntimeEnv runtimeEnv) {
    schedule.after(
        dice.around(500_000) * slowness(node.id),
        () -> {
          lastProgressNs = schedule.nowNs();
          if (node.alive && faults.workerFails(node.id)) {
            node.core.workerFailed(job, runtimeEnv, Facts.NO_WORKER);
          } else if (node.alive) {
            addWorker(node, job, runtimeEnv);
          }
        });
  }

  private void addWorker(SimNode node, long job, RuntimeEnv runtimeEnv) {
    long id = (long) WORKER << KIND_BITS | ++nextWorker;
    SimProcess worker = new SimProcess(id, node, job, this, Dice.of(setting.seed(), 10_000 + id));
    worker.executor.endAfter(setting.maxTasks());
    worker.visibleGpus = runtimeEnv.variables().getOrDefault(VisibleGpus.VARIABLE, "");
    processes.put(id, worker);
    trace.note("has", node.id, id);
    node.core.workerStarted(job, runtimeEnv, id);
    announceEarlierDeathsTo(id);
  }

  boolean addWorker(Dice faultDice) {
    List<SimNode> living = nodes.values().stream().filter(node -> node.alive).toList();
    SimProcess driver = pick(faultDice, DRIVER);
    if (living.isEmpty() || driver == null) {
      return false;
    }
    addWorker(faultDice.pick(living), driver.job, RuntimeEnv.SHARED);
    return true;
  }

  // ---- deaths

  private @Nullable SimProcess pick(Dice faultDice, int kind) {
    List<SimProcess> able = new ArrayList<>();
    for (SimProcess each : processes.values()) {
      if (each.alive && !each.fenced && each.id >>> KIND_BITS == kind) {
        able.add(each);
      }
    }
    return able.isEmpty() ? null : faultDice.pick(able);
  }

  /** The workers of a job on a node. */
  List<Long> workers(SimNode node, long job) {
    return processes.values().stream()
        .filter(each -> each.alive && !each.fenced && each.id >>> KIND_BITS == WORKER)
        .filter(each -> each.node == node && each.job == job)
        .map(each -> each.id)
        .toList();
  }

  boolean killWorker(Dice faultDice) {
    SimProcess worker = pick(faultDice, WORKER);
    if (worker == null) {
      return false;
    }
    kill(worker, "it was killed");
    return true;
  }

  /** A node's memory runs short: it ends the worker that its monitor chooses, if it chooses one. */
  boolean endForMemory(Dice faultDice) {
    List<SimNode> living = nodes.values().stream().filter(node -> node.alive).toList();
    if (living.isEmpty()) {
      return false;
    }
    SimNode node = faultDice.pick(living);
    MemoryMonitor.Usage usage = new MemoryMonitor.Usage(100, 100, "a node");
    if (!node.memory.isShort(usage, this::isAlive, schedule.nowNs())) {
      return false;
    }
    List<MemoryMonitor.Worker> workers = new ArrayList<>();
    for (SimProcess each : processes.values()) {
      if (each.alive && !each.fenced && each.node == node && each.id >>> KIND_BITS == WORKER) {
        workers.add(each.inMemory(faultDice));
      }
    }
    MemoryMonitor.Victim victim = node.memory.choose(usage, workers, schedule.nowNs());
    if (victim == null) {
      return false;
    }
    long worker = victim.worker().id();
    endByNode(process(worker), victim.reason(), victim.cause());
    return true;
  }

  private void endByNode(SimProcess worker, String reason, DeathCause cause) {
    facts.endedByNode(worker.id, cause);
    network.endedByNode(worker.id, cause);
    kill(worker, reason);
  }

  /** A node is told that a task that was cancelled by force goes on. */
  void endByForce(long worker, String reason) {
    if (isAlive(worker)) {
      endByNode(process(worker), reason, DeathCause.FORCED);
    }
  }

  /** A task that runs is cancelled by force, or one that was cancelled before and still runs. */
  boolean cancelByForce(Dice faultDice) {
    List<Execution> running = new ArrayList<>();
    for (SimProcess each : processes.values()) {
      if (each.alive) {
        each.threads.forEach(thread -> {
          Execution run = thread.task(found -> isAlive(found.owner()) && !found.isForced());
          if (run != null) {
            running.add(run);
          }
        });
      }
    }
    if (running.isEmpty()) {
      return false;
    }
    Execution run = faultDice.pick(running);
    SimProcess owner = process(run.owner());
    trace.note("cancels by force", owner.id, run);
    facts.cancelled();
    owner.owner.cancel(run.spec().id(), new CancelOptions(faultDice.coin(), true), owner.nowNs());
    owner.settle();
    return true;
  }

  /**
   * All workers of a job on a node are to end, so that others take over: in order, which must cost
   * nothing, or, where workers may die, at once.
   */
  boolean restartWorkers(Dice faultDice) {
    List<SimNode> living = nodes.values().stream().filter(node -> node.alive).toList();
    SimProcess driver = pick(faultDice, DRIVER);
    if (living.isEmpty() || driver == null) {
      return false;
    }
    SimNode node = faultDice.pick(living);
    trace.note("exchanges its workers of", node.id, driver.job);
    List<Long> ending = node.core.retireAll(driver.job);
    if (faults.has(FaultKind.WORKER_DEATH) && faultDice.oneIn(3)) {
      for (long worker : ending) {
        if (process(worker).alive && !process(worker).fenced) {
          kill(process(worker), "it was exchanged");
        }
      }
    }
    node.core.ensureWorker(driver.job);
    return true;
  }

  boolean killDriver(Dice faultDice) {
    SimProcess driver = pick(faultDice, DRIVER);
    if (driver == null) {
      return false;
    }
    kill(driver, "it was killed");
    return true;
  }

  /**
   * A driver's program ends while its tasks run: its job ends with it, and its workers, some of
   * them in order. The driver itself may stay, as one does that starts another instance.
   */
  boolean closeDriver(Dice faultDice) {
    SimProcess driver = pick(faultDice, DRIVER);
    if (driver == null || driver.closed) {
      return false;
    }
    facts.jobEnded(driver.job);
    driver.close();
    send(driver.id, CONTROL, new Message.JobEnded(driver.job));
    for (SimProcess worker : processes.values()) {
      if (worker.alive && worker.job == driver.job && worker != driver && faultDice.coin()) {
        later(worker, 500_000, worker::close);
      }
    }
    if (setting.faults().contains(FaultKind.DRIVER_DEATH) && faultDice.coin()) {
      schedule.after(faultDice.around(5 * DETECTION_NS), () -> exit(driver));
    }
    return true;
  }

  private void exit(SimProcess driver) {
    if (driver.alive) {
      kill(driver, "its program ended");
    }
  }

  boolean killNode(Dice faultDice) {
    List<SimNode> living = nodes.values().stream().filter(node -> node.alive).toList();
    if (living.size() < 2) {
      return false;
    }
    SimNode dead = faultDice.pick(living);
    trace.note("node dies", dead.id, 0);
    facts.died(dead.id);
    for (SimProcess each : List.copyOf(processes.values())) {
      if (each.node == dead && each.alive) {
        kill(each, "its node died");
      }
    }
    dead.alive = false;
    network.cut(dead.id);
    announce(dead.id, "it was unplugged");
    return true;
  }

  /** A worker that its node has no use for ends when nobody would miss it. */
  void endWhenAtRest(SimProcess worker) {
    long received = worker.received();
    idly(
        worker,
        REST_NS,
        () -> {
          if (ending) {
            return;
          }
          if (worker.isAtRest() && worker.received() == received && network.isFlushed(worker.id)) {
            trace.note("has nothing to do", worker.id, 0);
            facts.retired(worker.id);
            stop(worker);
            announce(worker.id, "it had nothing to do");
          } else {
            endWhenAtRest(worker);
          }
        });
  }

  private void share(SimNode node) {
    schedule.idly(
        SHARE_NS,
        () -> {
          if (node.alive) {
            node.core.share(schedule.nowNs());
            share(node);
          }
        });
  }

  private void retireIdleWorkers(SimNode node) {
    if (!setting.hasProcesses()) {
      return;
    }
    schedule.idly(
        IDLE_NS / 4,
        () -> {
          if (node.alive && !ending) {
            node.core.retireIdle(schedule.nowNs(), IDLE_NS);
            retireIdleWorkers(node);
          }
        });
  }

  private void kill(SimProcess process, String reason) {
    trace.note("dies", process.id, 0);
    facts.died(process.id);
    if (process.id == process.job) {
      facts.jobEnded(process.job);
    }
    stop(process);
    announce(process.id, reason);
  }

  private void stop(SimProcess process) {
    process.stopUsing();
    if (process.id >>> KIND_BITS == DRIVER
        && process.threads.stream().anyMatch(t -> t.state() != SimThread.State.ENDED)) {
      driversLeft--;
    }
    process.alive = false;
    network.cut(process.id);
  }

  /** Who is born is told of those who died before: others may still speak of them. */
  private void announceEarlierDeathsTo(long born) {
    announced.forEach((dead, reason) -> announceTo(dead, born, reason));
  }

  private void announce(long dead, String reason) {
    announced.put(dead, reason);
    network.announce(dead, CONTROL, reason, dice.around(DETECTION_NS));
    for (long node : nodes.keySet()) {
      announceTo(dead, node, reason);
    }
    for (long process : processes.keySet()) {
      announceTo(dead, process, reason);
    }
  }

  private void announceTo(long dead, long to, String reason) {
    if (isAlive(to) && to != dead) {
      network.announce(dead, to, reason, dice.around(DETECTION_NS));
    }
  }

  /** Others give a worker up, which runs on for a while. */
  boolean fenceWorker(Dice faultDice) {
    SimProcess worker = pick(faultDice, WORKER);
    if (worker == null) {
      return false;
    }
    trace.note("is given up", worker.id, 0);
    facts.died(worker.id);
    worker.fenced = true;
    worker.stopUsing();
    announce(worker.id, "it did not answer");
    schedule.after(
        faultDice.around(5 * DETECTION_NS),
        () -> {
          if (worker.alive) {
            trace.note("ends", worker.id, 0);
            stop(worker);
          }
        });
    return true;
  }

  /** A node has learned that a process is gone: what was of a driver's job ends. */
  void nodeLearned(SimNode node, long dead) {
    for (SimProcess each : List.copyOf(processes.values())) {
      if (each.alive && each.node == node && each.job == dead && each.id != dead) {
        kill(each, "its job ended");
      }
    }
  }

  // ---- other faults

  boolean pause(Dice faultDice) {
    SimProcess process = pick(faultDice, faultDice.oneIn(4) ? DRIVER : WORKER);
    if (process == null) {
      return false;
    }
    trace.note("pauses", process.id, 0);
    process.pauses++;
    schedule.after(
        faultDice.around(3_000_000),
        () -> {
          process.pauses--;
          goOn(process);
        });
    return true;
  }

  boolean cancelSomething(Dice faultDice) {
    SimProcess process = pick(faultDice, faultDice.coin() ? DRIVER : WORKER);
    if (process == null || process.cells.isEmpty()) {
      return false;
    }
    SimProcess.Cell cell = faultDice.pick(process.cells);
    trace.note("cancels", process.id, cell.id);
    facts.cancelled();
    process.owner.cancel(cell.id, faultDice.coin(), process.nowNs());
    process.settle();
    return true;
  }

  boolean killActor(Dice faultDice) {
    List<ActorId> actors = new ArrayList<>();
    control.forEachActor(actor -> actors.add(actor.spec().id()));
    if (actors.isEmpty()) {
      return false;
    }
    actors.sort((a, b) -> a.creation().compareTo(b.creation()));
    ActorId actor = faultDice.pick(actors);
    trace.note("kills", CONTROL, actor);
    facts.killed(actor);
    control.receive(new Message.KillActor(actor, faultDice.coin(), "a fault killed it"));
    return true;
  }

  // ---- a run

  /**
   * Runs until all programs have ended, then lets go of everything and checks that nothing is left.
   *
   * @return how many programs came to the result of their serial evaluation
   */
  int run() {
    try {
      while (driversLeft > 0) {
        if (!step(QUIET_NS)) {
          throw new Violation(Rule.PROGRESS, "nothing happens any more\n" + describe());
        }
      }
      int compared = compareResults();
      end();
      return compared;
    } catch (Violation broken) {
      throw broken;
    } catch (AssertionError | RuntimeException broken) {
      throw new Violation(Rule.CORE, broken);
    }
  }

  private boolean step(long quietNs) {
    if (schedule.isEmpty() || schedule.isIdle() && schedule.nowNs() - lastProgressNs > quietNs) {
      return false;
    }
    if (++steps > MAX_STEPS) {
      throw new Violation(Rule.PROGRESS, "it does not come to an end\n" + describe());
    }
    schedule.next();
    if (steps % CHECK_EVERY == 0) {
      check();
    }
    return true;
  }

  private void check() {
    for (SimProcess each : processes.values()) {
      if (each.alive) {
        each.checkHandles();
      }
    }
    registrations.check();
    if (steps % (CHECK_EVERY * 16) == 0) {
      for (SimNode node : nodes.values()) {
        if (node.alive) {
          node.checkStore();
        }
      }
    }
  }

  private int compareResults() {
    int compared = 0;
    for (int i = 0; i < drivers.size(); i++) {
      SimThread driver = drivers.get(i);
      SimProcess process =
          Objects.requireNonNull(processes.get((long) DRIVER << KIND_BITS | i + 1));
      if (!process.alive || process.closed || driver.disturbance() != null) {
        continue;
      }
      compared++;
      if (driver.result() != SerialWorld.evaluate(setting.program(i)).result()) {
        throw new Violation(
            Rule.SERIAL_RESULTS, process + " has another result than that of the serial run");
      }
    }
    return compared;
  }

  /** Lets go of everything, and checks that nothing is left. */
  private void end() {
    faults.stop();
    // A process that ends gives back what it had forgotten.
    ending = true;
    check();
    for (SimProcess each : processes.values()) {
      if (each.alive) {
        each.threads.forEach(SimThread::dropAll);
        each.settle();
      }
    }
    becomeQuiet();
    endDetachedActors();
    processes.values().forEach(SimProcess::forgetWhatActorsKeep);
    becomeQuiet();
    check();
    StringBuilder left = new StringBuilder();
    for (SimProcess each : processes.values()) {
      if (each.alive) {
        leftovers(each, left);
      }
    }
    becomeQuiet(QUIET_NS + setting.idleLeaseNs());
    for (SimNode node : nodes.values()) {
      if (node.alive) {
        left.append(node.leftovers());
      }
    }
    control.forEachActor(actor -> {
      if (actor.state() != ray.ActorInfo.State.DEAD && !actor.spec().isDetached()) {
        left.append("control has actor ").append(actor).append("\n");
      }
    });
    if (!left.isEmpty()) {
      throw new Violation(Rule.FREED, "not all is gone:\n" + left + describe());
    }
  }

  private void becomeQuiet() {
    becomeQuiet(QUIET_NS);
  }

  /** Until nothing has happened for so long. */
  private void becomeQuiet(long quietNs) {
    lastProgressNs = schedule.nowNs();
    while (step(quietNs)) {
      // Until nothing happens any more.
    }
  }

  private void endDetachedActors() {
    List<ActorId> detached = new ArrayList<>();
    control.forEachActor(actor -> {
      if (actor.spec().isDetached()) {
        detached.add(actor.spec().id());
      }
    });
    for (ActorId actor : detached) {
      facts.killed(actor);
      control.receive(new Message.KillActor(actor, false, "the run has ended"));
    }
  }

  private static void leftovers(SimProcess process, StringBuilder left) {
    if (process.owner.ownedCount() != 0 || process.owner.borrowedCount() != 0) {
      left.append(process).append(" owns ").append(process.owner.ownedCount());
      left.append(" and borrows ").append(process.owner.borrowedCount()).append("\n");
    }
    process.executor.forEachRun(run -> left.append(run).append(" is left\n"));
    if (process.executor.actorCount() != 0) {
      left.append(process).append(" has actors\n");
    }
    for (SimThread thread : process.threads) {
      if (thread.state() != SimThread.State.ENDED) {
        left.append(thread).append(" is left\n");
      }
    }
  }

  /** How many things have happened. */
  long steps() {
    return steps;
  }

  private String describe() {
    StringBuilder text = new StringBuilder();
    for (SimProcess process : processes.values()) {
      if (!process.alive) {
        continue;
      }
      text.append(process).append(" on ").append(Trace.name(process.node.id)).append("\n");
      process.threads.forEach(thread -> text.append("  ").append(thread).append("\n"));
      process.owner.forEachObject(object -> text.append("  ").append(object).append("\n"));
      process.owner.forEachQueue(queue -> text.append("  ").append(queue).append("\n"));
      process.executor.forEachRun(run -> text.append("  run ").append(run).append("\n"));
      process.cells.forEach(cell -> text.append("  ").append(cell).append("\n"));
    }
    for (SimNode node : nodes.values()) {
      text.append(node.alive ? node.leftovers() : Trace.name(node.id) + " is dead\n");
    }
    return text.toString();
  }
}
