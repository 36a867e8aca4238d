package ray.simulator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.core.Message;
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
  private static final long CAPACITY_BYTES = 1 << 26;
  private static final long BANK_BYTES = 1 << 24;

  final long id;
  final Cluster cluster;
  final NodeCore core;
  private final StoreCore store;
  private final Clock clock;

  /** What lies in the store, by key. */
  private final Map<Long, Body> bodies = new HashMap<>();

  /** Who wrote it. */
  private final Map<Long, Long> writers = new TreeMap<>();

  /** Who has ever kept what lay there, by key. */
  private final Map<Long, List<Long>> keepers = new HashMap<>();

  /** Where each of them lies, to see that they never overlap. */
  private final Map<Integer, TreeMap<Long, StoreObject>> ranges = new HashMap<>();

  private final Set<Long> dead = new HashSet<>();

  /** Of whom others have said that they are dead, so that nothing of theirs is stored any more. */
  private final Set<Long> givenUp = new HashSet<>();

  /** What runs use, by the simulator's own account. */
  private final Map<String, Long> used = new TreeMap<>();

  private final Resources total;
  boolean alive = true;
  private @Nullable StoreObject created;

  SimNode(long id, Resources total, Clock clock, Cluster cluster) {
    this.id = id;
    this.cluster = cluster;
    this.total = total;
    this.clock = clock;
    this.core = new NodeCore(id, total, Map.of(), this);
    this.store = new StoreCore(new StoreLimits(CAPACITY_BYTES, BANK_BYTES, 100), this);
  }

  boolean knowsDead(long process) {
    return dead.contains(process);
  }

  Clock clock() {
    return clock;
  }

  void receive(Message message) {
    if (message instanceof Message.ProcessDied(long process, String reason)) {
      dead.add(process);
      store.processDied(process);
      cluster.nodeLearned(this, process);
    }
    core.receive(message);
  }

  // ---- effects of the node

  @Override
  public void send(long process, Message message) {
    cluster.send(id, process, message);
  }

  @Override
  public void startWorker(long job) {
    cluster.startWorker(this, job);
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

  // ---- the store

  /** Stores a value that a process keeps; returns its key, or 0 if there is no room. */
  long add(Body body, long sizeBytes, long keeper, long writer) {
    long key = cluster.nextStoreKey();
    created = null;
    if (dead.contains(writer) || givenUp.contains(writer)) {
      return 0;
    }
    store.create(key, sizeBytes, keeper, writer, CopyKind.PRIMARY, clock.nowNs(), 0);
    if (created == null) {
      return 0;
    }
    bodies.put(key, body);
    writers.put(key, writer);
    keep(key, keeper);
    store.seal(key);
    if (dead.contains(keeper)) {
      store.release(key, keeper);
    }
    return key;
  }

  private void keep(long key, long process) {
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

  /** A process will never learn of what another wrote for it before it died. */
  void releaseUnclaimed(long writer, long keeper, Set<Long> claimed) {
    givenUp.add(writer);
    for (Map.Entry<Long, Long> each : List.copyOf(writers.entrySet())) {
      if (each.getValue() == writer && !claimed.contains(each.getKey())) {
        store.release(each.getKey(), keeper);
      }
    }
  }

  boolean pin(long key, long process) {
    if (dead.contains(process) || !store.pin(key, process)) {
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
    if (!bodies.containsKey(key)) {
      throw new Violation(Rule.REACHABLE, "stored value " + key + " was freed under a view");
    }
    store.removeReader(key, process);
  }

  @Override
  public void created(StoreObject object) {
    created = object;
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
  public void createFailed(long key, CreateFailure failure) {}

  @Override
  public void freed(StoreObject object, FreeCause cause) {
    bodies.remove(object.key());
    writers.remove(object.key());
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
    if (store.objectCount() != 0) {
      left.append(Trace.name(id)).append(" stores ").append(store.objects(3)).append("\n");
    }
    return left.toString();
  }
}
