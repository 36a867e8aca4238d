package ray.core.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import ray.ErrorCode;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;
import ray.core.FunctionKey;
import ray.core.Invariant;
import ray.core.LongMap;
import ray.core.Message;
import ray.core.NodeView;
import ray.core.Outcome;
import ray.core.Placement;

/**
 * The node service's account of its resources: who has leases on them, who waits for one, and who
 * waits to go on after a {@code get}. A pure state machine, not thread-safe.
 *
 * <p>Order of precedence when resources come free: runs that were blocked, then actors, then
 * owners' demands in turn. So a run that has begun is never kept from ending by one that has not.
 *
 * <p>An actor holds what it has for life, so nobody who has begun waits for that: where actors
 * alone hold what a blocked run needs, it goes on beside them, and the node is oversubscribed
 * meanwhile.
 */
public final class NodeCore {
  /** How often in a row a worker's start is tried. */
  static final int MAX_STARTS = 3;

  private final long self;
  private final Resources total;
  private final Map<String, String> labels;
  private final NodeEffects effects;

  private final Holdings holdings;
  private final LongMap<Lease> leases = new LongMap<>();
  private final Map<DemandKey, Demand> demands = new LinkedHashMap<>();
  private final ArrayDeque<Lease> resuming = new ArrayDeque<>();

  private final ArrayDeque<Message.PlaceActor> actors = new ArrayDeque<>();
  private final WorkerPools workers = new WorkerPools();

  /** Leases that wait for the workers that are started for them. */
  private final Map<WorkerPools.Pool, ArrayDeque<Lease>> awaiting = new HashMap<>();

  /** How many isolated workers may be on their way at a time. */
  private final int mayStart;

  private final KnownNodes cluster;
  private long nextLease = 1;
  private int suspended;

  /**
   * Who wants leases, and of which class.
   *
   * @param worker where, for tasks that wait there already; 0 for any
   */
  private record DemandKey(long owner, FunctionKey schedulingClass, long worker) {}

  /** How many leases are still wanted. */
  private static final class Demand {
    final DemandKey key;
    final WorkerPools.Pool pool;
    int count;

    Demand(DemandKey key, long job) {
      this.key = key;
      this.pool = new WorkerPools.Pool(job, key.schedulingClass().runtimeEnv());
    }
  }

  /** A node with these resources and labels. */
  public NodeCore(long self, Resources total, Map<String, String> labels, NodeEffects effects) {
    this.self = self;
    this.total = total;
    this.labels = labels;
    this.effects = effects;
    this.holdings = new Holdings(self, total);
    this.cluster = new KnownNodes(self, effects);
    this.mayStart =
        (int) Math.max(2, total.units().getOrDefault(Resources.CPU, 0L) / Resources.UNITS_PER_ONE);
  }

  /** Makes the node known. */
  public void start() {
    cluster.ask(view());
  }

  /** A message arrived. */
  public void receive(Message message) {
    switch (message) {
      case Message.RequestLeases request -> request(request);
      case Message.ReplaceLease replace -> replace(replace);
      case Message.SuspendLease suspend -> suspend(suspend.lease());
      case Message.ResumeLease resume -> resume(resume.lease());
      case Message.ReturnLease returned -> returned(returned.lease());
      case Message.PlaceActor place -> {
        actors.add(place);
        grant();
        if (!actors.isEmpty()) {
          reclaim();
        }
      }
      case Message.StopActor stop -> stopWaiting(stop);
      case Message.WorkerSpent spent -> {
        if (workers.isThere(spent.worker())) {
          retire(spent.worker(), false);
          grant();
        }
      }
      case Message.EndWorker end -> effects.endWorker(end.worker(), end.reason());
      case Message.ActorCreated created -> effects.send(effects.control(), created);
      case Message.ActorStopped stopped -> effects.send(effects.control(), stopped);
      case Message.NodesChanged changed -> cluster.changed(changed).forEach(this::decide);
      case Message.ProcessDied died -> processDied(died.process());
      default -> throw new IllegalArgumentException("not for a node: " + message);
    }
  }

  /** Tasks wait on a worker, and no lease is left there that could run them. */
  private void replace(Message.ReplaceLease replace) {
    // The tasks may have come before their lease; on a worker of its own that is so always.
    if (!workers.isTaken(replace.worker()) && !isOnItsWay(replace)) {
      DemandKey there = new DemandKey(replace.owner(), replace.schedulingClass(), replace.worker());
      demand(there, replace.job()).count++;
      grant();
      reclaim();
    }
  }

  private boolean isOnItsWay(Message.ReplaceLease replace) {
    boolean[] found = {false};
    leases.forEach(lease -> found[0] |= lease.isOnItsWay(replace));
    return found[0];
  }

  /** An actor that waits for a place is not to be made. */
  private void stopWaiting(Message.StopActor stop) {
    for (Iterator<Message.PlaceActor> all = actors.iterator(); all.hasNext(); ) {
      Message.PlaceActor waiting = all.next();
      if (waiting.spec().id().equals(stop.actor())) {
        all.remove();
        stopped(waiting, stop.reason());
      }
    }
    for (Lease lease : awaiting()) {
      Message.PlaceActor waiting = lease.actor;
      if (waiting != null && waiting.spec().id().equals(stop.actor())) {
        giveUp(lease);
        stopped(waiting, stop.reason());
        grant();
      }
    }
  }

  private void stopped(Message.PlaceActor actor, String reason) {
    effects.send(
        effects.control(),
        new Message.ActorStopped(actor.spec().id(), actor.incarnation(), true, reason));
  }

  private Demand demand(DemandKey key, long job) {
    Demand demand = demands.get(key);
    if (demand == null) {
      demand = new Demand(key, job);
      demands.put(key, demand);
      holdings.shares().enter(job);
    }
    return demand;
  }

  private void request(Message.RequestLeases request) {
    FunctionKey wanted = request.schedulingClass();
    if (wanted.strategy() instanceof SchedulingStrategy.WorkerAffinity there) {
      requestThere(request, there);
    } else if (request.count() > 0
        && !suitsHere(request)
        && cluster.best(request, view()) == null) {
      cluster.defer(request, view());
    } else {
      cluster.forget(request);
      decide(request);
    }
  }

  /** One worker alone will do. */
  private void requestThere(
      Message.RequestLeases request, SchedulingStrategy.WorkerAffinity affinity) {
    FunctionKey wanted = request.schedulingClass();
    long worker = affinity.id();
    if (request.count() > 0 && !workers.isThere(worker)) {
      refuse(request.owner(), wanted, "worker " + affinity.worker() + " is gone");
    } else if (request.count() > 0 && !workers.suits(worker, wanted)) {
      String asked = " is no process of its own with the GPUs that " + wanted.function();
      String next = " asks for: name one that is, or let the node choose";
      refuse(request.owner(), wanted, "worker " + affinity.worker() + asked + next);
    } else if (request.count() > 0 && !Placement.fits(wanted.resources(), total)) {
      refuse(request.owner(), wanted, cluster.refusal(wanted, view()));
    } else {
      want(new DemandKey(request.owner(), wanted, worker), request);
    }
  }

  private void decide(Message.RequestLeases request) {
    FunctionKey wanted = request.schedulingClass();
    boolean stays = request.settled() && cluster.suits(wanted, view());
    if (request.count() > 0 && !stays && !suitsHere(request)) {
      NodeView better = cluster.best(request, view());
      cluster.turn();
      if (better == null) {
        String refusal = cluster.refusal(wanted, view());
        effects.send(request.owner(), new Message.LeasesRefused(wanted, refusal));
        return;
      }
      if (better.id() != self) {
        effects.send(request.owner(), new Message.LeasesRedirected(wanted, better.id()));
        return;
      }
    }
    want(new DemandKey(request.owner(), wanted, 0), request);
  }

  private void want(DemandKey key, Message.RequestLeases request) {
    Demand demand = demand(key, request.job());
    demand.count = request.count();
    if (demand.count == 0) {
      demands.remove(demand.key);
      return;
    }
    grant();
    if (demand.count > 0) {
      reclaim();
    }
  }

  /** Nothing speaks against this node: the usual case, decided without looking at others. */
  private boolean suitsHere(Message.RequestLeases request) {
    FunctionKey wanted = request.schedulingClass();
    return wanted.strategy() instanceof SchedulingStrategy.Standard
        && (request.data() == 0 || request.data() == self)
        && (cluster.isAlone() || fits(wanted.resources()))
        && Placement.fits(wanted.resources(), total);
  }

  /** Others have leases that they may not use: asks for those. */
  private void reclaim() {
    reclaim(surplus());
  }

  private void reclaim(JobShares.@Nullable Surplus surplus) {
    Long richest = surplus == null ? null : holdings.richestOwner(surplus.job());
    int busy = surplus == null ? 0 : surplus.leases();
    for (Long owner : holdings.owners()) {
      effects.send(owner, new Message.ReclaimLeases(self, owner.equals(richest) ? busy : 0));
    }
  }

  /** What a job has too much for the sake of the neediest that waits; null if there is nothing. */
  private JobShares.@Nullable Surplus surplus() {
    if (!holdings.shares().hasSeveral()) {
      return null;
    }
    Demand neediest = null;
    for (Demand demand : inOrder()) {
      if (!fits(demand.key.schedulingClass().resources())) {
        neediest = demand;
        break;
      }
    }
    if (neediest == null) {
      return null;
    }
    Resources wanted = neediest.key.schedulingClass().resources();
    return holdings
        .shares()
        .surplus(neediest.pool.job(), wanted.units().getOrDefault(Resources.CPU, 0L));
  }

  /**
   * Time passed: to be called every now and then, so that jobs which want more than there is get
   * the same of it, and that who waits gets what comes to idle: owners are asked again and again.
   */
  public void share(long nowNs) {
    Set<Long> wanting = new HashSet<>();
    demands.values().forEach(demand -> wanting.add(demand.pool.job()));
    holdings.shares().look(nowNs, wanting);
    JobShares.Surplus surplus = surplus();
    if (surplus != null || isAnyWaitingForRuns()) {
      reclaim(surplus);
    }
  }

  /** Whether to give idle leases back would help anybody who waits. */
  private boolean isAnyWaitingForRuns() {
    return !resuming.isEmpty()
        || actors.stream()
            .anyMatch(each -> holdings.waitsForRuns(each.spec().options().resources()))
        || demands.keySet().stream()
            .anyMatch(each -> holdings.waitsForRuns(each.schedulingClass().resources()));
  }

  /** Who waits, in the order in which it is served. */
  private List<Demand> inOrder() {
    List<Demand> waiting = new ArrayList<>(demands.values());
    JobShares shares = holdings.shares();
    if (shares.hasSeveral()) {
      waiting.sort((one, other) -> shares.compare(one.pool.job(), other.pool.job()));
    }
    return waiting;
  }

  private void suspend(long id) {
    Lease lease = leases.get(id);
    if (lease != null && !lease.suspended) {
      holdings.suspend(lease);
      lease.suspended = true;
      lease.known = true;
      suspended++;
      grant();
    }
  }

  private void resume(long id) {
    Lease lease = leases.get(id);
    if (lease != null && lease.suspended && !lease.resuming) {
      lease.resuming = true;
      resuming.add(lease);
      grant();
      if (lease.resuming) {
        reclaim();
      }
    }
  }

  private void release(Lease lease) {
    workers.released(lease.worker);
    holdings.release(lease);
    if (lease.suspended) {
      suspended--;
      resuming.remove(lease);
    }
  }

  private void returned(long id) {
    Lease lease = leases.remove(id);
    if (lease != null) {
      release(lease);
      employ(lease);
      grant();
      if (lease.gpus != 0 && workers.isIsolated(lease.worker) && !workers.isTaken(lease.worker)) {
        // It may still have memory on them, which whoever gets them next can't free.
        retire(lease.worker, false);
      }
    }
  }

  /** What a worker of its own goes on with when its lease has ended. */
  private void employ(Lease ended) {
    if (!workers.isIsolated(ended.worker)) {
      return;
    }
    if (ended.isActors()) {
      // What an actor leaves behind in its process is for nobody else.
      retire(ended.worker, false);
      return;
    }
    Lease next = pollAwaiting(workers.pool(ended.worker));
    if (next != null) {
      attach(next, ended.worker);
    }
  }

  private @Nullable Lease pollAwaiting(WorkerPools.Pool pool) {
    ArrayDeque<Lease> first = awaiting.get(pool);
    if (first == null) {
      return null;
    }
    Lease lease = first.remove();
    if (first.isEmpty()) {
      awaiting.remove(pool);
    }
    return lease;
  }

  /** A lease is not needed any more whose worker has not come. */
  private void giveUp(Lease lease) {
    awaiting.values().removeIf(leases -> leases.remove(lease) && leases.isEmpty());
    leases.remove(lease.id);
    release(lease);
  }

  private List<Lease> awaiting() {
    return awaiting.values().stream().flatMap(ArrayDeque::stream).toList();
  }

  // ---- giving what is free to who waits

  private void grant() {
    while (!resuming.isEmpty()) {
      Lease lease = resuming.peek();
      if (!holdings.mayGoOn(lease)) {
        return;
      }
      resuming.remove();
      holdings.resume(lease);
      lease.suspended = false;
      lease.resuming = false;
      suspended--;
      effects.send(lease.worker, new Message.LeaseResumed(lease.id));
    }
    placeActors();
    grantDemands();
  }

  private void placeActors() {
    for (Iterator<Message.PlaceActor> all = actors.iterator(); all.hasNext(); ) {
      Message.PlaceActor place = all.next();
      if (!fits(place.spec().options().resources())) {
        continue;
      }
      long gpus = holdings.gpusFor(place.spec().options().resources());
      WorkerPools.Pool pool = withGpus(pool(place), gpus);
      Long worker = worker(pool);
      if (worker == null && !mayAwait(pool)) {
        continue;
      }
      all.remove();
      lease(new Lease(nextLease++, place), pool, worker, gpus);
    }
  }

  private void grantDemands() {
    while (!demands.isEmpty() && grantOnce()) {
      // There may be more.
    }
  }

  /**
   * Gives each demand one lease, or where jobs compete the neediest; returns whether any got one.
   */
  private boolean grantOnce() {
    boolean granted = false;
    for (Demand demand : inOrder()) {
      Resources needs = demand.key.schedulingClass().resources();
      if (!fits(needs)) {
        continue;
      }
      long there = demand.key.worker();
      // A process of its own sees the GPUs that it was started with, and no others.
      long gpus =
          there != 0 && demand.pool.isIsolated() ? workers.gpus(there) : holdings.gpusFor(needs);
      if (!holdings.fitsOn(gpus, needs)) {
        continue;
      }
      WorkerPools.Pool pool = withGpus(demand.pool, gpus);
      Long worker = there != 0 ? (Long) there : worker(pool);
      if (worker == null ? !mayAwait(pool) : workers.isTaken(worker)) {
        continue;
      }
      granted = true;
      demand.count--;
      demands.remove(demand.key);
      if (demand.count > 0) {
        // Behind those whose turn has not come.
        demands.put(demand.key, demand);
      }
      DemandKey key = demand.key;
      lease(
          new Lease(nextLease++, key.owner(), pool.job(), key.schedulingClass()),
          pool,
          worker,
          gpus);
      if (holdings.shares().hasSeveral()) {
        return true;
      }
    }
    return granted;
  }

  /** What runs in a process of its own finds there the GPUs that it would get now. */
  private static WorkerPools.Pool withGpus(WorkerPools.Pool pool, long gpus) {
    return pool.isIsolated() ? pool.with(gpus) : pool;
  }

  /** Holds what the lease is for, also while its worker is being started. */
  private void lease(Lease lease, WorkerPools.Pool pool, @Nullable Long worker, long gpus) {
    leases.put(lease.id, lease);
    holdings.take(lease, gpus);
    Invariant.check(holdings.isSound(), "no more is held than a node has", self);
    if (worker != null) {
      attach(lease, worker);
    } else {
      awaiting.computeIfAbsent(pool, missing -> new ArrayDeque<>()).add(lease);
      startWorker(pool);
    }
  }

  private void attach(Lease lease, long worker) {
    lease.worker = worker;
    workers.leased(worker);
    Message.PlaceActor actor = lease.actor;
    if (actor != null) {
      effects.send(
          worker,
          new Message.CreateActor(
              actor.spec(),
              actor.values(),
              actor.incarnation(),
              actor.owner(),
              lease.id,
              lease.gpus));
      return;
    }
    FunctionKey schedulingClass = Objects.requireNonNull(lease.schedulingClass);
    if (!(schedulingClass.strategy() instanceof SchedulingStrategy.WorkerAffinity)) {
      // Whatever waits there has a lease now: it was not asked for by the owner.
      demands.remove(new DemandKey(lease.owner, schedulingClass, worker));
    }
    effects.send(
        worker, new Message.AttachLease(lease.id, lease.owner, schedulingClass, lease.gpus));
    effects.send(lease.owner, new Message.LeasesGranted(self, schedulingClass, worker, 1));
  }

  private static WorkerPools.Pool pool(Message.PlaceActor place) {
    return new WorkerPools.Pool(
        place.spec().creation().job(), place.spec().creation().schedulingClass().runtimeEnv());
  }

  /** A worker of a pool that may have one more lease; if there is none, one is asked for. */
  private @Nullable Long worker(WorkerPools.Pool pool) {
    Long best = workers.best(pool);
    if (best == null && !pool.isIsolated() && workers.starting(pool) == 0) {
      startWorker(pool);
    }
    return best;
  }

  /** Whether a lease may wait for a worker of its own. */
  private boolean mayAwait(WorkerPools.Pool pool) {
    return pool.isIsolated() && workers.startingIsolated() < mayStart;
  }

  private void startWorker(WorkerPools.Pool pool) {
    workers.start(pool);
    effects.startWorker(pool.job(), pool.runtimeEnv());
  }

  // ---- workers

  /** A worker is there. */
  public void workerStarted(long job, RuntimeEnv runtimeEnv, long worker) {
    WorkerPools.Pool pool = new WorkerPools.Pool(job, runtimeEnv);
    workers.started(pool, worker);
    Lease first = pollAwaiting(pool);
    if (first != null) {
      attach(first, worker);
    }
    grant();
  }

  /** Ends workers that have had nothing to do for so long. */
  public void retireIdle(long nowNs, long limitNs) {
    Set<Long> wanted = new HashSet<>();
    demands.keySet().forEach(key -> wanted.add(key.worker()));
    for (long worker : workers.removeIdle(nowNs, limitNs, wanted::contains)) {
      effects.send(worker, new Message.Retire(false));
    }
  }

  /**
   * All workers of a job are to end, and others take over: what they were handed they still run,
   * and what of theirs others hold keeps them until that is over.
   *
   * @return which they are, also those that were to end already
   */
  public List<Long> retireAll(long job) {
    List<Long> all = workers.ofJob(job);
    all.forEach(worker -> retire(worker, true));
    grant();
    return all;
  }

  private void retire(long worker, boolean letGo) {
    workers.retire(worker);
    effects.send(worker, new Message.Retire(letGo));
    Set<Long> owners = new LinkedHashSet<>();
    leases.forEach(lease -> {
      if (lease.worker == worker && !lease.isActors()) {
        owners.add(lease.owner);
      }
    });
    owners.forEach(owner -> effects.send(owner, new Message.WorkerRetires(worker)));
  }

  /** Asks for a worker of a job ahead of need, if there is none of those that tasks share. */
  public void ensureWorker(long job) {
    WorkerPools.Pool pool = new WorkerPools.Pool(job, RuntimeEnv.SHARED);
    if (workers.isEmpty(pool) && workers.starting(pool) == 0) {
      startWorker(pool);
    }
  }

  /** The workers of a job that its tasks share, the oldest first. */
  public List<Long> sharedWorkers(long job) {
    return workers.shared(job);
  }

  /**
   * A worker that was asked for can't be had. After so many in a row ({@link #MAX_STARTS}) who
   * waits for one is told so.
   */
  public void workerFailed(long job, RuntimeEnv runtimeEnv, String reason) {
    WorkerPools.Pool pool = new WorkerPools.Pool(job, runtimeEnv);
    if (workers.failed(pool) < MAX_STARTS) {
      // Something may have killed it; if it is wanted still, another is tried.
      if (awaiting.containsKey(pool)) {
        startWorker(pool);
      }
      grant();
      return;
    }
    workers.forgive(pool);
    for (Lease lease : List.copyOf(awaiting.getOrDefault(pool, new ArrayDeque<>()))) {
      giveUp(lease);
      if (lease.actor != null) {
        notCreated(lease.actor, reason);
      } else {
        FunctionKey key = Objects.requireNonNull(lease.schedulingClass);
        demands.remove(new DemandKey(lease.owner, key, 0));
        refuse(lease.owner, key, reason);
      }
    }
    if (workers.isEmpty(pool)) {
      for (Demand demand : List.copyOf(demands.values())) {
        if (demand.pool.equals(pool)) {
          demands.remove(demand.key);
          refuse(demand.key.owner(), demand.key.schedulingClass(), reason);
        }
      }
      for (Message.PlaceActor actor : List.copyOf(actors)) {
        if (pool(actor).equals(pool)) {
          actors.remove(actor);
          notCreated(actor, reason);
        }
      }
    }
    grant();
  }

  private void refuse(long owner, FunctionKey schedulingClass, String reason) {
    effects.send(owner, new Message.LeasesRefused(schedulingClass, reason));
  }

  private void notCreated(Message.PlaceActor actor, String reason) {
    effects.send(
        effects.control(),
        new Message.ActorCreated(
            actor.spec().id(),
            actor.incarnation(),
            0,
            Outcome.Failed.of(ErrorCode.OUT_OF_RESOURCES, reason),
            List.of()));
  }

  private boolean fits(Resources asked) {
    return holdings.fits(asked);
  }

  private void processDied(long process) {
    for (DemandKey wanted : List.copyOf(demands.keySet())) {
      if (wanted.worker() == process
          && wanted.schedulingClass().strategy()
              instanceof SchedulingStrategy.WorkerAffinity(String id)) {
        refuse(wanted.owner(), wanted.schedulingClass(), "worker " + id + " is gone");
      }
    }
    demands.keySet().removeIf(wanted -> wanted.owner() == process || wanted.worker() == process);
    cluster.processDied(process);
    actors.removeIf(waiting -> waiting.owner() == process && !waiting.spec().isDetached());
    for (Lease lease : awaiting()) {
      Message.PlaceActor actor = lease.actor;
      if (actor == null
          ? lease.owner == process
          : actor.owner() == process && !actor.spec().isDetached()) {
        giveUp(lease);
      }
    }
    workers.died(process);
    List<Lease> lost = new ArrayList<>();
    leases.forEach(lease -> {
      if (lease.worker == process) {
        lost.add(lease);
      }
    });
    for (Lease lease : lost) {
      leases.remove(lease.id);
      release(lease);
      lostActor(lease);
    }
    grant();
  }

  /**
   * The control service does not know where an actor is until its constructor has run. What a
   * worker says of its actors comes by way of this node, before it gives their leases back: so
   * either it was passed on, or the lease is still there when the worker dies.
   */
  private void lostActor(Lease lease) {
    Message.PlaceActor actor = lease.actor;
    if (actor != null) {
      effects.send(
          effects.control(),
          new Message.ActorStopped(
              actor.spec().id(), actor.incarnation(), false, "its worker died"));
    }
  }

  // ---- looking in

  /** What others may know of this node. */
  public NodeView view() {
    return new NodeView(self, total, available(), labels);
  }

  /** What is free; nothing of what the node is oversubscribed in. */
  public Resources available() {
    return holdings.available();
  }

  /** Where actors are, or are made, that outlive their job. */
  public Set<Long> workersOfDetachedActors() {
    Set<Long> where = new HashSet<>();
    leases.forEach(lease -> {
      if (lease.worker != 0 && lease.actor != null && lease.actor.spec().isDetached()) {
        where.add(lease.worker);
      }
    });
    return where;
  }

  /** How many leases there are. */
  public int leaseCount() {
    return leases.size();
  }

  /** How many leases are suspended, because their run waits. */
  public int suspendedCount() {
    return suspended;
  }

  /** What a demand of an owner waits for, in words; empty if it does not wait. */
  public String waitingFor(long owner, FunctionKey schedulingClass) {
    return demands.containsKey(new DemandKey(owner, schedulingClass, 0))
        ? "resources " + schedulingClass.resources() + ", of which " + available() + " is free"
        : "";
  }
}
