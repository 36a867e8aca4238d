package ray.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.RuntimeEnv;
import ray.core.DeathCause;
import ray.core.Message;
import ray.core.VisibleGpus;
import ray.core.node.MemoryMonitor;
import ray.core.node.NodeCore;
import ray.core.node.NodeEffects;
import ray.core.store.CopyKind;
import ray.core.store.CreateFailure;
import ray.core.store.FreeCause;
import ray.core.store.StoreCore;
import ray.core.store.StoreEffects;
import ray.core.store.StoreLimits;
import ray.core.store.StoreObject;
import ray.simulator.World.Body;

/** A node around its cores: its resources and its store. */
final class SimNode implements NodeEffects, StoreEffects {
  private static final StoreLimits ROOMY = new StoreLimits(1 << 26, 1 << 24, 100);

  final long id;
  final Cluster cluster;
  final NodeCore core;
  final MemoryMonitor memory = new MemoryMonitor(0.9);
  private final StoreCore store;
  private final Clock clock;

  /** What lies in the store, by key. */
  private final Map<Long, Body> bodies = new HashMap<>();

  /** Who has ever kept what lay there, by key. */
  private final Map<Long, List<Long>> keepers = new HashMap<>();

  /** Where each of them lies, to see that they never overlap. */
  private final Map<Integer, TreeMap<Long, StoreObject>> ranges = new HashMap<>();

  private final Set<Long> dead = new HashSet<>();

  /** What runs use, by the simulator's own account. */
  private final Map<String, Long> used = new TreeMap<>();

  /** Of each GPU, what is in use. */
  private final Map<Integer, Double> usedGpus = new TreeMap<>();

  private final Resources total;
  boolean alive = true;

  /** How long a process that is given up may go on to write to its memory. */
  private static final long DYING_NS = 1_000_000;

  /** What is being created, until it is told so, in order of coming. */
  private final Map<Long, SimWrite> creating = new LinkedHashMap<>();

  /** How long a chunk may be out of use. */
  private static final long CHUNK_IDLE_NS = 20_000_000;

  /** Chunks, as far as nothing is made of them yet. */
  private final Map<Long, StoreObject> chunks = new HashMap<>();

  private final Set<Long> askedBack = new HashSet<>();
  private boolean idleLookPlanned;
  private final boolean roomy;
  private final long patienceNs;
  private boolean expiryPlanned;

  /**
   * A node.
   *
   * @param small the limits of its store; null if there is always room in it
   * @param patienceNs how long a value may wait for room
   */
  SimNode(
      long id,
      Resources total,
      Map<String, String> labels,
      Clock clock,
      Cluster cluster,
      @Nullable StoreLimits small,
      long patienceNs) {
    this.id = id;
    this.cluster = cluster;
    this.total = total;
    this.clock = clock;
    this.core = new NodeCore(id, total, labels, this);
    this.roomy = small == null;
    this.patienceNs = patienceNs;
    this.store = new StoreCore(small == null ? ROOMY : small, this);
  }

  boolean knowsDead(long process) {
    return dead.contains(process);
  }

  Clock clock() {
    return clock;
  }

  void receive(Message message) {
    if (message instanceof Message.ProcessDied(long process, String reason, DeathCause cause)) {
      dead.add(process);
      store.giveUp(process);
      cluster.schedule().after(DYING_NS, () -> ended(process));
      cluster.nodeLearned(this, process);
    }
    core.receive(message);
  }

  private void ended(long process) {
    if (alive) {
      store.processDied(process);
    }
  }

  // ---- effects of the node

  @Override
  public void send(long process, Message message) {
    cluster.send(id, process, message);
  }

  @Override
  public void startWorker(long job, RuntimeEnv runtimeEnv) {
    cluster.startWorker(this, job, runtimeEnv);
  }

  @Override
  public void endWorker(long worker, String reason) {
    cluster.endByForce(worker, reason);
  }

  @Override
  public long control() {
    return Cluster.CONTROL;
  }

  // ---- what runs use

  void use(Resources resources) {
    resources
        .units()
        .forEach((name, amount) -> {
          long now = used.merge(name, amount, Long::sum);
          if (now > total.units().getOrDefault(name, 0L)) {
            throw new Violation(
                Rule.RESOURCES, "runs use more " + name + " than " + Trace.name(id) + " has");
          }
        });
  }

  void giveBack(Resources resources) {
    resources.units().forEach((name, amount) -> used.merge(name, -amount, Long::sum));
  }

  /** A run has as many GPUs as it asks for, sees those, and shares none beyond the whole of it. */
  void useGpus(Resources resources, long gpus, String visible) {
    double asked = resources.amount(Resources.GPU);
    List<Integer> ids = VisibleGpus.ids(gpus);
    if (ids.size() != (int) Math.ceil(asked)) {
      throw new Violation(Rule.RESOURCES, "a run that asks for " + asked + " GPUs has " + ids);
    }
    String seen = ids.stream().map(String::valueOf).collect(Collectors.joining(","));
    if (!seen.equals(visible)) {
      throw new Violation(Rule.RESOURCES, "a run has GPUs " + seen + " and sees " + visible);
    }
    for (int id : ids) {
      if (usedGpus.merge(id, Math.min(1, asked), Double::sum) > 1) {
        throw new Violation(
            Rule.RESOURCES, "GPU " + id + " of " + Trace.name(this.id) + " is shared");
      }
    }
  }

  void giveBackGpus(Resources resources, long gpus) {
    double each = Math.min(1, resources.amount(Resources.GPU));
    VisibleGpus.ids(gpus).forEach(id -> usedGpus.merge(id, -each, Double::sum));
  }

  // ---- the store

  /** Whether there is room for all that programs of a run store. */
  boolean isRoomy() {
    return roomy;
  }

  /** Asks for room. */
  void create(SimWrite write) {
    creating.put(write.key, write);
    store.create(
        write.key,
        write.sizeBytes(),
        write.keeper,
        write.writer(),
        CopyKind.PRIMARY,
        clock.nowNs(),
        patienceNs);
    if (creating.containsKey(write.key)) {
      cluster.trace().note("waits for room", write.writer(), write.key);
      cluster.faults().fullStore();
      planExpiry();
    }
  }

  private void planExpiry() {
    OptionalLong next = store.nextDeadlineNs();
    if (!expiryPlanned && next.isPresent()) {
      expiryPlanned = true;
      cluster
          .schedule()
          .after(
              Math.max(1000, next.getAsLong() - clock.nowNs()),
              () -> {
                expiryPlanned = false;
                if (alive) {
                  store.expire(clock.nowNs());
                  planExpiry();
                }
              });
    }
  }

  /** The value is written. */
  void seal(SimWrite write, Body body) {
    bodies.put(write.key, body);
    keep(write.key, write.keeper);
    if (!store.seal(write.key)) {
      bodies.remove(write.key);
    }
  }

  /** Gives a process memory ahead; returns whether it did. */
  boolean grantChunk(long key, long sizeBytes, long process) {
    boolean waits = store.waitingCreates() > 0;
    StoreObject chunk = store.grantChunk(key, sizeBytes, process, clock.nowNs());
    if (chunk == null) {
      return false;
    }
    if (waits) {
      throw new Violation(Rule.STORE, chunk + " was given away though a value waits for room");
    }
    cluster.trace().note("gets a chunk", process, key);
    chunks.put(key, chunk);
    place(chunk);
    planIdleLook();
    return true;
  }

  private void planIdleLook() {
    if (!idleLookPlanned && !askedBack.containsAll(chunks.keySet())) {
      idleLookPlanned = true;
      cluster
          .schedule()
          .after(
              CHUNK_IDLE_NS,
              () -> {
                idleLookPlanned = false;
                if (alive) {
                  store.askForIdleChunks(clock.nowNs(), CHUNK_IDLE_NS);
                  planIdleLook();
                }
              });
    }
  }

  /** A process has made a value of the front of its chunk; returns whether it may. */
  boolean carve(long chunk, SimWrite write, Body body) {
    bodies.put(write.key, body);
    keep(write.key, write.keeper);
    if (store.carve(chunk, write.key, write.sizeBytes(), write.keeper, clock.nowNs())) {
      return true;
    }
    if (!dead.contains(write.writer())) {
      throw new Violation(Rule.STORE, "no value is made of chunk " + chunk + ", which is there");
    }
    bodies.remove(write.key);
    return false;
  }

  void returnChunk(long chunk) {
    store.cancelCreate(chunk);
  }

  /** Its writer gives a value up. */
  void cancel(SimWrite write) {
    store.cancelCreate(write.key);
  }

  /** A process keeps what lies there, or is to keep it. */
  void keep(long key, long process) {
    keepers.computeIfAbsent(key, missing -> new ArrayList<>(2)).add(process);
  }

  /** Who has ever kept what lies there, or lay there. */
  LongStream keepers(long key) {
    return keepers.getOrDefault(key, List.of()).stream().mapToLong(Long::longValue);
  }

  /** What lies there; null if it is gone. */
  @Nullable Body read(long key) {
    return store.isSealed(key) ? bodies.get(key) : null;
  }

  boolean pin(long key, long process) {
    if (!store.pin(key, process)) {
      return false;
    }
    keep(key, process);
    return true;
  }

  void release(long key, long process) {
    store.release(key, process);
  }

  boolean addReader(long key, long process) {
    return store.addReader(key, process) != null;
  }

  void removeReader(long key, long process) {
    if (dead.contains(process)) {
      // One that was given up reads on for a while; the node keeps nothing for it any more.
      return;
    }
    if (!bodies.containsKey(key)) {
      throw new Violation(Rule.REACHABLE, "stored value " + key + " was freed under a view");
    }
    store.removeReader(key, process);
  }

  @Override
  public void carved(StoreObject object) {
    TreeMap<Long, StoreObject> bank = Objects.requireNonNull(ranges.get(object.bank()));
    StoreObject whole = bank.remove(object.offset());
    if (whole == null || chunks.remove(whole.key()) != whole) {
      throw new Violation(Rule.STORE, object + " does not lie at the front of a chunk");
    }
    place(object);
    long taken = StoreCore.bytesInStore(object.sizeBytes());
    if (taken < whole.sizeBytes()) {
      StoreObject rest =
          new StoreObject(
              whole.key(), whole.bank(), whole.offset() + taken, whole.sizeBytes() - taken, 0);
      chunks.put(rest.key(), rest);
      place(rest);
    }
  }

  @Override
  public void returnChunk(long chunk, long process) {
    askedBack.add(chunk);
    SimProcess holder = cluster.process(process);
    cluster.fromStore(this, holder, chunk, () -> holder.chunks().wantedBack(chunk));
  }

  @Override
  public void created(StoreObject object) {
    place(object);
    long first = creating.keySet().iterator().next();
    if (first != object.key()) {
      throw new Violation(Rule.STORE, object + " has room before " + first + ", which came first");
    }
    Objects.requireNonNull(creating.remove(first)).created();
  }

  private void place(StoreObject object) {
    TreeMap<Long, StoreObject> bank =
        ranges.computeIfAbsent(object.bank(), missing -> new TreeMap<>());
    var before = bank.floorEntry(object.offset());
    var after = bank.ceilingEntry(object.offset());
    if (before != null
            && before.getValue().offset() + before.getValue().sizeBytes() > object.offset()
        || after != null && object.offset() + object.sizeBytes() > after.getValue().offset()) {
      throw new Violation(Rule.STORE, object + " overlaps another");
    }
    bank.put(object.offset(), object);
  }

  @Override
  public void resultsLeft(long writer, long owner, List<Long> keys) {
    cluster.send(id, owner, new Message.ResultsLeft(writer, id, keys));
  }

  @Override
  public void createFailed(long key, CreateFailure failure) {
    SimWrite write = creating.remove(key);
    if (write != null) {
      if (!isJustified(failure)) {
        throw new Violation(Rule.STORE, "nothing explains that " + failure.message());
      }
      write.failed(failure);
    }
  }

  /**
   * A value finds no room only in a store that lacks it, and after it has waited for long enough.
   */
  private boolean isJustified(CreateFailure failure) {
    return switch (failure) {
      case CreateFailure.TimedOut late ->
          late.waitedNs() >= patienceNs
              && (late.waitedNs() > 0
                  || late.largestFreeBytes() < late.sizeBytes()
                  || late.stillWaiting() > 0);
      case CreateFailure.TooLarge large -> large.sizeBytes() > store.maxObjectBytes();
      case CreateFailure.TooManyWaiting many -> store.waitingCreates() == many.maxWaitingCreates();
      case CreateFailure.ProcessDied died -> dead.contains(died.process());
      case CreateFailure.Cancelled cancelled -> true;
      case CreateFailure.KeyInUse used -> false;
    };
  }

  @Override
  public void freed(StoreObject object, FreeCause cause) {
    bodies.remove(object.key());
    chunks.remove(object.key());
    TreeMap<Long, StoreObject> bank = ranges.get(object.bank());
    if (bank == null || bank.remove(object.offset()) == null) {
      throw new Violation(Rule.STORE, object + " was freed twice");
    }
  }

  void checkStore() {
    store.assertInvariants();
  }

  /** What should be gone in the end; empty if all is. */
  String leftovers() {
    StringBuilder left = new StringBuilder();
    if (core.leaseCount() != 0
        || core.suspendedCount() != 0
        || !core.available().equals(core.view().total())) {
      left.append(Trace.name(id)).append(" has ").append(core.leaseCount());
      left.append(" leases, of which ").append(core.suspendedCount());
      left.append(" suspended, and ").append(core.available()).append(" free\n");
    }
    if (store.waitingCreates() != 0) {
      left.append(Trace.name(id)).append(" has values that wait for room\n");
    }
    if (store.chunkBytes() != 0) {
      left.append(Trace.name(id)).append(" has chunks ").append(chunks.values()).append("\n");
    }
    if (store.objectCount() != 0) {
      left.append(Trace.name(id)).append(" stores ").append(store.objects(3)).append("\n");
    }
    return left.toString();
  }
}
