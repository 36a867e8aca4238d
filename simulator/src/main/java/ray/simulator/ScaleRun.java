package ray.simulator;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.control.ControlCore;
import ray.core.control.ControlEffects;
import ray.core.node.NodeCore;
import ray.core.node.NodeEffects;

/**
 * A large cluster that does plain work without faults, to see what it costs: drivers that submit
 * tasks all at once, as many to each node, so that each node has a worker for each driver.
 */
public final class ScaleRun implements Network.Members {
  /** How many drivers there are, and so workers on each node. */
  public static final int DRIVERS = 10;

  private static final int TASKS_ON_EACH_WORKER = 10;
  private static final int CPUS = 16;
  private static final long CONTROL = 1;
  private static final long NODES = 1L << 32;
  private static final long PROCESSES = 2L << 32;
  private static final long MEAN_DELAY_NS = 50_000;
  private static final long WORKER_START_NS = 500_000;

  private final int nodeCount;
  private final Schedule schedule = new Schedule();
  private final Dice dice = new Dice(1);
  private final Network network;
  private final ControlCore control;
  private final Map<Long, NodeCore> nodes = new LinkedHashMap<>();
  private final Map<Long, ScaleProcess> processes = new HashMap<>();
  private final Map<Class<?>, Long> messages = new HashMap<>();
  private long nextProcess = PROCESSES + 1;

  /**
   * What a run cost.
   *
   * @param nodes how many nodes there were
   * @param workers how many workers came to be
   * @param tasks how many tasks ran
   * @param wallNs how long it took
   * @param heapBytes the largest sum of what lay in the heap, with garbage
   * @param virtualNs how long it took in virtual time
   * @param messages how many messages arrived, by kind
   */
  public record Result(
      int nodes,
      int workers,
      int tasks,
      long wallNs,
      long heapBytes,
      long virtualNs,
      Map<String, Long> messages) {
    /** How many messages of these kinds there were for each task; of all, if none is named. */
    public double messagesPerTask(String... kinds) {
      long count = 0;
      for (Map.Entry<String, Long> each : messages.entrySet()) {
        if (kinds.length == 0 || java.util.List.of(kinds).contains(each.getKey())) {
          count += each.getValue();
        }
      }
      return (double) count / tasks;
    }
  }

  private ScaleRun(int nodeCount) {
    this.nodeCount = nodeCount;
    Trace trace = new Trace(schedule, null);
    this.network = new Network(schedule, this, dice, MEAN_DELAY_NS, trace);
    this.control =
        new ControlCore((ControlEffects) (to, message) -> network.send(CONTROL, to, message));
  }

  /** Runs a cluster of so many nodes to its end. */
  public static Result of(int nodes) {
    return new ScaleRun(nodes).run();
  }

  private Result run() {
    resetPeaks();
    long startedNs = System.nanoTime();
    for (int i = 1; i <= nodeCount; i++) {
      addNode(NODES + i);
    }
    runAll();
    for (int driver = 0; driver < DRIVERS; driver++) {
      ScaleProcess process = addProcess(NODES + 1 + driver % nodeCount);
      for (long node : nodes.keySet()) {
        FunctionKey onNode =
            new FunctionKey(
                "work", Resources.ONE_CPU, SchedulingStrategy.node(Long.toHexString(node)));
        for (int i = 0; i < TASKS_ON_EACH_WORKER; i++) {
          process.submit(onNode);
        }
      }
    }
    runAll();
    int tasks = 0;
    for (ScaleProcess process : processes.values()) {
      tasks += process.finished();
      process.checkEmpty();
    }
    check(tasks == nodeCount * DRIVERS * TASKS_ON_EACH_WORKER, tasks + " tasks have ended");
    for (NodeCore node : nodes.values()) {
      check(node.leaseCount() == 0, "a lease is left");
    }
    Map<String, Long> byName = new TreeMap<>();
    messages.forEach((type, count) -> byName.put(type.getSimpleName(), count));
    return new Result(
        nodeCount,
        processes.size() - DRIVERS,
        tasks,
        System.nanoTime() - startedNs,
        peakBytes(),
        schedule.nowNs(),
        byName);
  }

  private static void check(boolean holds, String broken) {
    if (!holds) {
      throw new IllegalStateException("the run did not come to its end: " + broken);
    }
  }

  private void runAll() {
    while (!schedule.isEmpty()) {
      schedule.next();
    }
  }

  private static void resetPeaks() {
    System.gc();
    ManagementFactory.getMemoryPoolMXBeans().forEach(MemoryPoolMXBean::resetPeakUsage);
  }

  private static long peakBytes() {
    long bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      bytes += pool.getType() == MemoryType.HEAP ? pool.getPeakUsage().getUsed() : 0;
    }
    return bytes;
  }

  private void addNode(long id) {
    NodeCore node =
        new NodeCore(
            id,
            Resources.NONE.with(Resources.CPU, CPUS),
            Map.of(),
            new NodeEffects() {
              @Override
              public void send(long process, Message message) {
                network.send(id, process, message);
              }

              @Override
              public void startWorker(long job, RuntimeEnv runtimeEnv) {
                schedule.after(dice.around(WORKER_START_NS), () -> addWorker(id, job));
              }

              @Override
              public void endWorker(long worker, String reason) {
                throw new AssertionError("nothing is cancelled");
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
    ScaleProcess worker = addProcess(node);
    node(node).workerStarted(job, RuntimeEnv.SHARED, worker.id);
  }

  private NodeCore node(long id) {
    return java.util.Objects.requireNonNull(nodes.get(id));
  }

  private ScaleProcess addProcess(long node) {
    long id = nextProcess++;
    ScaleProcess process = new ScaleProcess(id, node, CONTROL, schedule, network);
    processes.put(id, process);
    return process;
  }

  // ---- the network's far ends

  @Override
  public boolean isAlive(long process) {
    return true;
  }

  @Override
  public boolean isTold(long process, long dead) {
    return false;
  }

  @Override
  public int slowness(long process) {
    return 1;
  }

  @Override
  public void deliver(long from, long to, Object payload) {
    Message message = (Message) payload;
    messages.merge(message.getClass(), 1L, Long::sum);
    ScaleProcess process = processes.get(to);
    if (process != null) {
      process.receive(message);
    } else if (to == CONTROL) {
      control.receive(message);
    } else {
      node(to).receive(message);
    }
  }
}
