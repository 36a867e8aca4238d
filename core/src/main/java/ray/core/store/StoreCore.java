package ray.core.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import ray.core.DeadProcesses;
import ray.core.Invariant;
import ray.core.LongMap;

/**
 * The rules of one node's object store, as a pure state machine: it plans which bytes of which bank
 * an object has and how long it keeps them, and touches no memory itself. Not thread-safe; a shell
 * holds it behind one lock and performs its {@link StoreEffects} after the lock is released.
 *
 * <h2>An object's life</h2>
 *
 * A create gives an object its bytes, at once or, when there is no room, in its turn: creates wait
 * in the order in which they came, a large one is never overtaken by a smaller one, and each waits
 * until its own deadline. The writer fills the bytes and seals the object. From then on it is
 * immutable and is kept by
 *
 * <ul>
 *   <li><b>pins</b>: a process that owns the object pins its primary copy, once, until it releases
 *       it;
 *   <li><b>readers</b>: a process counts the views it has of it;
 *   <li><b>writing</b>: until its writer seals or gives up, nobody else gets the bytes, even if
 *       every owner is dead: a thread may still be writing to them.
 * </ul>
 *
 * A primary copy that nobody pins lingers until its last reader and its writer are gone, then its
 * bytes come back. A lingering object is found by nobody: it can neither be pinned nor be read
 * anew. A secondary copy needs no pin; unread ones are evicted, least recently used first, when a
 * create needs their room, and a pin makes one the primary copy. The death of a process drops all
 * its pins and readers, aborts what it was writing, and fails its waiting creates. One that is
 * given up may live on for a while, and write to its memory: nothing more is taken of it and
 * nothing kept for it, but what it writes or keeps is nobody else's until it is dead, or says that
 * it is done with it.
 *
 * <h2>Chunks</h2>
 *
 * A process that will make many objects gets a chunk of memory ahead ({@link #grantChunk}), fills
 * its front by itself, and says so when an object is complete ({@link #carve}): so it need not ask
 * where an object is to lie. Chunks are no more than a part of the store together, nothing is
 * evicted for one, and nobody gets one while a create waits; when one begins to wait, or a chunk is
 * out of use, the processes are asked to give theirs back.
 *
 * <h2>Keys</h2>
 *
 * The caller chooses them and uses none twice in the life of the store (a retried task's result
 * gets a new one). That makes every event safe to repeat or to arrive late: what names an unknown
 * key changes nothing and returns false.
 *
 * <h2>Invariants</h2>
 *
 * Ranges of objects never overlap; used and free bytes add up to the capacity; neighbouring free
 * ranges are merged; every claim is in its object's and its process's list; the counts of an object
 * are the sums over its claims; all chunks are asked back while a create waits; the first waiting
 * create does not fit, even after evicting all that may be. {@link #assertInvariants()} checks them
 * all.
 */
public final class StoreCore {
  /** How many processes an error names: enough to find the culprit, few enough to read. */
  private static final int NAMED_HOLDERS = 5;

  /** How many objects a process is told of at once, which bounds the message that does. */
  private static final int MAX_RESULTS_TOLD = 10_000;

  private final StoreLimits limits;
  private final StoreEffects effects;
  private final BankAllocator allocator;
  private final long maxObjectBytes;

  /** What follows, as a whole; package-private for the tests that break it. */
  final StoreState state;

  private final LongMap<Entry> entries = new LongMap<>();
  private final Claims claims = new Claims();
  private final EvictionList evictables = new EvictionList();
  private final WaitingCreates waiting = new WaitingCreates();
  private final Chunks chunks;

  /** Who is gone or given up. */
  private final DeadProcesses dead = new DeadProcesses();

  private long evictedObjects;

  /** A store with these limits, empty. */
  public StoreCore(StoreLimits limits, StoreEffects effects) {
    this.limits = limits;
    this.effects = effects;
    this.allocator = new BankAllocator(limits.capacityBytes(), limits.maxBankBytes());
    this.maxObjectBytes = allocator.bankBytes(0);
    this.chunks = new Chunks(allocator, claims, effects);
    this.state = new StoreState(allocator, entries, claims.processes, evictables, waiting, chunks);
  }

  /** Into how many banks the capacity is split. */
  public int bankCount() {
    return allocator.bankCount();
  }

  /** The size of a bank; the first is never smaller than the others. */
  public long bankBytes(int bank) {
    return allocator.bankBytes(bank);
  }

  /** The size of the largest object that the empty store can hold. */
  public long maxObjectBytes() {
    return maxObjectBytes;
  }

  /** Up to where a bank's memory has been in use before; beyond it, first touches are slow. */
  public long warmEnd(int bank) {
    return allocator.warmEnd(bank);
  }

  /** The shell has touched the bank's memory up to here, though no object was there yet. */
  public void warmed(int bank, long endOffset) {
    allocator.warmed(bank, endOffset);
  }

  /** How many bytes are warm and in no use. */
  public long warmFreeBytes() {
    return allocator.warmBytes() - allocator.usedBytes();
  }

  /** A create whose owner writes the object itself. */
  public void create(long key, long sizeBytes, long owner, long nowNs, long timeoutNs) {
    create(key, sizeBytes, owner, owner, CopyKind.PRIMARY, nowNs, timeoutNs);
  }

  /**
   * Asks for the bytes of a new object. Answered by exactly one of the effects created and
   * createFailed, now or later.
   *
   * @param key any number but zero
   * @param owner the process that pins the object from now on if it is a primary copy
   * @param writer the process that will seal it or give it up
   * @param timeoutNs how long it may wait for room; with 0 it fails at once when there is none
   */
  public void create(
      long key,
      long sizeBytes,
      long owner,
      long writer,
      CopyKind kind,
      long nowNs,
      long timeoutNs) {
    if (key == 0) {
      throw new IllegalArgumentException("zero is no key");
    }
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("an object cannot have " + sizeBytes + " bytes");
    }
    if (isKnown(key)) {
      effects.createFailed(key, new CreateFailure.KeyInUse(key));
      return;
    }
    if (dead.contains(owner) || dead.contains(writer)) {
      long gone = dead.contains(owner) ? owner : writer;
      effects.createFailed(key, new CreateFailure.ProcessDied(gone));
      return;
    }
    if (sizeBytes > maxObjectBytes) {
      effects.createFailed(
          key, new CreateFailure.TooLarge(sizeBytes, maxObjectBytes, allocator.capacityBytes()));
      return;
    }
    if (waiting.isEmpty()) {
      Block block = allocateOrEvict(sizeBytes);
      if (block != null) {
        start(key, sizeBytes, owner, writer, kind, nowNs, block);
        return;
      }
    }
    await(key, sizeBytes, owner, writer, kind, nowNs, timeoutNs);
  }

  private void await(
      long key,
      long sizeBytes,
      long owner,
      long writer,
      CopyKind kind,
      long nowNs,
      long timeoutNs) {
    // Capped so that deadlines stay comparable by difference, as times of nanoTime must be.
    long deadlineNs = nowNs + Math.clamp(timeoutNs, 0, Long.MAX_VALUE / 4);
    var create = new WaitingCreate(key, sizeBytes, owner, writer, kind, nowNs, deadlineNs);
    chunks.askBack(); // also for who asks again, where this one can't wait
    if (create.isOverdue(nowNs)) {
      effects.createFailed(key, timedOut(create, nowNs, topHolders(NAMED_HOLDERS)));
    } else if (waiting.size() >= limits.maxWaitingCreates()) {
      effects.createFailed(key, new CreateFailure.TooManyWaiting(limits.maxWaitingCreates()));
    } else {
      waiting.add(create);
    }
  }

  /**
   * Gives a process memory ahead, which it alone writes to, and of whose front {@link #carve} makes
   * objects. It ends when all of it is carved, by {@link #cancelCreate}, or with its process.
   *
   * @param key of the chunk: a number as those of objects, which is used only once
   * @return where it lies; null if there is none to spare
   */
  public @Nullable StoreObject grantChunk(long key, long sizeBytes, long process, long nowNs) {
    if (isKnown(key) || !waiting.isEmpty() || dead.contains(process)) {
      return null;
    }
    Entry entry = chunks.grant(key, sizeBytes, process, nowNs);
    if (entry == null) {
      return null;
    }
    entries.put(key, entry);
    return entry.object;
  }

  /**
   * A process has filled the front of its chunk, as many bytes as an object of that size takes up
   * ({@link #bytesInStore}): that is a sealed object from now on, which its owner pins. If its
   * owner is gone, it is freed at once.
   *
   * @return false if there is no such chunk, it is too small, its process was given up, or the key
   *     is known already
   */
  public boolean carve(long chunk, long key, long sizeBytes, long owner, long nowNs) {
    Entry from = chunks.find(chunk);
    boolean isRefused = from == null || isKnown(key) || dead.contains(from.writer);
    Block block = from == null || isRefused ? null : chunks.cut(from, sizeBytes, nowNs);
    if (from == null || block == null) {
      return false;
    }
    if (from.chunk == null) {
      entries.remove(chunk);
    }
    var object = new StoreObject(key, block.bank, block.offset, sizeBytes, 0);
    Entry made = add(object, block, CopyKind.PRIMARY, from.writer, owner, nowNs);
    made.state = ObjectState.SEALED;
    effects.carved(object);
    if (made.pins == 0) {
      settle(made, FreeCause.RELEASED);
      serveWaiting();
    }
    return true;
  }

  /** How many bytes an object of that size takes up. */
  public static long bytesInStore(long sizeBytes) {
    return BankAllocator.blockBytes(sizeBytes);
  }

  /** Asks for the chunks back that nothing was made of for so long. */
  public void askForIdleChunks(long nowNs, long idleNs) {
    chunks.askBackUnusedSince(nowNs - idleNs);
  }

  /**
   * The object is complete. False if it cannot be sealed because there is no such object being
   * written, or because nobody relies on it any more, or its writer was given up; then it is gone.
   */
  public boolean seal(long key) {
    Entry entry = entries.get(key);
    if (entry == null || !entry.beingWritten || entry.chunk != null) {
      return false;
    }
    if (dead.contains(entry.writer)) {
      cancelCreate(key);
      return false;
    }
    Claims.endWriting(entry);
    boolean wanted = entry.state == ObjectState.CREATED;
    if (wanted) {
      entry.state = ObjectState.SEALED;
    }
    settle(entry, FreeCause.RELEASED);
    serveWaiting();
    return wanted;
  }

  /** The writer gives up an object before sealing it, or while it still waits for room. */
  public boolean cancelCreate(long key) {
    if (failWaiting(key, new CreateFailure.Cancelled())) {
      serveWaiting();
      return true;
    }
    Entry entry = entries.get(key);
    if (entry == null || !entry.beingWritten) {
      return false;
    }
    abort(entry);
    serveWaiting();
    return true;
  }

  /**
   * A process relies on the object until it releases it. Pinning again changes nothing. The pin
   * makes a secondary copy the primary one.
   *
   * @return whether the object is there
   */
  public boolean pin(long key, long process) {
    Entry entry = entries.get(key);
    if (entry == null
        || entry.state == ObjectState.LINGERING
        || entry.chunk != null
        || dead.contains(process)) {
      return false;
    }
    entry.kind = CopyKind.PRIMARY;
    claims.pin(entry, process);
    updateEvictable(entry);
    return true;
  }

  /** A process no longer relies on the object. */
  public boolean release(long key, long process) {
    WaitingCreate create = waiting.find(key);
    if (create != null && create.owner() == process && create.kind() == CopyKind.PRIMARY) {
      failWaiting(key, new CreateFailure.Cancelled());
      serveWaiting();
      return true;
    }
    Entry entry = entries.get(key);
    Claim claim = entry == null ? null : entry.claimOf(process);
    if (entry == null || claim == null || !claim.pins) {
      return false;
    }
    claim.pins = false;
    entry.pins--;
    Invariant.notNegative(entry.pins, "pins", entry);
    Claims.dropIfEmpty(claim);
    settle(entry, FreeCause.RELEASED);
    serveWaiting();
    return true;
  }

  /** The object is dead everywhere: its secondary copy here goes as soon as nobody reads it. */
  public boolean discard(long key) {
    Entry entry = entries.get(key);
    if (entry == null || entry.kind != CopyKind.SECONDARY) {
      return false;
    }
    entry.state = ObjectState.LINGERING;
    // What goes now could have been evicted before, so it is no new room for those that wait.
    settle(entry, FreeCause.RELEASED);
    return true;
  }

  /**
   * A process starts to read the object.
   *
   * @return where it lies, or null if there is no such sealed object, or the process was given up
   */
  public @Nullable StoreObject addReader(long key, long process) {
    Entry entry = entries.get(key);
    if (entry == null || entry.state != ObjectState.SEALED || dead.contains(process)) {
      return null;
    }
    claims.of(entry, process).readers++;
    entry.readers++;
    if (entry.evictable) {
      evictables.remove(entry);
    }
    return entry.object;
  }

  /** One reader of that process has ended. */
  public boolean removeReader(long key, long process) {
    Entry entry = entries.get(key);
    Claim claim = entry == null ? null : entry.claimOf(process);
    if (entry == null || claim == null || claim.readers == 0) {
      return false;
    }
    claim.readers--;
    entry.readers--;
    Claims.dropIfEmpty(claim);
    if (entry.readers == 0) {
      settle(entry, FreeCause.RELEASED);
      serveWaiting();
    }
    return true;
  }

  /** Fails the creates that have waited until their deadline. */
  public void expire(long nowNs) {
    List<WaitingCreate> overdue = waiting.overdue(nowNs);
    if (overdue.isEmpty()) {
      return;
    }
    List<Holder> holders = topHolders(NAMED_HOLDERS);
    for (WaitingCreate create : overdue) {
      waiting.remove(create);
      effects.createFailed(create.key(), timedOut(create, nowNs, holders));
    }
    serveWaiting();
  }

  /** The earliest time at which {@link #expire} has something to do. */
  public OptionalLong nextDeadlineNs() {
    return waiting.nextDeadlineNs();
  }

  /**
   * A process is to end, and counts as dead, but may still write to its memory and read its views:
   * nothing more is taken of it or kept for it. What it has stays until {@link #processDied}, which
   * must follow.
   */
  public void giveUp(long process) {
    if (dead.contains(process)) {
      return;
    }
    dead.add(process);
    for (WaitingCreate create : waiting.of(process)) {
      failWaiting(create.key(), new CreateFailure.ProcessDied(process));
    }
    tellOfResults(process);
    serveWaiting();
  }

  private void tellOfResults(long writer) {
    Map<Long, List<Long>> byOwner = new LinkedHashMap<>();
    entries.forEach(entry -> {
      if (entry.writer == writer && entry.isPinnedForAnother() && !dead.contains(entry.owner)) {
        byOwner.computeIfAbsent(entry.owner, missing -> new ArrayList<>()).add(entry.object.key());
      }
    });
    byOwner.forEach((owner, keys) -> {
      for (int from = 0; from < keys.size(); from += MAX_RESULTS_TOLD) {
        int to = Math.min(keys.size(), from + MAX_RESULTS_TOLD);
        effects.resultsLeft(writer, owner, List.copyOf(keys.subList(from, to)));
      }
    });
  }

  /** A process is gone with all that it kept, wrote or waited for. */
  public void processDied(long process) {
    giveUp(process);
    Claim claim = claims.remove(process);
    while (claim != null) {
      Claim next = claim.nextOfProcess;
      drop(claim);
      claim = next;
    }
    serveWaiting();
  }

  private void drop(Claim claim) {
    Entry entry = claim.entry;
    boolean wrote = claim.writes;
    entry.readers -= claim.readers;
    entry.pins -= claim.pins ? 1 : 0;
    claim.readers = 0;
    claim.pins = false;
    if (wrote) {
      abort(entry);
    } else {
      Claims.dropIfEmpty(claim);
      settle(entry, FreeCause.RELEASED);
    }
  }

  /** Whether there is such an object that can be read. */
  public boolean isSealed(long key) {
    Entry entry = entries.get(key);
    return entry != null && entry.state == ObjectState.SEALED;
  }

  /** The counters of this moment; walks over all objects. */
  public StoreStats stats() {
    return StoreReport.stats(state, evictedObjects);
  }

  /**
   * How many bytes the objects take up, and what processes were given ahead, but no more than was
   * ever touched; cheap.
   */
  public long takenBytes() {
    return Math.min(allocator.usedBytes(), allocator.warmBytes());
  }

  /** How many bytes the objects take up; cheap. */
  public long usedBytes() {
    return allocator.usedBytes() - chunks.bytes();
  }

  /** How many bytes processes were given ahead and have made no objects of; cheap. */
  public long chunkBytes() {
    return chunks.bytes();
  }

  /** How many creates wait for room; cheap. */
  public int waitingCreates() {
    return waiting.size();
  }

  /** How many objects have bytes; cheap. */
  public int objectCount() {
    return entries.size() - chunks.count();
  }

  /** The objects, the largest first, at most so many. */
  public List<ObjectInfo> objects(int limit) {
    return StoreReport.objects(entries, limit);
  }

  /** The processes that keep most bytes, at most so many. */
  public List<Holder> topHolders(int limit) {
    return StoreReport.topHolders(claims.processes, limit);
  }

  /**
   * Throws an AssertionError that names the first broken invariant; for tests, walks everything.
   */
  public void assertInvariants() {
    StoreInvariants.check(state);
  }

  // Creating

  private void start(
      long key, long sizeBytes, long owner, long writer, CopyKind kind, long nowNs, Block block) {
    long coldBytes = allocator.coldBytes(block, sizeBytes);
    allocator.warmed(block.bank, block.end());
    var object = new StoreObject(key, block.bank, block.offset, sizeBytes, coldBytes);
    Entry entry = add(object, block, kind, writer, owner, nowNs);
    claims.beginWriting(entry, writer);
    effects.created(object);
  }

  private Entry add(
      StoreObject object, Block block, CopyKind kind, long writer, long owner, long nowNs) {
    boolean isPrimary = kind == CopyKind.PRIMARY;
    var entry = new Entry(object, block, kind, writer, isPrimary ? owner : 0, nowNs);
    entries.put(object.key(), entry);
    if (isPrimary && !dead.contains(owner)) {
      claims.pin(entry, owner);
    }
    return entry;
  }

  private boolean isKnown(long key) {
    return entries.get(key) != null || waiting.find(key) != null;
  }

  private @Nullable Block allocateOrEvict(long sizeBytes) {
    long blockBytes = BankAllocator.blockBytes(sizeBytes);
    Block block = allocator.allocate(blockBytes);
    if (block == null && allocator.freeBytes() + evictables.bytes() >= blockBytes) {
      Entry victim = evictables.oldest();
      while (block == null && victim != null) {
        evictables.remove(victim);
        evictedObjects++;
        free(victim, FreeCause.EVICTED);
        block = allocator.allocate(blockBytes);
        victim = evictables.oldest();
      }
    }
    return block;
  }

  /** Gives room to the waiting creates as long as the first of them fits. */
  private void serveWaiting() {
    while (!waiting.isEmpty()) {
      WaitingCreate first = waiting.first();
      Block block = allocateOrEvict(first.sizeBytes());
      if (block == null) {
        return;
      }
      waiting.remove(first);
      start(
          first.key(),
          first.sizeBytes(),
          first.owner(),
          first.writer(),
          first.kind(),
          first.sinceNs(),
          block);
    }
  }

  private boolean failWaiting(long key, CreateFailure failure) {
    WaitingCreate create = waiting.find(key);
    if (create == null) {
      return false;
    }
    waiting.remove(create);
    effects.createFailed(key, failure);
    return true;
  }

  private CreateFailure timedOut(WaitingCreate create, long nowNs, List<Holder> holders) {
    return new CreateFailure.TimedOut(
        create.sizeBytes(),
        nowNs - create.sinceNs(),
        allocator.capacityBytes(),
        allocator.usedBytes(),
        allocator.largestFreeBytes(),
        waiting.size(),
        holders);
  }

  // Keeping and freeing

  /** An object whose writer is gone before sealing is of use to nobody, whoever pins it. */
  private void abort(Entry entry) {
    Claims.endWriting(entry);
    Claims.unpin(entry);
    entry.state = ObjectState.LINGERING;
    settle(entry, FreeCause.ABORTED);
  }

  /** Moves the entry to where it belongs after one of its counts went down. */
  private void settle(Entry entry, FreeCause cause) {
    if (entry.kind == CopyKind.PRIMARY && entry.pins == 0) {
      entry.state = ObjectState.LINGERING;
    }
    if (entry.state == ObjectState.LINGERING && entry.readers == 0 && !entry.beingWritten) {
      if (entry.evictable) {
        evictables.remove(entry);
      }
      free(entry, cause);
    } else {
      updateEvictable(entry);
    }
  }

  private void updateEvictable(Entry entry) {
    boolean evictable =
        entry.kind == CopyKind.SECONDARY && entry.state == ObjectState.SEALED && entry.readers == 0;
    if (evictable && !entry.evictable) {
      evictables.add(entry);
    } else if (!evictable && entry.evictable) {
      evictables.remove(entry);
    }
  }

  private void free(Entry entry, FreeCause cause) {
    entries.remove(entry.object.key());
    chunks.remove(entry);
    allocator.free(entry.block);
    effects.freed(entry.object, cause);
  }
}
