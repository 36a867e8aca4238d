package ray.core.owner;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ActorInfo;
import ray.ErrorCode;
import ray.ObjectId;
import ray.TaskInfo;
import ray.core.ActorSpec;
import ray.core.FunctionKey;
import ray.core.LongMap;
import ray.core.Message;
import ray.core.Outcome;
import ray.core.RefArgument;
import ray.core.TaskSpec;

/**
 * The owner inside each driver and worker: it alone keeps the counts, the values, the tasks and
 * their retries of what its process submitted. A pure state machine: events in, {@link
 * OwnerEffects} out, time as an argument. Not thread-safe; its shell holds it behind one lock.
 */
public final class OwnerCore {
  /** How many ended tasks are remembered for listings. */
  public static final int MAX_HISTORY = 10_000;

  private final long self;
  private final OwnerEffects effects;
  private final References references;
  private final Map<FunctionKey, LeaseQueue> queues = new LinkedHashMap<>();
  private final Map<ActorId, ActorClient> actors = new HashMap<>();
  private final Map<ActorId, ActorSpec> unregistered = new HashMap<>();

  /**
   * Runs whose results nobody waits for any more, but which still use their lease and may read
   * their arguments.
   */
  private final LongMap<Task> abandoned = new LongMap<>();

  private final ArrayDeque<TaskView> history = new ArrayDeque<>();

  /** Where runs have ended since the last dispatch. */
  private final List<LeaseQueue> touchedQueues = new ArrayList<>();

  private final List<ActorClient> touchedClients = new ArrayList<>();
  private long now;
  private boolean closed;

  /** An owner with a random id, new for each incarnation of the process. */
  public OwnerCore(long self, OwnerEffects effects) {
    this.self = self;
    this.effects = effects;
    this.references = new References(self, effects, this::argumentReady, this::freed);
  }

  // ---- the program's events

  /** The program put a value, whose contained refs it holds. */
  public void put(ObjectId id, Outcome outcome, Object cell, @Nullable Object site) {
    OwnedReference made = references.make(id, cell, null);
    made.creationSite = site;
    references.resolveLocally(made, outcome);
  }

  /** The program made a ref that it will complete itself. */
  public void promise(ObjectId id, Object cell) {
    OwnedReference made = references.make(id, cell, null);
    made.contained++;
  }

  /** The program completes a ref made by {@link #promise}. */
  public void fulfil(ObjectId id, Outcome outcome) {
    OwnedReference made = references.findOwned(id);
    if (made != null && made.outcome == null) {
      references.resolveLocally(made, outcome);
      made.contained--;
      references.check(made);
    }
  }

  /**
   * The program submitted a task.
   *
   * @param cells the handles of its results, in order; empty for a generator
   */
  public void submit(Task task, Object[] cells, @Nullable Object site, long nowNs) {
    now = nowNs;
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
    task.sinceNs = nowNs;
    ActorId actor = spec.actor();
    if (actor != null) {
      submitCall(task, actor);
      return;
    }
    LeaseQueue queue = queue(spec.schedulingClass(), spec.job());
    queue.submitted++;
    task.queue = queue;
    Outcome.Failed broken = holdArguments(task);
    if (closed) {
      broken = closedFailure();
    }
    if (broken != null) {
      end(task, List.of(broken), 0);
    } else if (task.unresolved == 0) {
      queue.add(task, nowNs);
      queue.dispatchWhenWorthIt(this::run, nowNs);
    }
  }

  /** Somebody waits for results: hands over what was gathered. */
  public void flush(long nowNs) {
    now = nowNs;
    for (LeaseQueue queue : queues.values()) {
      if (queue.waiting() > 0) {
        queue.dispatch(this::run, nowNs);
      }
    }
  }

  private LeaseQueue queue(FunctionKey key, long job) {
    LeaseQueue queue = queues.get(key);
    if (queue == null) {
      queue = new LeaseQueue(key, job, self, effects);
      queues.put(key, queue);
    }
    return queue;
  }

  /** Holds what a task takes; returns why it can't run, if one of its arguments has failed. */
  private Outcome.@Nullable Failed holdArguments(Task task) {
    Outcome.Failed broken = null;
    for (Object argument : task.spec().arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        Reference reference = references.findOrBorrow(id);
        if (reference == null) {
          throw new IllegalStateException("argument " + id + " is not held by its submitter");
        }
        reference.arguments++;
        if (reference.outcome == null) {
          reference.addDependent(task);
          task.unresolved++;
          if (reference instanceof BorrowedReference foreign) {
            references.ask(foreign);
          }
        } else if (reference.outcome instanceof Outcome.Failed failed && broken == null) {
          broken = failed;
        }
      }
    }
    for (ObjectId id : task.spec().nested()) {
      Reference reference = references.findOrBorrow(id);
      if (reference != null) {
        reference.arguments++;
      }
    }
    return broken;
  }

  private void releaseArguments(TaskSpec spec) {
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        releaseArgument(id);
      }
    }
    for (ObjectId id : spec.nested()) {
      releaseArgument(id);
    }
    ActorId actor = spec.actor();
    if (actor != null && !spec.isCreation()) {
      releaseArgument(actor.creation());
    }
  }

  private void releaseArgument(ObjectId id) {
    Reference reference = references.find(id);
    if (reference != null) {
      reference.arguments--;
      references.check(reference);
    }
  }

  private void argumentReady(Reference reference) {
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
        leaveQueue(task);
        fail(task, failed);
      } else if (task.unresolved == 0) {
        schedule(task);
      }
    }
  }

  private void fail(Task task, Outcome.Failed failure) {
    ActorId actor = task.spec().actor();
    if (actor != null && task.spec().isCreation()) {
      creationFailed(actor, task, failure);
    } else {
      end(task, List.of(failure), 0);
    }
  }

  private void schedule(Task task) {
    ActorId actor = task.spec().actor();
    if (actor != null && task.spec().isCreation()) {
      register(task, actor);
    } else if (actor != null) {
      ActorClient client = actors.get(actor);
      if (client != null) {
        task.enter(TaskInfo.State.QUEUED, now);
        client.flush(this::run, now);
      }
    } else if (task.queue != null) {
      task.queue.add(task, now);
      task.queue.dispatch(this::run, now);
    }
  }

  /** Starts one run: the values of its refs travel with it. */
  private Message.Push run(Task task, long worker, long nowNs) {
    task.enter(TaskInfo.State.RUNNING, nowNs);
    task.attempt++;
    task.worker = worker;
    return new Message.Push(task.spec(), task.attempt, values(task.spec()));
  }

  private Outcome @Nullable [] values(TaskSpec spec) {
    List<Outcome> values = null;
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)) {
        if (values == null) {
          values = new ArrayList<>();
        }
        Reference reference = references.find(id);
        Outcome outcome = reference == null ? null : reference.outcome;
        if (outcome == null) {
          throw new IllegalStateException("argument " + id + " of " + spec + " is not ready");
        }
        values.add(outcome);
      }
    }
    return values == null ? null : values.toArray(new Outcome[0]);
  }

  /** A handle was closed, or found unreachable. */
  public void handleDropped(ObjectId id, Object cell) {
    references.detach(id, cell);
  }

  /**
   * Finds what a ref inside a value stands for, so that a handle can be made of it.
   *
   * @param umbrella the object that the ref was read from; null if a run's arguments protect it
   * @return null if it is gone
   */
  public @Nullable Reference open(ObjectId id, @Nullable ObjectId umbrella) {
    Reference reference = references.findOrBorrow(id);
    if (reference instanceof BorrowedReference foreign && umbrella != null) {
      Reference read = references.find(umbrella);
      if (read != null && References.keeper(read) instanceof BorrowedReference keeper) {
        references.registerUnder(foreign, keeper);
      }
    }
    return reference;
  }

  /**
   * A name of an actor was looked up: holds it from now on, if its owner lives. A detached actor of
   * this process is there without any reference.
   */
  public Reference openNamed(ObjectId id) {
    Reference reference = references.findOrBorrow(id);
    if (reference == null) {
      OwnedReference made = references.make(id, null, null);
      made.outcome = new Outcome.Inline(null, 0, List.of());
      reference = made;
    }
    if (reference instanceof BorrowedReference foreign && foreign.registrations == 0) {
      foreign.registrations++;
      effects.send(id.owner(), new Message.AddBorrower(id, self, false));
    }
    return reference;
  }

  /** Whether this process still knows an object. */
  public boolean knows(ObjectId id) {
    return references.find(id) != null;
  }

  /** Attaches a new handle. */
  public void attach(Reference reference, Object cell) {
    references.attach(reference, cell);
  }

  /** The program wants an object's value: asks its owner, unless that is known. */
  public void want(ObjectId id) {
    if (references.find(id) instanceof BorrowedReference foreign) {
      references.ask(foreign);
    }
  }

  /** Cancels the task that makes an object. */
  public void cancel(ObjectId id, boolean recursive, long nowNs) {
    now = nowNs;
    if (id.owner() != self) {
      effects.send(id.owner(), new Message.CancelTask(id, recursive));
      return;
    }
    OwnedReference reference = references.findOwned(id);
    while (reference != null && reference.producer == null && reference.outcome == null) {
      if (reference.adopting != null) {
        effects.send(
            reference.adopting.id().owner(),
            new Message.CancelTask(reference.adopting.id(), recursive));
        return;
      }
      if (reference.target instanceof BorrowedReference foreign) {
        effects.send(foreign.id().owner(), new Message.CancelTask(foreign.id(), recursive));
        return;
      }
      reference = (OwnedReference) reference.target;
    }
    if (reference != null && reference.producer != null) {
      cancel(reference.producer, recursive);
    }
  }

  private void cancel(Task task, boolean recursive) {
    if (task.spec().isCreation()) {
      return;
    }
    interrupt(
        task,
        recursive,
        Outcome.Failed.of(
            ErrorCode.TASK_CANCELLED, "task " + task.spec().name() + " was cancelled"));
  }

  /** Ends a task now, whatever its run does. */
  private void interrupt(Task task, boolean recursive, Outcome.Failed failure) {
    if (task.isEnded()) {
      return;
    }
    if (task.state == TaskInfo.State.RUNNING && !task.spec().isCreation()) {
      effects.send(task.worker, new Message.CancelRun(task.spec().id(), recursive));
      abandoned.put(task.spec().id().number(), task);
    }
    leaveQueue(task);
    end(task, List.of(failure), 0);
  }

  private void leaveQueue(Task task) {
    if (task.state == TaskInfo.State.QUEUED && task.queue != null) {
      task.enter(TaskInfo.State.CANCELLED, now);
      task.queue.cancelled();
    }
  }

  /** Cancels all that a task of this process's executor submitted. */
  public void cancelChildren(ObjectId parent, long nowNs) {
    now = nowNs;
    List<Task> children = new ArrayList<>();
    references.forEachOwned(own -> {
      if (own.producer != null && parent.equals(own.producer.spec().parent())) {
        children.add(own.producer);
      }
    });
    children.forEach(child -> cancel(child, true));
  }

  /** A run in this process has ended: which of the refs it read are still held. */
  public List<ObjectId> retain(Collection<ObjectId> acquired) {
    return references.retain(acquired);
  }

  /** Refs travel to another process with a result: registers it for them. */
  public void share(List<ObjectId> ids, long process) {
    for (ObjectId id : ids) {
      references.share(id, process);
    }
  }

  /** A stored value was pinned for an heir. */
  public void pinned(ObjectId heir) {
    references.pinned(heir);
  }

  /** The consumer of a generator took items. */
  public void itemsTaken(Task task, int count) {
    if (task.state == TaskInfo.State.RUNNING) {
      effects.send(task.worker, new Message.ItemsTaken(task.spec().id(), count));
    }
  }

  // ---- actors

  /**
   * The program creates an actor; {@code creation} makes the object that stands for it, whose
   * number is negative.
   */
  public void createActor(ActorSpec spec, Task creation, Object cell, long nowNs) {
    assert spec.id().creation().number() < 0
        : "the number of actor " + spec.id() + " is not negative";
    now = nowNs;
    references.make(spec.id().creation(), cell, creation);
    creation.sinceNs = nowNs;
    unregistered.put(spec.id(), spec);
    Outcome.Failed broken = holdArguments(creation);
    if (closed) {
      broken = closedFailure();
    }
    if (broken != null) {
      creationFailed(spec.id(), creation, broken);
    } else if (creation.unresolved == 0) {
      register(creation, spec.id());
    }
  }

  private void register(Task creation, ActorId id) {
    ActorSpec spec = unregistered.remove(id);
    if (spec != null) {
      creation.enter(TaskInfo.State.RUNNING, now);
      creation.attempt = 1;
      creation.worker = effects.control();
      client(id);
      effects.send(
          effects.control(), new Message.RegisterActor(spec, values(spec.creation()), self));
      effects.send(effects.control(), new Message.WatchActor(id, self));
    }
  }

  /** An argument of the constructor has failed: the actor is dead before it was born. */
  private void creationFailed(ActorId id, Task creation, Outcome.Failed cause) {
    unregistered.remove(id);
    client(id);
    effects.send(effects.control(), new Message.ActorCreated(id, 0, 0, cause, List.of()));
    actorChanged(
        new Message.ActorChanged(id, ActorInfo.State.DEAD, Integer.MAX_VALUE, 0, cause, List.of()));
    assert creation.isEnded() : creation + " outlives its actor";
  }

  private ActorClient client(ActorId id) {
    return actors.computeIfAbsent(id, missing -> new ActorClient(missing, self, effects));
  }

  private void submitCall(Task task, ActorId id) {
    Reference actor = references.findOrBorrow(id.creation());
    if (actor == null) {
      throw new IllegalStateException("actor " + id + " is not held by its caller");
    }
    actor.arguments++;
    Outcome.Failed broken = holdArguments(task);
    if (closed) {
      broken = closedFailure();
    }
    ActorClient client = actors.get(id);
    if (client == null) {
      client = client(id);
      if (!unregistered.containsKey(id)) {
        effects.send(effects.control(), new Message.WatchActor(id, self));
      }
    }
    if (client.deathCause() != null) {
      broken = client.deathCause();
    }
    if (broken != null) {
      end(task, List.of(broken), 0);
      return;
    }
    if (task.unresolved == 0) {
      task.enter(TaskInfo.State.QUEUED, now);
    }
    client.add(task);
    client.flush(this::run, now);
  }

  /** How many of this process's calls of an actor have not ended. */
  public int unfinishedCalls(ActorId id) {
    ActorClient client = actors.get(id);
    return client == null ? 0 : client.unfinished();
  }

  private void actorChanged(Message.ActorChanged change) {
    ActorClient client = actors.get(change.actor());
    OwnedReference own = references.findOwned(change.actor().creation());
    if (change.actor().creation().owner() == self && !change.retained().isEmpty()) {
      TaskSpec creation =
          own != null && own.producer != null
              ? own.producer.spec()
              : client == null ? null : client.restartable;
      if (creation != null) {
        references.protect(change.retained(), argumentsOf(creation));
      }
      references.retainedBy(change.worker(), change.retained());
    }
    if (client == null) {
      return;
    }
    Outcome.Failed cause = change.cause();
    List<Task> lost = client.changed(change, now);
    if (own != null && own.producer != null) {
      if (change.state() == ActorInfo.State.ALIVE) {
        end(own.producer, List.of(new Outcome.Inline(null, 0, List.of())), 0);
      } else if (change.state() == ActorInfo.State.DEAD && cause != null) {
        end(own.producer, List.of(cause), 0);
      }
    } else if (references.find(change.actor().creation()) instanceof BorrowedReference foreign
        && change.state() == ActorInfo.State.DEAD
        && cause != null) {
      references.settle(foreign, cause);
    }
    if (client.state == ActorInfo.State.DEAD) {
      releaseCreation(client);
    }
    if (client.state != ActorInfo.State.ALIVE) {
      letGoOf(task -> change.actor().equals(task.spec().actor()));
    }
    for (Task task : lost) {
      end(task, List.of(cause == null ? actorRestarted(change.actor()) : cause), 0);
    }
    client.flush(this::run, now);
  }

  private static Outcome.Failed actorRestarted(ActorId actor) {
    return Outcome.Failed.of(
        ErrorCode.ACTOR_DIED,
        "actor "
            + actor
            + " died while the call was under way; it is made again, but the call is not"
            + " sent again unless maxTaskRetries says so");
  }

  /** The constructor will not run again: its arguments can go. */
  private void releaseCreation(ActorClient client) {
    TaskSpec creation = client.restartable;
    if (creation != null) {
      client.restartable = null;
      releaseArguments(creation);
    }
  }

  private void freed(Reference reference) {
    if (actors.isEmpty()) {
      return;
    }
    ActorId id = new ActorId(reference.id());
    ActorClient client = actors.remove(id);
    if (client != null && reference instanceof OwnedReference) {
      releaseCreation(client);
      effects.send(effects.control(), new Message.ActorOutOfScope(id));
    }
  }

  // ---- ends of tasks

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
    references.retainedBy(worker, result.retained());
    if (result.durationNs() < 0) {
      abandoned.put(result.task().number(), task);
    } else {
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
    Task late = abandoned.get(result.task().number());
    if (late != null) {
      keepKnown(result, late.spec());
    }
    references.retainedBy(worker, result.retained());
    drop(result.outcomes(), worker);
    if (late != null
        && late.attempt == result.attempt()
        && late.worker == worker
        && result.durationNs() >= 0) {
      leave(late, worker, result.durationNs());
      letGo(late);
    }
  }

  /** Of what the worker has from the task's arguments, none may be lost when those are let go. */
  private void keepKnown(Message.Done result, TaskSpec spec) {
    if (!result.retained().isEmpty()) {
      references.protect(result.retained(), argumentsOf(spec));
    }
    for (Outcome outcome : result.outcomes()) {
      if (!outcome.contained().isEmpty()) {
        references.protect(outcome.contained(), argumentsOf(spec));
      }
    }
  }

  private List<Reference> argumentsOf(TaskSpec spec) {
    List<Reference> held = new ArrayList<>();
    for (Object argument : spec.arguments()) {
      if (argument instanceof RefArgument(ObjectId id)
          && references.find(id) instanceof Reference reference) {
        held.add(reference);
      }
    }
    return held;
  }

  /** A run that nobody waited for has ended, or is gone. */
  private void letGo(Task late) {
    abandoned.remove(late.spec().id().number());
    releaseArguments(late.spec());
  }

  /** Lets go of what runs read that are gone with their worker or their actor. */
  private void letGoOf(Predicate<Task> gone) {
    List<Task> late = new ArrayList<>();
    abandoned.forEach(task -> {
      if (gone.test(task)) {
        late.add(task);
      }
    });
    late.forEach(this::letGo);
  }

  /** A result that nobody wants: what its maker registered for this process is given back. */
  private void drop(List<Outcome> outcomes, long worker) {
    for (Outcome outcome : outcomes) {
      for (ObjectId id : outcome.contained()) {
        if (id.owner() != self) {
          effects.send(id.owner(), new Message.RemoveBorrower(id, self, 1));
        } else if (worker == self) {
          references.removeBorrower(new Message.RemoveBorrower(id, self, 1));
        }
      }
      if (outcome instanceof Outcome.Stored stored) {
        effects.release(stored);
      }
    }
    assert worker != 0;
  }

  private void leave(Task task, long worker, long durationNs) {
    if (task.queue != null) {
      task.queue.ended(worker, durationNs);
      if (touchedQueues.isEmpty() || touchedQueues.getLast() != task.queue) {
        touchedQueues.add(task.queue);
      }
    } else if (task.spec().actor() != null) {
      ActorClient client = actors.get(task.spec().actor());
      if (client != null) {
        client.ended(task);
        if (touchedClients.isEmpty() || touchedClients.getLast() != client) {
          touchedClients.add(client);
        }
      }
    }
  }

  private void again(Task task) {
    if (task.spec().actor() != null) {
      ActorClient client = actors.get(task.spec().actor());
      if (client != null) {
        client.again(task, now);
        client.flush(this::run, now);
      }
    } else if (task.queue != null) {
      task.queue.add(task, now);
      task.queue.dispatch(this::run, now);
    }
  }

  /** A task has ended for good: its results are set, and its arguments let go. */
  private void end(Task task, List<Outcome> outcomes, long worker) {
    TaskSpec spec = task.spec();
    Outcome.Failed failed =
        !outcomes.isEmpty() && outcomes.getFirst() instanceof Outcome.Failed f ? f : null;
    task.failure = failed;
    task.enter(
        failed == null
            ? TaskInfo.State.FINISHED
            : failed.code() == ErrorCode.TASK_CANCELLED
                ? TaskInfo.State.CANCELLED
                : TaskInfo.State.FAILED,
        now);
    remember(task, failed != null);
    if (spec.isGenerator()) {
      endGenerator(task, failed);
    } else {
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
          references.resolveFrom(result, outcome, worker);
        }
      }
      if (!seen && failed != null) {
        effects.unseenFailure(task, failed);
      }
    }
    if (failed == null && spec.isCreation() && spec.policy().maxRetries() != 0) {
      client(new ActorId(spec.id())).restartable = spec;
    } else if (abandoned.get(spec.id().number()) != task) {
      releaseArguments(spec);
    }
  }

  private void endGenerator(Task task, Outcome.@Nullable Failed failed) {
    Object stream = task.stream;
    if (failed != null && stream != null) {
      ObjectId id = references.mint();
      Object cell = effects.item(stream, id, failed);
      references.settle(references.make(id, cell, null), failed);
    }
    if (stream != null) {
      effects.endOfItems(stream);
    }
    OwnedReference first = references.findOwned(task.spec().id());
    if (first != null) {
      first.producer = null;
      references.settle(first, failed != null ? failed : new Outcome.Inline(null, 0, List.of()));
      references.check(first);
    }
  }

  private void itemMade(Message.ItemMade message) {
    OwnedReference first = references.findOwned(message.task());
    Task task = first == null ? null : first.producer;
    if (task == null
        || task.attempt != message.attempt()
        || task.worker != message.worker()
        || message.index() != task.items) {
      drop(List.of(message.outcome()), message.worker());
      return;
    }
    task.items++;
    Object stream = task.stream;
    if (stream == null) {
      drop(List.of(message.outcome()), message.worker());
      return;
    }
    ObjectId id = references.mint();
    OwnedReference item = references.make(id, null, null);
    item.contained++;
    references.resolveFrom(item, message.outcome(), message.worker());
    Outcome outcome = item.outcome == null ? message.outcome() : item.outcome;
    Object cell = effects.item(stream, id, outcome);
    references.attach(item, cell);
    if (item.outcome != null) {
      effects.ready(cell, item.outcome);
    }
    item.contained--;
    references.check(item);
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
    if (history.size() > MAX_HISTORY) {
      history.remove();
    }
  }

  // ---- messages

  /** A message arrived. */
  public void receive(Message message, long nowNs) {
    now = nowNs;
    switch (message) {
      case Message.TasksDone results -> {
        for (Message.Done result : results.results()) {
          done(results.worker(), result);
        }
        dispatchTouched();
      }
      case Message.LeasesGranted granted -> {
        LeaseQueue queue = queues.get(granted.schedulingClass());
        if (queue != null) {
          queue.granted(granted.worker(), granted.count());
          queue.dispatch(this::run, nowNs);
        }
      }
      case Message.LeasesReturned returned -> {
        LeaseQueue queue = queues.get(returned.schedulingClass());
        if (queue != null) {
          queue.returned(returned.worker(), returned.asked(), returned.count());
          queue.dispatch(this::run, nowNs);
        }
      }
      case Message.LeasesRefused refused -> refused(refused);
      case Message.LeasesRedirected redirected -> {
        LeaseQueue queue = queues.get(redirected.schedulingClass());
        if (queue != null) {
          queue.redirected(redirected.node());
        }
      }
      case Message.ReclaimLeases reclaim -> queues.values().forEach(q -> q.reclaim(nowNs));
      case Message.ItemMade item -> itemMade(item);
      case Message.Resolve question -> {
        references.asked(question);
        flush(nowNs);
      }
      case Message.Resolved answer -> references.answered(answer);
      case Message.AddBorrower added -> references.addBorrower(added);
      case Message.BorrowerAdded added -> references.acknowledged(added.object());
      case Message.RemoveBorrower removed -> references.removeBorrower(removed);
      case Message.ProbeAlias probe -> references.probe(probe.origin(), probe.at());
      case Message.AliasCycle cycle -> references.breakCycle(cycle.origin());
      case Message.CancelTask cancelled -> cancel(cancelled.task(), cancelled.recursive(), nowNs);
      case Message.ActorChanged change -> actorChanged(change);
      case Message.CallsRefused refused -> {
        ActorClient client = actors.get(refused.actor());
        if (client != null) {
          client.refused(refused, nowNs);
          client.flush(this::run, nowNs);
        }
      }
      case Message.ActorRegistered answer -> registered(answer);
      case Message.ProcessDied died -> processDied(died);
      case Message.TasksStarted ignored -> {}
      case Message.RequestLeases m -> misrouted(m);
      case Message.AttachLease m -> misrouted(m);
      case Message.SuspendLease m -> misrouted(m);
      case Message.ReplaceLease m -> misrouted(m);
      case Message.ResumeLease m -> misrouted(m);
      case Message.LeaseResumed m -> misrouted(m);
      case Message.ReturnLease m -> misrouted(m);
      case Message.PushTasks m -> misrouted(m);
      case Message.ShrinkLeases m -> misrouted(m);
      case Message.ItemsTaken m -> misrouted(m);
      case Message.RegisterActor m -> misrouted(m);
      case Message.WatchActor m -> misrouted(m);
      case Message.PlaceActor m -> misrouted(m);
      case Message.CreateActor m -> misrouted(m);
      case Message.ActorCreated m -> misrouted(m);
      case Message.PushCalls m -> misrouted(m);
      case Message.ActorOutOfScope m -> misrouted(m);
      case Message.KillActor m -> misrouted(m);
      case Message.StopActor m -> misrouted(m);
      case Message.ActorStopped m -> misrouted(m);
      case Message.RegisterNode m -> misrouted(m);
      case Message.JobEnded m -> misrouted(m);
      case Message.NodesChanged m -> misrouted(m);
      case Message.CancelRun m -> misrouted(m);
    }
  }

  private static void misrouted(Message message) {
    throw new IllegalArgumentException("not for an owner: " + message);
  }

  /** Fills the room that ended runs have left. */
  private void dispatchTouched() {
    for (LeaseQueue queue : touchedQueues) {
      queue.dispatch(this::run, now);
    }
    touchedQueues.clear();
    for (ActorClient client : touchedClients) {
      client.flush(this::run, now);
    }
    touchedClients.clear();
  }

  private void refused(Message.LeasesRefused message) {
    LeaseQueue queue = queues.get(message.schedulingClass());
    if (queue != null) {
      for (Task task : queue.drain()) {
        if (!task.isEnded()) {
          end(task, List.of(Outcome.Failed.of(ErrorCode.OUT_OF_RESOURCES, message.reason())), 0);
        }
      }
    }
  }

  private void registered(Message.ActorRegistered answer) {
    String refusal = answer.refusal();
    if (refusal != null || !answer.actual().equals(answer.requested())) {
      OwnedReference own = references.findOwned(answer.requested().creation());
      if (own != null && own.producer != null) {
        end(
            own.producer,
            List.of(
                Outcome.Failed.of(
                    ErrorCode.ACTOR_DIED,
                    refusal == null ? "another actor took its name" : refusal)),
            0);
      }
      actors.remove(answer.requested());
    }
    effects.actorRegistered(answer);
  }

  private void processDied(Message.ProcessDied died) {
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
    for (LeaseQueue queue : queues.values()) {
      queue.workerDied(died.process());
    }
    for (Task task : hit) {
      if (task.takeRetry()) {
        again(task);
      } else {
        end(
            task,
            List.of(
                Outcome.Failed.of(
                    ErrorCode.WORKER_DIED,
                    "task "
                        + task.spec().name()
                        + " failed: its worker died ("
                        + died.reason()
                        + ") and its "
                        + task.spec().policy().maxRetries()
                        + " retries are used up; see the worker's log, or allow more retries")),
            0);
      }
    }
    letGoOf(task -> task.worker == died.process());
    references.processDied(died.process(), died.reason());
    for (LeaseQueue queue : queues.values()) {
      queue.dispatch(this::run, now);
    }
  }

  // ---- time and the end

  /** Time passed. Returns whether there is anything that needs to be told the time again. */
  public boolean tick(long nowNs) {
    now = nowNs;
    boolean again = false;
    for (LeaseQueue queue : queues.values()) {
      queue.dispatch(this::run, nowNs);
      again |= queue.hasIdleLeases() || queue.waiting() > 0;
    }
    return again;
  }

  /** The program ends: every unfinished task is cancelled, and no more are accepted. */
  public void close(long nowNs) {
    now = nowNs;
    closed = true;
    List<Task> unfinished = new ArrayList<>();
    references.forEachOwned(own -> {
      if (own.producer != null && !own.producer.isEnded()) {
        unfinished.add(own.producer);
      }
    });
    for (Task task : unfinished) {
      interrupt(task, true, closedFailure());
    }
    references.failUnresolved(closedFailure());
  }

  private static Outcome.Failed closedFailure() {
    return Outcome.Failed.of(
        ErrorCode.TASK_CANCELLED, "the task was cancelled, because its Ray instance was closed");
  }

  // ---- looking in

  /** Visits unfinished tasks, then the latest ended ones. */
  public void forEachTask(Consumer<TaskView> visitor) {
    references.forEachOwned(own -> {
      if (own.producer != null && own.id().equals(own.producer.spec().id())) {
        visitor.accept(TaskView.of(own.producer));
      }
    });
    history.forEach(visitor);
  }

  /** Visits the objects that this process owns. */
  public void forEachObject(Consumer<ObjectView> visitor) {
    references.forEachOwned(own -> visitor.accept(ObjectView.of(own)));
  }

  /** Visits the handles of this process's own objects. */
  public void forEachCell(Consumer<Object> visitor) {
    references.forEachOwned(own -> {
      if (own.cell != null) {
        visitor.accept(own.cell);
      }
    });
  }

  /** Visits the queues of ready tasks. */
  public void forEachQueue(Consumer<QueueView> visitor) {
    queues.values().forEach(queue -> visitor.accept(QueueView.of(queue)));
  }

  /** How many objects this process owns. */
  public int ownedCount() {
    return references.ownedCount();
  }

  /** How many objects of others this process holds. */
  public int borrowedCount() {
    return references.borrowedCount();
  }
}
