package ray.core;

import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ActorId;
import ray.ObjectId;

/**
 * Everything that processes say to each other. Between two living processes messages arrive once
 * and in order, or else one side learns that the other is gone; there is no order across pairs.
 * Cores rely on no more than that.
 */
public sealed interface Message {

  // ---- owner to node, node to owner and executor: leases

  /**
   * An owner wants this many more leases of a class; the number replaces what it said before.
   *
   * @param settled whether the owner was sent on already: the node keeps the request if it can ever
   *     fulfil it, as nodes that know little of each other could send it to and fro for ever
   * @param data the node that holds most bytes of what the first of the tasks take; 0 if they take
   *     nothing large
   */
  record RequestLeases(
      long owner, long job, FunctionKey schedulingClass, int count, boolean settled, long data)
      implements Message {
    /** A request of an owner that was not sent on. */
    public RequestLeases(long owner, long job, FunctionKey schedulingClass, int count) {
      this(owner, job, schedulingClass, count, false, 0);
    }
  }

  /** The node gave leases on a worker; the worker has been told their ids. */
  record LeasesGranted(long node, FunctionKey schedulingClass, long worker, int count)
      implements Message {}

  /** No node can ever provide what the class needs. */
  record LeasesRefused(FunctionKey schedulingClass, String reason) implements Message {}

  /** Another node suits the class better: ask there. */
  record LeasesRedirected(FunctionKey schedulingClass, long node) implements Message {}

  /**
   * Others wait: give idle leases back at once.
   *
   * @param busy how many are to go back in any case, as soon as what runs on them has ended: the
   *     owner's job has more than its share
   */
  record ReclaimLeases(long node, int busy) implements Message {}

  /**
   * The worker gets no more leases: it ends as soon as nothing runs on it and nobody needs what it
   * owns.
   *
   * @param letGo whether what it holds itself, in static fields say, is no reason to stay
   */
  record Retire(boolean letGo) implements Message {}

  /** The worker has run, or was handed, as many tasks as it may run: it is to retire. */
  record WorkerSpent(long worker) implements Message {}

  /** A worker on which an owner has leases retires: hand it no more tasks, and give them back. */
  record WorkerRetires(long worker) implements Message {}

  /**
   * The worker may run one more task of an owner's class at a time.
   *
   * @param gpus the GPUs that it has for that, a bit for each
   */
  record AttachLease(long lease, long owner, FunctionKey schedulingClass, long gpus)
      implements Message {}

  /** The lease's task waits in a {@code get}: its CPUs are free until it is resumed. */
  record SuspendLease(long lease) implements Message {}

  /**
   * Tasks of a class wait on a worker all of whose leases are suspended: one more is needed there.
   */
  record ReplaceLease(long worker, long owner, long job, FunctionKey schedulingClass)
      implements Message {}

  /** The lease's task could go on. */
  record ResumeLease(long lease) implements Message {}

  /** The lease's task may go on. */
  record LeaseResumed(long lease) implements Message {}

  /** The worker does not use the lease any more. */
  record ReturnLease(long lease) implements Message {}

  // ---- owner to executor and back: tasks

  /**
   * One run of a task.
   *
   * @param values of the arguments given as refs, in order; null where there are none
   */
  record Push(TaskSpec spec, int attempt, Outcome @Nullable [] values) {}

  /** Run these. */
  record PushTasks(long owner, List<Push> tasks) implements Message {}

  /** The owner has this many leases of a class too many; those that idle are to be returned. */
  record ShrinkLeases(long owner, FunctionKey schedulingClass, int count) implements Message {}

  /** Of the leases asked for, so many were returned to the node. */
  record LeasesReturned(long worker, FunctionKey schedulingClass, int asked, int count)
      implements Message {}

  /**
   * One run has ended.
   *
   * @param outcomes one a result; a single failure stands for all; for a generator empty, or its
   *     failure
   * @param retained refs that the worker keeps beyond the run
   * @param items how many items a generator made
   * @param durationNs how long it ran; negative if it was given up and still runs: then its end is
   *     reported once more
   */
  record Done(
      ObjectId task,
      int attempt,
      List<Outcome> outcomes,
      List<ObjectId> retained,
      int items,
      long durationNs) {}

  /** These runs have ended. */
  record TasksDone(long worker, List<Done> results) implements Message {}

  /** A generator made an item. */
  record ItemMade(long worker, ObjectId task, int attempt, int index, Outcome outcome)
      implements Message {}

  /** The consumer of a generator has taken so many items. */
  record ItemsTaken(ObjectId task, int count) implements Message {}

  /**
   * Stop a run.
   *
   * @param force whether its worker is to be ended if it goes on
   */
  record CancelRun(ObjectId task, boolean recursive, boolean force) implements Message {
    /** Stop a run, unless it ignores that. */
    public CancelRun(ObjectId task, boolean recursive) {
      this(task, recursive, false);
    }
  }

  /** A borrower of its result wants the task cancelled by its owner. */
  record CancelTask(ObjectId task, boolean recursive, boolean force) implements Message {
    /** Cancel it, but not by force. */
    public CancelTask(ObjectId task, boolean recursive) {
      this(task, recursive, false);
    }
  }

  /** A run in this worker was cancelled by force and goes on: its node is to end the process. */
  record EndWorker(long worker, String reason) implements Message {}

  // ---- between owners: references

  /**
   * Tell me what this object is, as soon as it is known; {@code adopt}: the asker takes it over.
   */
  record Resolve(long asker, ObjectId object, boolean adopt) implements Message {}

  /** What the object is. */
  record Resolved(ObjectId object, Outcome outcome, boolean adopt) implements Message {}

  /**
   * A process holds the object; whoever says so holds it too until the owner has read this.
   *
   * @param borrower who holds it
   * @param registrar who says so, often the borrower itself
   */
  record AddBorrower(ObjectId object, long borrower, long registrar, boolean acknowledge)
      implements Message {}

  /** The borrower is known to the owner. */
  record BorrowerAdded(ObjectId object) implements Message {}

  /** A borrower gives back so many of the registrations that another, or itself, made of it. */
  record RemoveBorrower(ObjectId object, long borrower, long registrar, int registrations)
      implements Message {}

  /**
   * The owner has learned that a registrar is gone which made registrations of this borrower: how
   * many of them does the borrower know of?
   */
  record ConfirmBorrower(ObjectId object, long registrar) implements Message {}

  /**
   * So many registrations by a registrar which is gone, as the borrower knows too, has the borrower
   * been told of and not given back.
   */
  record BorrowerConfirmed(ObjectId object, long borrower, long registrar, int registrations)
      implements Message {}

  /** Follows aliases to find out whether they lead back to their origin. */
  record ProbeAlias(ObjectId origin, ObjectId at) implements Message {}

  /** They do. */
  record AliasCycle(ObjectId origin) implements Message {}

  // ---- actors

  /** Make an actor, or find the one of that name. */
  record RegisterActor(ActorSpec spec, Outcome @Nullable [] values, long owner)
      implements Message {}

  /** Answer to a registration: the actor to use, or why there is none. */
  record ActorRegistered(ActorId requested, ActorId actual, @Nullable String refusal)
      implements Message {}

  /** Tell me about an actor, now and whenever it changes. */
  record WatchActor(ActorId actor, long watcher) implements Message {}

  /**
   * How an actor is.
   *
   * @param cause why it is dead for good, or must be made again; else null
   * @param retained refs among its constructor's arguments that it keeps, for its owner
   */
  record ActorChanged(
      ActorId actor,
      ray.ActorInfo.State state,
      int incarnation,
      long worker,
      Outcome.@Nullable Failed cause,
      List<ObjectId> retained)
      implements Message {}

  /** Place an actor on this node. */
  record PlaceActor(ActorSpec spec, Outcome @Nullable [] values, int incarnation, long owner)
      implements Message {}

  /**
   * Run the constructor.
   *
   * @param gpus the GPUs that the actor has, a bit for each
   */
  record CreateActor(
      ActorSpec spec,
      Outcome @Nullable [] values,
      int incarnation,
      long owner,
      long lease,
      long gpus)
      implements Message {}

  /**
   * The constructor has run, or failed: the worker tells its node, which passes it on to the
   * control service. Or the owner says that it can never run, for a failure that names the actor.
   */
  record ActorCreated(
      ActorId actor,
      int incarnation,
      long worker,
      Outcome.@Nullable Failed failure,
      List<ObjectId> retained)
      implements Message {}

  /**
   * No constructor of an actor that is dead runs any more, or can begin: what it takes can go. Said
   * once, to the actor's owner.
   */
  record ConstructorsEnded(ActorId actor) implements Message {}

  /** Run these methods, in this order. */
  record PushCalls(long caller, ActorId actor, int incarnation, List<Push> calls)
      implements Message {}

  /** The worker does not hold that incarnation: the calls did not run. */
  record CallsRefused(ActorId actor, int incarnation, List<ObjectId> tasks) implements Message {}

  /** Nothing refers to the actor any more. */
  record ActorOutOfScope(ActorId actor) implements Message {}

  /** End an actor. */
  record KillActor(ActorId actor, boolean restart, String reason) implements Message {}

  /** End an actor in this worker. */
  record StopActor(ActorId actor, int incarnation, String reason, boolean drain)
      implements Message {}

  /**
   * An actor has ended in its worker, which tells its node, which passes it on to the control
   * service; or the node has seen that its worker is gone.
   */
  record ActorStopped(ActorId actor, int incarnation, boolean intended, String reason)
      implements Message {}

  // ---- membership

  /** A node is there. One that says so again wants to be told of all nodes again. */
  record RegisterNode(NodeView node) implements Message {}

  /**
   * How other nodes are: all of them, and itself, for a node that registers, else what has changed.
   *
   * @param nodes those that are there
   * @param gone those that are not there any more
   */
  record NodesChanged(List<NodeView> nodes, List<Long> gone) implements Message {}

  /**
   * A process is gone and will never be heard of again. Everybody is told: who lives when it dies,
   * who is born while others may still speak of it, and again whoever sends it something.
   */
  record ProcessDied(long process, String reason, DeathCause cause) implements Message {
    /** The death of a process that nobody has ended for want of memory. */
    public ProcessDied(long process, String reason) {
      this(process, reason, DeathCause.LOST);
    }
  }

  /**
   * A worker that is gone, or is to end, had stored results for the receiver, which may never hear
   * of them: the worker stores a result before it tells of it. A node says so once for each worker,
   * perhaps in several messages, of all that the receiver still pins there.
   *
   * @param worker who stored them
   * @param node the node in whose store they are
   * @param keys where
   */
  record ResultsLeft(long worker, long node, List<Long> keys) implements Message {}

  /** A job has ended; what is its own ends too. */
  record JobEnded(long job) implements Message {}
}
