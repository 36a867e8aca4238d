package ray.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.CallSpec;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskPolicy;
import ray.core.TaskSpec;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.core.executor.Lane;
import ray.core.owner.OwnerCore;
import ray.core.owner.Task;

/** A driver or a worker of a {@link ScaleRun}: it has plain tasks, and nothing else. */
final class ScaleProcess implements PlainTaskEffects {
  private static final long TASK_NS = 1_000_000;
  private static final long TICK_NS = 1_000_000;
  private static final long TAKE_NS = 5_000;
  private static final TaskPolicy POLICY = new TaskPolicy(0, "", 0, 1, "", Map.of());

  final long id;
  private final long node;
  private final long control;
  private final Schedule schedule;
  private final Network network;
  private final OwnerCore owner;
  private final ExecutorCore executor;
  private long nextNumber = 2;
  private int finished;
  private boolean takePlanned;
  private boolean tickPlanned;

  ScaleProcess(long id, long node, long control, Schedule schedule, Network network) {
    this.id = id;
    this.node = node;
    this.control = control;
    this.schedule = schedule;
    this.network = network;
    this.owner = new OwnerCore(id, this);
    this.executor = new ExecutorCore(id, this);
  }

  /** How many of the tasks that it submitted have ended. */
  int finished() {
    return finished;
  }

  void submit(FunctionKey schedulingClass) {
    ObjectId task = new ObjectId(id, nextNumber);
    nextNumber += 2;
    @Nullable Object[] none = {};
    TaskSpec spec =
        new TaskSpec(
            task,
            null,
            new CallSpec(id, schedulingClass, "work", "work", 1, POLICY),
            none,
            List.of(),
            null);
    owner.submit(new Task(spec, null), new Object[] {task}, null, schedule.nowNs());
  }

  void receive(Message message) {
    switch (message) {
      case Message.PushTasks m -> executor.receive(m, schedule.nowNs());
      case Message.AttachLease m -> executor.receive(m, schedule.nowNs());
      case Message.ShrinkLeases m -> executor.receive(m, schedule.nowNs());
      default -> owner.receive(message, schedule.nowNs());
    }
  }

  /** Nothing may be left when all tasks have ended. */
  void checkEmpty() {
    if (owner.ownedCount() != 0 || owner.borrowedCount() != 0) {
      throw new IllegalStateException("objects are left in " + id);
    }
  }

  // ---- runs

  @Override
  public void runnable() {
    if (!takePlanned) {
      takePlanned = true;
      schedule.after(TAKE_NS, this::take);
    }
  }

  private void take() {
    takePlanned = false;
    for (Lane lane; (lane = executor.take(schedule.nowNs())) != null; ) {
      Lane taken = lane;
      schedule.after(TASK_NS * taken.runs().size(), () -> end(taken));
    }
  }

  private void end(Lane lane) {
    List<ExecutorCore.Result> results = new ArrayList<>(lane.runs().size());
    for (Execution run : lane.runs()) {
      Outcome done = new Outcome.Inline("done", 16, List.of());
      results.add(new ExecutorCore.Result(run, List.of(done), List.of(), 0, TASK_NS));
    }
    executor.finished(results, schedule.nowNs());
    executor.closed(lane, schedule.nowNs());
    take();
  }

  // ---- results

  @Override
  public void ready(Object cell, Outcome outcome) {
    if (outcome instanceof Outcome.Failed failed) {
      throw new IllegalStateException("task " + cell + " failed: " + failed);
    }
    finished++;
    schedule.after(1, () -> owner.handleDropped((ObjectId) cell, cell));
  }

  @Override
  public void tickSoon() {
    if (!tickPlanned) {
      tickPlanned = true;
      schedule.after(
          TICK_NS,
          () -> {
            tickPlanned = false;
            if (owner.tick(schedule.nowNs())) {
              tickSoon();
            }
          });
    }
  }

  // ---- where things are

  @Override
  public void send(long process, Message message) {
    network.send(id, process, message);
  }

  @Override
  public long control() {
    return control;
  }

  @Override
  public long node() {
    return node;
  }
}
