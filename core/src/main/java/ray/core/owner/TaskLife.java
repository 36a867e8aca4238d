package ray.core.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ErrorCode;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.DeadProcesses;
import ray.core.DeathCause;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.TaskSpec;

/**
 * The life of an owner's tasks: submitted, ready, run, perhaps run again, and ended. Results are
 * believed only from the run that is the task's current one.
 */
final class TaskLife {
  private final long self;
  private final OwnerEffects effects;
  private final References references;
  private final Borrowing borrowing;
  private final Adoption adoption;
  private final DeadProcesses dead;
  private final EventTime time;
  private final Arguments arguments;
  private final Generators generators;
  private final LeaseQueues queues;
  private final ActorClients actors;

  private final AbandonedRuns abandoned;
  private final ArrayDeque<TaskView> history = new ArrayDeque<>();
  private boolean closed;

  TaskLife(
      long self,
      OwnerEffects effects,
      References references,
      DeadProcesses dead,
      EventTime time,
      long idleLeaseNs) {
    this.self = self;
    this.effects = effects;
    this.references = references;
    this.borrowing = references.borrowing();
    this.adoption = references.adoption();
    this.dead = dead;
    this.time = time;
    this.arguments = new Arguments(references);
    this.abandoned = new AbandonedRuns(arguments);
    this.generators = new Generators(effects, references);
    this.queues = new LeaseQueues(self, effects, dead, this::run, arguments::addBytes, idleLeaseNs);
    this.actors = new ActorClients(self, effects, references, arguments, this, time, this::run);
  }

  Generators generators() {
    return generators;
  }

  LeaseQueues queues() {
    return queues;
  }

  ActorClients actors() {
    return actors;
  }

  // ---- until it runs

  void submit(Task task, Object[] cells, @Nullable Object site) {
    TaskSpec spec = task.spec();
    if (spec.isGenerator()) {
      references.make(spec.id(), null, task).creationSite = site;
    }
    for (int i = 0; i < cells.length; i++) {
      references.make(spec.result(i), cells[i], task).creationSite = site;
    }
    if (cells.length == 0 && !spec.isGenerator()) {
      references.make(spec.id(), null, task);
    }
    task.sinceNs = time.nowNs;
    ActorId actor = spec.actor();
    if (actor != null) {
      actors.submit(task, actor);
      return;
    }
    LeaseQueue queue = queues.of(spec.schedulingClass(), spec.job());
    queue.submitted++;
    task.queue = queue;
    Outcome.Failed broken = admit(task);
    if (broken != null) {
      end(task, List.of(broken), 0);
    } else if (task.unresolved == 0) {
      queues.addNew(task, queue, time.nowNs);
    }
  }

  /** Holds what a task takes; returns why it can't run, if it can't. */
  Outcome.@Nullable Failed admit(Task task) {
    Outcome.Failed broken = arguments.hold(task);
    return closed ? closedFailure() : broken;
  }

  /** An object that tasks wait for is ready. */
  void argumentReady(Reference reference) {
    List<Task> dependents = reference.dependents;
    reference.dependents = null;
    if (dependents == null) {
      return;
    }
    Outcome outcome = reference.outcome;
    for (Task task : dependents) {
      task.unresolved--;
      if (task.isEnded()) {
        continue;
      }
      if (outcome instanceof Outcome.Failed failed) {
        fail(task, failed);
      } else if (task.unresolved == 0) {
        schedule(task);
      }
    }
  }

  /** A task can't run any more; of an actor that is never made others are told, too. */
  void fail(Task task, Outcome.Failed failure) {
    ActorId actor = task.spec().actor();
    if (actor != null && task.spec().isCreation()) {
      actors.creationFailed(actor, task, failure);
    } else {
      end(task, List.of(failure), 0);
    }
  }

  private void schedule(Task task) {
    ActorId actor = task.spec().actor();
    if (actor != null && task.spec().isCreation()) {
      actors.register(task, actor);
    } else if (actor != null) {
      actors.ready(task, actor);
    } else if (task.queue != null) {
      queues.add(task, task.queue, time.nowNs);
    }
  }

  /** Starts one run: the values of its refs travel with it. */
  private Message.Push run(Task task, long worker, long nowNs) {
    task.enter(TaskInfo.State.RUNNING, nowNs);
    task.attempt++;
    task.worker = worker;
    task.inPlace = false;
    return new Message.Push(task.spec(), task.attempt, arguments.values(task.spec()));
  }

  /**
   * Hands a task that waits for a lease to a run of this process, of this class, that waits for it;
   * null if it can't be run in its place.
   */
  Message.@Nullable Push lend(ObjectId id, FunctionKey waiting) {
    OwnedReference result = id.owner() == self ? references.findOwned(id) : null;
    Task task = result == null ? null : result.producer;
    if (task == null
        || task.state != TaskInfo.State.QUEUED
        || task.queue == null
        || task.spec().isGenerator()
        || !task.queue.key.mayRunInPlaceOf(waiting)
        || !task.queue.take(task)) {
      return null;
    }
    Message.Push push = run(task, self, time.nowNs);
    task.inPlace = true;
    return push;
  }

  /** A task that is to end does not wait for a lease any more. */
  void leaveQueue(Task task) {
    if (task.state == TaskInfo.State.QUEUED && task.queue != null) {
      task.queue.cancelled();
    }
  }

  // ---- ends of runs

  /** Runs have ended; fills the room that they leave. */
  void done(Message.TasksDone results) {
    for (Message.Done result : results.results()) {
      done(results.worker(), result);
    }
    queues.dispatchTouched(time.nowNs);
    actors.refill();
  }

  private void done(long worker, Message.Done result) {
    OwnedReference first = references.findOwned(result.task());
    Task task = first == null ? null : first.producer;
    if (task == null
        || task.state != TaskInfo.State.RUNNING
        || task.attempt != result.attempt()
        || task.worker != worker) {
      tooLate(worker, result);
      return;
    }
    keepKnown(result, task.spec());
    borrowing.retainedBy(worker, result.retained());
    task.acquit();
    if (result.durationNs() < 0) {
      abandon(task);
    } else if (!task.inPlace) {
      leave(task, worker, result.durationNs());
    }
    if (!result.outcomes().isEmpty()
        && result.outcomes().getFirst() instanceof Outcome.Failed failed
        && failed.retryable()
        && task.takeRetry()) {
      again(task);
      return;
    }
    end(task, result.outcomes(), worker);
  }

  private void tooLate(long worker, Message.Done result) {
    AbandonedRuns.Run late = abandoned.find(result.task(), result.attempt());
    if (late != null) {
      keepKnown(result, late.task().spec());
    }
    borrowing.retainedBy(worker, result.retained());
    adoption.discard(result.outcomes(), worker);
    if (late != null && result.durationNs() >= 0) {
      if (late.counted()) {
        leave(late.task(), worker, result.durationNs());
      }
      abandoned.letGo(late);
    }
  }

  private void keepKnown(Message.Done result, TaskSpec spec) {
    arguments.keepKnown(result.retained(), spec);
    for (Outcome outcome : result.outcomes()) {
      arguments.keepKnown(outcome.contained(), spec);
    }
  }

  private void leave(Task task, long worker, long durationNs) {
    if (task.queue != null) {
      queues.ended(task.queue, worker, durationNs);
    } else if (task.spec().actor() != null) {
      actors.ended(task, task.spec().actor());
    }
  }

  private void again(Task task) {
    if (task.spec().actor() != null) {
      actors.again(task, task.spec().actor());
    } else if (task.queue != null) {
      queues.add(task, task.queue, time.nowNs);
    }
  }

  // ---- runs that nobody waits for

  /** A task is to end while its run goes on. */
  void abandon(Task task) {
    abandoned.add(task, !task.inPlace);
  }

  /** The runs of a task that goes on, though it has ended, are to end by force. */
  void forceAbandoned(ObjectId result, boolean recursive) {
    for (AbandonedRuns.Run run : abandoned.making(result)) {
      TaskSpec spec = run.task().spec();
      if (spec.actor() == null) {
        effects.send(run.worker(), new Message.CancelRun(spec.id(), recursive, true));
      }
    }
  }

  /**
   * The actor of a call that is under way is dead, or made again, of which the worker may not know
   * yet: it may still run the call, or begin it, and will say so, or that it refused it. So what
   * the call takes stays for that run, whether the call ends now or is sent again.
   */
  void abandonIfItMayRun(Task call) {
    if (!dead.contains(call.worker)) {
      abandoned.add(call, false);
    }
  }

  /** Calls that nobody waits for any more were not run. */
  void refused(Message.CallsRefused message) {
    abandoned.refused(message.tasks(), message.incarnation());
  }

  // ---- ends of tasks

  /** A task has ended for good: its results are set, and its arguments let go. */
  void end(Task task, List<Outcome> outcomes, long worker) {
    TaskSpec spec = task.spec();
    Outcome.Failed failed =
        !outcomes.isEmpty() && outcomes.getFirst() instanceof Outcome.Failed f ? f : null;
    boolean ran = task.state == TaskInfo.State.RUNNING;
    task.failure = failed;
    task.enter(
        failed == null
            ? TaskInfo.State.FINISHED
            : failed.code() == ErrorCode.TASK_CANCELLED
                ? TaskInfo.State.CANCELLED
                : TaskInfo.State.FAILED,
        time.nowNs);
    remember(task, failed != null);
    if (spec.isGenerator()) {
      generators.end(task, failed);
    } else {
      setResults(task, outcomes, failed, worker);
    }
    if (failed == null && spec.isCreation() && spec.policy().maxRetries() != 0) {
      actors.keepRestartable(spec);
    } else if (failed != null && spec.isCreation() && ran) {
      actors.creationEnded(spec);
    } else {
      arguments.release(spec);
    }
    if (!ran && spec.actor() != null && !spec.isCreation()) {
      actors.skip(task, spec.actor());
    }
  }

  private void setResults(
      Task task, List<Outcome> outcomes, Outcome.@Nullable Failed failed, long worker) {
    TaskSpec spec = task.spec();
    boolean seen = false;
    int results = Math.max(1, spec.returns());
    for (int i = 0; i < results; i++) {
      OwnedReference result = references.findOwned(spec.result(i));
      if (result != null && result.producer == task) {
        result.producer = null;
        seen |= !result.isUnused() || result.borrowers != null && !result.borrowers.isEmpty();
        Outcome outcome =
            failed != null
                ? failed
                : spec.returns() == 0 ? new Outcome.Inline(null, 0, List.of()) : outcomes.get(i);
        adoption.resolve(result, outcome, worker);
      }
    }
    if (!seen && failed != null) {
      effects.unseenFailure(task, failed);
    }
  }

  private void remember(Task task, boolean failed) {
    if (task.queue != null) {
      if (failed) {
        task.queue.failed++;
      } else {
        task.queue.finished++;
      }
    }
    history.add(TaskView.of(task));
    if (history.size() > OwnerCore.MAX_HISTORY) {
      history.remove();
    }
  }

  void refused(Message.LeasesRefused message) {
    for (Task task : queues.refused(message.schedulingClass())) {
      if (!task.isEnded()) {
        end(task, List.of(Outcome.Failed.of(ErrorCode.OUT_OF_RESOURCES, message.reason())), 0);
      }
    }
  }

  /** The tasks that a dead worker ran are run again, or fail. */
  void workerDied(Message.ProcessDied died) {
    List<Task> hit = new ArrayList<>();
    references.forEachOwned(own -> {
      Task task = own.producer;
      if (task != null
          && task.state == TaskInfo.State.RUNNING
          && task.worker == died.process()
          && own.id().equals(task.spec().id())
          && task.spec().actor() == null) {
        hit.add(task);
      }
    });
    queues.processDied(died.process());
    for (Task task : hit) {
      if (died.cause() == DeathCause.FORCED && task.spec().policy().maxRetries() != 0) {
        again(task);
        continue;
      }
      boolean free = died.cause() == DeathCause.MADE_ROOM && task.mayMakeRoom();
      if (free || task.takeRetry()) {
        moveToItsOwnProcess(task, !free);
        again(task);
      } else {
        end(task, List.of(workerDied(task, died)), 0);
      }
    }
    abandoned.workerDied(died.process());
  }

  /**
   * Tasks share a worker, so one that kills its worker takes its neighbours with it: each is run
   * again by itself, so that it can't do that twice.
   */
  private void moveToItsOwnProcess(Task task, boolean tookRetry) {
    LeaseQueue before = task.queue;
    if (before != null && !before.key.runtimeEnv().isolated()) {
      task.isolate(tookRetry);
      LeaseQueue alone = queues.of(task.spec().schedulingClass(), task.spec().job());
      before.submitted--;
      alone.submitted++;
      task.queue = alone;
    }
  }

  private static Outcome.Failed workerDied(Task task, Message.ProcessDied died) {
    boolean forMemory =
        died.cause() == DeathCause.MADE_ROOM || died.cause() == DeathCause.OUT_OF_MEMORY;
    return Outcome.Failed.of(
        forMemory ? ErrorCode.OUT_OF_MEMORY : ErrorCode.WORKER_DIED,
        "task "
            + task.spec().name()
            + " failed: its worker died ("
            + died.reason()
            + ") and its "
            + task.spec().policy().maxRetries()
            + " retries are used up; "
            + switch (died.cause()) {
              case LOST -> "see the worker's log, or allow more retries";
              case MADE_ROOM, OUT_OF_MEMORY ->
                  "let fewer run at a time (memory(…) says what one takes), give the node more"
                      + " memory, or allow more retries";
              case FORCED -> "run what may be cancelled by force isolated(), or allow retries";
            });
  }

  /** No more tasks are accepted. */
  void close() {
    closed = true;
  }

  static Outcome.Failed closedFailure() {
    return Outcome.Failed.of(
        ErrorCode.TASK_CANCELLED, "the task was cancelled, because its Ray instance was closed");
  }

  /** Visits unfinished tasks, then the latest ended ones. */
  void forEach(Consumer<TaskView> visitor) {
    references.forEachOwned(own -> {
      if (own.producer != null && own.id().equals(own.producer.spec().id())) {
        visitor.accept(TaskView.of(own.producer));
      }
    });
    history.forEach(visitor);
  }
}
