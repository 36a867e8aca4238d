package ray.core.owner;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.CancelOptions;
import ray.ErrorCode;
import ray.ObjectId;
import ray.core.ActorSpec;
import ray.core.DeadProcesses;
import ray.core.FunctionKey;
import ray.core.Message;
import ray.core.Outcome;

/**
 * The owner inside each driver and worker: it alone keeps the counts, the values, the tasks and
 * their retries of what its process submitted. A pure state machine: events in, {@link
 * OwnerEffects} out, time as an argument. Not thread-safe; its shell holds it behind one lock.
 */
public final class OwnerCore {
  /** How many ended tasks are remembered for listings. */
  public static final int MAX_HISTORY = 10_000;

  private static final Outcome.Failed NOT_TAKEN =
      Outcome.Failed.of(
          ErrorCode.OBJECT_LOST,
          "the node's object store did not take the value: to the node, this process is dead");

  private final OwnerEffects effects;
  private final References references;
  private final Borrowing borrowing;
  private final Outcomes outcomes;
  private final Aliases aliases;
  private final Adoption adoption;
  private final EventTime time = new EventTime();
  private final DeadProcesses dead = new DeadProcesses();
  private final TaskLife tasks;
  private final LeaseQueues queues;
  private final ActorClients actors;
  private final Cancellation cancellation;

  /** An owner with a random id, new for each incarnation of the process. */
  public OwnerCore(long self, OwnerEffects effects) {
    this(self, effects, LeaseQueue.IDLE_NS);
  }

  /** The same, which keeps an idle lease for the next task for so long. */
  public OwnerCore(long self, OwnerEffects effects, long idleLeaseNs) {
    this.effects = effects;
    this.references = new References(self, effects, dead, this::ready, this::freed);
    this.borrowing = references.borrowing();
    this.outcomes = references.outcomes();
    this.aliases = references.aliases();
    this.adoption = references.adoption();
    this.tasks = new TaskLife(self, effects, references, dead, time, idleLeaseNs);
    this.queues = tasks.queues();
    this.actors = tasks.actors();
    this.cancellation = new Cancellation(self, effects, references, tasks);
  }

  private void ready(Reference reference) {
    tasks.argumentReady(reference);
  }

  private void freed(Reference reference) {
    actors.freed(reference);
  }

  // ---- the program's events

  /** The program put a value, whose contained refs it holds. */
  public void put(ObjectId id, Outcome outcome, Object cell, @Nullable Object site) {
    OwnedReference made = references.make(id, cell, null);
    made.creationSite = site;
    outcomes.setMade(made, outcome);
  }

  /**
   * The program put a value, without refs in it, that its store does not know yet: until {@link
   * #confirmed}, which must follow, only the program reads it.
   */
  public void putAhead(ObjectId id, Outcome.Stored outcome, Object cell, @Nullable Object site) {
    OwnedReference made = references.make(id, cell, null);
    made.creationSite = site;
    made.ahead = outcome;
  }

  /**
   * The store has taken what was put ahead, or refused it. If nothing held the object any more, the
   * store was told already; it may also have failed, as the program was ending.
   */
  public void confirmed(ObjectId id, boolean taken) {
    OwnedReference made = references.findOwned(id);
    if (made == null || made.ahead == null) {
      return;
    }
    Outcome.Stored value = made.ahead;
    made.ahead = null;
    if (made.outcome == null) {
      outcomes.setMade(made, taken ? value : NOT_TAKEN);
    } else if (taken) {
      effects.release(value);
    }
  }

  /** The program made a ref that it will complete itself. */
  public void promise(ObjectId id, Object cell, @Nullable Object site) {
    OwnedReference made = references.make(id, cell, null);
    made.creationSite = site;
    made.promised = true;
    made.contained++;
  }

  /**
   * The program completes a ref made by {@link #promise}, which may have failed meanwhile, as the
   * program was ending.
   */
  public void fulfil(ObjectId id, Outcome outcome) {
    OwnedReference made = references.findOwned(id);
    if (made != null && made.outcome == null) {
      outcomes.setMade(made, outcome);
    } else if (outcome instanceof Outcome.Stored unwanted) {
      effects.release(unwanted);
    }
    if (made != null && made.promised) {
      made.promised = false;
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
    time.nowNs = nowNs;
    tasks.submit(task, cells, site);
  }

  /** Somebody waits for results: hands over what was gathered. */
  public void flush(long nowNs) {
    time.nowNs = nowNs;
    queues.flush(nowNs);
    actors.flush();
  }

  /**
   * A run of this process, of this class, is about to wait for the task that makes an object: if no
   * lease was free for that, returns it, to be run in place of the one that waits, and by nobody
   * else. What was gathered beside it is handed over.
   */
  public Message.@Nullable Push lend(ObjectId task, FunctionKey waiting, long nowNs) {
    time.nowNs = nowNs;
    Message.Push push = tasks.lend(task, waiting);
    flush(nowNs);
    return push;
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
      if (read != null && read.keeper() instanceof BorrowedReference keeper) {
        borrowing.registerUnder(foreign, keeper);
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
      made.foundByName = true;
      reference = made;
    }
    if (reference instanceof BorrowedReference foreign && !foreign.isRegistered()) {
      borrowing.register(foreign, false);
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
      outcomes.ask(foreign);
    }
  }

  /** Cancels the task that makes an object, but not by force. */
  public void cancel(ObjectId id, boolean recursive, long nowNs) {
    cancel(id, CancelOptions.DEFAULT.withRecursive(recursive), nowNs);
  }

  /** Cancels the task that makes an object. */
  public void cancel(ObjectId id, CancelOptions how, long nowNs) {
    time.nowNs = nowNs;
    cancellation.cancel(id, how);
  }

  /** Whether an object of this owner is still to be made by a call of an actor. */
  public boolean isCall(ObjectId id) {
    return cancellation.isCall(id);
  }

  /**
   * Ends an actor. Calls that this process makes after it never reach the life that is ended: they
   * wait for what the control service says of it.
   */
  public void kill(ActorId actor, boolean restart, String reason) {
    actors.kill(actor, restart, reason);
  }

  /** Cancels all that a task of this process's executor submitted. */
  public void cancelChildren(ObjectId parent, boolean force, long nowNs) {
    time.nowNs = nowNs;
    cancellation.cancelChildren(parent, force);
  }

  /**
   * A run in this process has ended: which of the refs it read are still held.
   *
   * @param submitter who is told of them, and tells their owners
   */
  public List<ObjectId> retain(Collection<ObjectId> acquired, long submitter) {
    return borrowing.retain(acquired, submitter);
  }

  /** Refs travel to another process with a result: registers it for them. */
  public void share(List<ObjectId> ids, long process) {
    for (ObjectId id : ids) {
      borrowing.share(id, process);
    }
  }

  /** A stored value was pinned for an heir. */
  public void pinned(ObjectId heir) {
    adoption.pinned(heir);
  }

  /** The consumer of a generator took items. */
  public void itemsTaken(Task task, int count) {
    tasks.generators().itemsTaken(task, count);
  }

  // ---- actors

  /**
   * The program creates an actor; {@code creation} makes the object that stands for it, whose
   * number is negative.
   */
  public void createActor(ActorSpec spec, Task creation, Object cell, long nowNs) {
    time.nowNs = nowNs;
    actors.create(spec, creation, cell);
  }

  /** How many of this process's calls of an actor have not ended. */
  public int unfinishedCalls(ActorId id) {
    return actors.unfinishedCalls(id);
  }

  // ---- messages

  /** A message arrived. */
  public void receive(Message message, long nowNs) {
    time.nowNs = nowNs;
    switch (message) {
      case Message.TasksDone results -> tasks.done(results);
      case Message.LeasesGranted granted -> queues.granted(granted, nowNs);
      case Message.LeasesReturned returned -> queues.returned(returned, nowNs);
      case Message.LeasesRefused refused -> tasks.refused(refused);
      case Message.LeasesRedirected redirected -> queues.redirected(redirected);
      case Message.ReclaimLeases reclaim -> queues.reclaim(reclaim.busy(), nowNs);
      case Message.WorkerRetires retires -> queues.retires(retires.worker(), nowNs);
      case Message.ItemMade item -> tasks.generators().itemMade(item);
      case Message.Resolve question -> {
        outcomes.asked(question);
        flush(nowNs);
      }
      case Message.Resolved answer -> resolved(answer);
      case Message.AddBorrower added -> borrowing.addBorrower(added);
      case Message.BorrowerAdded added -> borrowing.acknowledged(added.object());
      case Message.RemoveBorrower removed -> borrowing.removeBorrower(removed);
      case Message.ConfirmBorrower question -> references.confirmations().asked(question);
      case Message.BorrowerConfirmed answer -> borrowing.confirmed(answer);
      case Message.ProbeAlias probe -> aliases.probe(probe.origin(), probe.at());
      case Message.AliasCycle cycle -> aliases.breakCycle(cycle.origin());
      case Message.CancelTask cancelled ->
          cancellation.cancel(
              cancelled.task(), new CancelOptions(cancelled.recursive(), cancelled.force()));
      case Message.ActorChanged change -> actors.changed(change);
      case Message.ConstructorsEnded ended -> actors.constructorsEnded(ended.actor());
      case Message.CallsRefused refused -> actors.refused(refused);
      case Message.ActorRegistered answer -> actors.registered(answer);
      case Message.ProcessDied died -> processDied(died);
      case Message.ResultsLeft left -> references.leftResults().told(left);
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
      case Message.Retire m -> misrouted(m);
      case Message.WorkerSpent m -> misrouted(m);
      case Message.NodesChanged m -> misrouted(m);
      case Message.CancelRun m -> misrouted(m);
      case Message.EndWorker m -> misrouted(m);
    }
  }

  private static void misrouted(Message message) {
    throw new IllegalArgumentException("not for an owner: " + message);
  }

  private void resolved(Message.Resolved answer) {
    if (answer.adopt()) {
      adoption.answered(answer.object(), answer.outcome());
    } else {
      outcomes.answered(answer.object(), answer.outcome());
    }
  }

  private void processDied(Message.ProcessDied died) {
    dead.add(died.process());
    tasks.workerDied(died);
    references.deaths().died(died.process(), died.reason());
    references.leftResults().died(died.process());
    queues.tick(time.nowNs);
  }

  // ---- time and the end

  /** Time passed. Returns whether there is anything that needs to be told the time again. */
  public boolean tick(long nowNs) {
    time.nowNs = nowNs;
    actors.flush();
    return queues.tick(nowNs);
  }

  /** The program ends: every unfinished task is cancelled, and no more are accepted. */
  public void close(long nowNs) {
    time.nowNs = nowNs;
    tasks.close();
    cancellation.cancelAll(TaskLife.closedFailure());
  }

  // ---- looking in

  /** Visits unfinished tasks, then the latest ended ones. */
  public void forEachTask(Consumer<TaskView> visitor) {
    tasks.forEach(visitor);
  }

  /** Visits the objects that this process owns. */
  public void forEachObject(Consumer<ObjectView> visitor) {
    references.forEachOwned(own -> visitor.accept(ObjectView.of(own)));
  }

  /** Visits the objects of others that this process holds, with its own reasons to. */
  public void forEachBorrowed(Consumer<ObjectView> visitor) {
    references.borrowed().forEach(foreign -> visitor.accept(ObjectView.of(foreign)));
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
    queues.forEach(queue -> visitor.accept(QueueView.of(queue)));
  }

  /** How many objects this process owns. */
  public int ownedCount() {
    return references.ownedCount();
  }

  /**
   * How many objects of this process others hold or wait for, and how many its own tasks are to
   * make: what would be lost if it ended, whatever it holds itself.
   */
  public int neededCount() {
    return references.neededCount();
  }

  /** How many objects of others this process holds. */
  public int borrowedCount() {
    return references.borrowedCount();
  }
}
