package ray.store;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import ray.core.store.CopyKind;
import ray.core.store.CreateFailure;
import ray.core.store.FreeCause;
import ray.core.store.Holder;
import ray.core.store.ObjectInfo;
import ray.core.store.StoreCore;
import ray.core.store.StoreEffects;
import ray.core.store.StoreLimits;
import ray.core.store.StoreObject;
import ray.core.store.StoreStats;

/**
 * One node's object store: immutable objects in memory outside the heap, written once, sealed, then
 * read in place. {@link StoreCore} makes every decision; this holds it behind one lock, maps its
 * plan onto memory and lets threads wait. All methods may be called by any thread.
 *
 * <p>An object is kept by the processes that pin it (its creator's owner to begin with) and by its
 * views. A {@linkplain #view view} is an ordinary {@link MemorySegment}; the object's bytes stay
 * until the garbage collector finds that neither the view nor any segment or buffer derived from it
 * is reachable. Views that outlive their object's last owner, or the store itself, stay valid.
 *
 * <p>Dead views are noticed by {@link #drainViews()}, which every create calls, every thread that
 * waits for room, and whoever wants memory back sooner. A thread that waits for room for longer
 * than a moment asks the JVM for a collection, within a budget.
 *
 * <p>Keys are the caller's: any number that was never used in this store before.
 */
public final class ObjectStore implements Store, Access, AutoCloseable {
  /** A wait that consumers end by themselves within this time costs no collection. */
  private static final long PATIENCE_BEFORE_COLLECTING_NS = 20_000_000;

  private static final long FIRST_PAUSE_NS = 500_000;

  /** Bounds how late a waiting thread notices views that died meanwhile. */
  private static final long LONGEST_PAUSE_NS = 20_000_000;

  /** Beyond a human life; keeps sums of times within a long. */
  private static final Duration LONGEST_TIMEOUT = Duration.ofDays(36_500 / 2);

  /** How many dead views are handled under one hold of the lock. */
  private static final int DRAIN_BATCH = 256;

  /** How long closing waits for the collector to report views that are garbage already. */
  private static final long CLOSE_PATIENCE_MS = 100;

  private final ReentrantLock lock = new ReentrantLock();
  private final StoreMemory memory;
  private final StoreCore core;
  private final Duration putTimeout;
  private final long capacityBytes;
  private final Pins pins = new Pins();
  private final Map<Long, CreateTicket> waiting = new HashMap<>();
  private final long localProcess;
  private final @Nullable PageWarmer warmer;

  private final AtomicInteger waitingThreads = new AtomicInteger();
  private volatile Runnable onFull = () -> {};
  private volatile Runnable onStillFull = GarbageRequest::tryCollect;
  private volatile LongFunction<String> processNames =
      process -> String.format("process %x", process);
  private volatile LongBinaryConsumer onReturnChunk = (process, key) -> {};
  private volatile ResultsLeft onResultsLeft = (writer, owner, keys) -> {};

  // Guarded by the lock.
  private @Nullable CreateTicket current;
  private List<Runnable> afterwards = new ArrayList<>();
  private boolean closed;
  private boolean memoryReturned;

  private ObjectStore(ObjectStoreConfig config, StoreMemory memory, long localProcess) {
    this.memory = memory;
    this.putTimeout = config.putTimeout();
    this.capacityBytes = config.capacityBytes();
    this.localProcess = localProcess;
    var limits =
        new StoreLimits(config.capacityBytes(), memory.bankBytes(), config.maxWaitingCreates());
    this.core = new StoreCore(limits, new Effects());
    this.warmer =
        config.warmAheadBytes() > 0 && memory.kind() == MemoryKind.SHARED
            ? new PageWarmer(new Frontier(config.warmAheadBytes()))
            : null;
  }

  /**
   * Opens an empty store.
   *
   * @param localProcess the id under which the writers and views of this JVM are counted
   * @throws StoreMemoryException if there is no memory of that size, saying what to do
   */
  public static ObjectStore open(ObjectStoreConfig config, long localProcess) {
    MemoryKind kind = config.memoryKind();
    StoreMemory memory =
        kind == null
            ? StoreMemories.openBest(config.capacityBytes())
            : StoreMemories.open(kind, config.capacityBytes());
    return new ObjectStore(config, memory, localProcess);
  }

  /** Where the memory comes from. */
  public MemoryKind memoryKind() {
    return memory.kind();
  }

  /** The size of the largest object that an empty store can hold. */
  public long maxObjectBytes() {
    return core.maxObjectBytes();
  }

  /**
   * Sets what threads that wait for room do about it besides noticing dead views: release refs that
   * are dead, say. It is called without any lock, often, and must return soon.
   */
  public void onFull(Runnable release) {
    onFull = release;
  }

  /**
   * Sets what a wait for room does when it lasts, instead of asking this JVM for a collection: for
   * a store whose views are in other processes. It is called without any lock, often, and must
   * return soon.
   */
  public void onStillFull(Runnable collect) {
    onStillFull = collect;
  }

  // Writing

  /**
   * Creates an object, pinned for that owner, for the calling thread to fill and seal. Blocks while
   * the store is full, for at most the configured put timeout.
   *
   * @throws CreateFailedException if there is no room for it in time or at all
   * @throws InterruptedException if the thread is interrupted while it waits; nothing of the object
   *     remains
   */
  @Override
  public WritableObject create(long key, long sizeBytes, long owner) throws InterruptedException {
    return create(key, sizeBytes, owner, CopyKind.PRIMARY, putTimeout);
  }

  /** The same for either kind of copy and with its own timeout; 0 fails at once when it is full. */
  public WritableObject create(
      long key, long sizeBytes, long owner, CopyKind kind, Duration timeout)
      throws InterruptedException {
    drainViews();
    var ticket = new CreateTicket(key);
    List<Runnable> toDo;
    lock.lock();
    try {
      checkOpen();
      current = ticket;
      core.create(key, sizeBytes, owner, localProcess, kind, System.nanoTime(), nanos(timeout));
      current = null;
      if (ticket.outcome() == null) {
        waiting.put(key, ticket);
      }
      toDo = takeAfterwards();
    } finally {
      current = null;
      lock.unlock();
    }
    toDo.forEach(Runnable::run);
    if (ticket.outcome() == null) {
      awaitRoom(ticket, timeout);
    }
    if (warmer != null) {
      warmer.nudge();
    }
    return switch (ticket.outcome()) {
      case CreateTicket.Outcome.Created(StoreObject object) -> writable(object, owner);
      case CreateTicket.Outcome.Failed(CreateFailure failure) ->
          throw new CreateFailedException(failure);
      case CreateTicket.Outcome.Closed() -> throw new StoreClosedException();
      case null -> throw new IllegalStateException("create " + key + " ended without an outcome");
    };
  }

  private static long nanos(Duration timeout) {
    return timeout.compareTo(LONGEST_TIMEOUT) < 0 ? timeout.toNanos() : LONGEST_TIMEOUT.toNanos();
  }

  private WritableObject writable(StoreObject object, long owner) {
    try {
      MemorySegment segment =
          Pins.segment(memory.bank(object.bank()), object.offset(), object.sizeBytes());
      lock.lock();
      try {
        checkOpen(); // or the memory may be gone
        Pin pin = pins.watch(object.key(), Pin.Role.WRITER, segment);
        return new WritableObject(this, object, owner, segment, pin);
      } finally {
        lock.unlock();
      }
    } catch (RuntimeException | Error e) {
      change(() -> core.cancelCreate(object.key()));
      throw e;
    }
  }

  private void awaitRoom(CreateTicket ticket, Duration timeout) throws InterruptedException {
    long startNs = System.nanoTime();
    long timeoutNs = nanos(timeout);
    long pauseNs = FIRST_PAUSE_NS;
    waitingThreads.incrementAndGet();
    try {
      while (ticket.outcome() == null) {
        if (Thread.interrupted()) {
          abandonWait(ticket);
          throw new InterruptedException("interrupted while waiting for room in the object store");
        }
        long waitedNs = System.nanoTime() - startNs;
        makeRoom(waitedNs);
        if (waitedNs >= timeoutNs) {
          change(this::expire);
        }
        ticket.await(Math.clamp(timeoutNs - waitedNs, 1, pauseNs));
        // Together the waiting threads look around no more often than a few alone would.
        pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS * (1 + waitingThreads.get() / 4));
      }
    } finally {
      waitingThreads.decrementAndGet();
    }
  }

  private void makeRoom(long waitedNs) {
    onFull.run();
    int drained = drainViews();
    if (drained == 0 && waitedNs > PATIENCE_BEFORE_COLLECTING_NS) {
      onStillFull.run();
    }
  }

  private boolean expire() {
    core.expire(System.nanoTime());
    return true;
  }

  private void abandonWait(CreateTicket ticket) {
    change(() -> {
      waiting.remove(ticket.key);
      return core.cancelCreate(ticket.key);
    });
  }

  @Override
  public boolean sealed(StoreObject object, long owner, Pin pin) {
    return change(() -> pins.end(pin) && core.seal(object.key()));
  }

  @Override
  public CompletableFuture<Boolean> sealedSoon(StoreObject object, long owner, Pin pin) {
    return CompletableFuture.completedFuture(sealed(object, owner, pin));
  }

  @Override
  public void givenUp(long key, Pin pin) {
    change(() -> pins.end(pin) && core.cancelCreate(key));
  }

  // Keeping

  /** That process relies on the object until it releases it. False if the object is not there. */
  public boolean pin(long key, long process) {
    return change(() -> core.pin(key, process));
  }

  /**
   * That process no longer relies on the object, or wants the create that still waits for room. An
   * object that nobody pins is gone once its last view is.
   *
   * @return whether that changed anything
   */
  @Override
  public boolean release(long key, long process) {
    return change(() -> core.release(key, process));
  }

  /** The object is dead everywhere: drops a secondary copy. False if there is none. */
  public boolean discard(long key) {
    return change(() -> core.discard(key));
  }

  /**
   * That process counts as dead, but may still write to memory that it has, and read: nothing more
   * is taken of it or kept for it. What it has stays until {@link #processDied}, which must follow.
   */
  public void giveUp(long process) {
    change(() -> {
      core.giveUp(process);
      return true;
    });
  }

  /** That process is gone with all its pins and its waiting creates. */
  public void processDied(long process) {
    change(() -> {
      core.processDied(process);
      return true;
    });
  }

  @Override
  public void pin(long key, long process, Runnable pinned) {
    pin(key, process);
    pinned.run();
  }

  // For other processes, which have the memory mapped

  /** Where other processes find the memory; null if it is this process's alone. */
  public @Nullable Path sharedFile() {
    return memory.sharedFile();
  }

  /** How much the store can hold. */
  public long capacityBytes() {
    return capacityBytes;
  }

  /** Creates an object that another process writes; says where, or why not, once that is known. */
  public void createFor(
      long writer,
      long key,
      long sizeBytes,
      long owner,
      Duration timeout,
      Consumer<CreateResult> result) {
    drainViews();
    var ticket = new CreateTicket(key);
    change(() -> {
      checkOpen();
      current = ticket;
      try {
        core.create(
            key, sizeBytes, owner, writer, CopyKind.PRIMARY, System.nanoTime(), nanos(timeout));
      } finally {
        current = null;
      }
      if (ticket.outcome() == null) {
        waiting.put(key, ticket);
      }
      return true;
    });
    if (ticket.outcome() != null) {
      result.accept(CreateResult.of(ticket, processNames));
      return;
    }
    Thread.startVirtualThread(() -> {
      ticket.adopt();
      try {
        awaitRoom(ticket, timeout);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      result.accept(CreateResult.of(ticket, processNames));
    });
  }

  /** Where an object is, or why it could not be created. */
  public record CreateResult(@Nullable StoreObject object, String failure) {
    static CreateResult of(CreateTicket ticket, LongFunction<String> names) {
      return switch (ticket.outcome()) {
        case CreateTicket.Outcome.Created(StoreObject object) -> new CreateResult(object, "");
        case CreateTicket.Outcome.Failed(CreateFailure failure) ->
            new CreateResult(null, failure.message(names));
        case CreateTicket.Outcome.Closed() -> new CreateResult(null, "the store was closed");
        case null -> new CreateResult(null, "the store was interrupted");
      };
    }
  }

  /** Another process has written an object. */
  public boolean sealFor(long key) {
    return change(() -> core.seal(key));
  }

  /** Another process does not write an object. */
  public void cancelFor(long key) {
    change(() -> {
      waiting.remove(key);
      return core.cancelCreate(key);
    });
  }

  /** Memory of which another process makes objects by itself; null if there is none to spare. */
  public @Nullable StoreObject chunkFor(long process, long key, long sizeBytes) {
    lock.lock();
    try {
      checkOpen();
      return core.grantChunk(key, sizeBytes, process, System.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  /** Another process has made an object of the front of its chunk; false if it has no such one. */
  public boolean carveFor(long chunk, long key, long sizeBytes, long owner) {
    return change(() -> core.carve(chunk, key, sizeBytes, owner, System.nanoTime()));
  }

  /** Wants the chunks back of which nothing was made for so long. */
  public void askForIdleChunks(Duration idle) {
    change(() -> {
      core.askForIdleChunks(System.nanoTime(), idle.toNanos());
      return true;
    });
  }

  /** Sets how other processes are called where one of them is told what holds the memory. */
  public void nameProcesses(LongFunction<String> names) {
    processNames = names;
  }

  /**
   * Sets how processes are told, by process and key, that a chunk of theirs is wanted back, by
   * {@link #cancelFor}. It is called without any lock and must not block.
   */
  public void onReturnChunk(LongBinaryConsumer tell) {
    onReturnChunk = tell;
  }

  /**
   * Sets how processes are told what another, which counts as dead, has made for them: they should
   * release what they do not hear of otherwise. It is called without any lock and must not block.
   */
  public void onResultsLeft(ResultsLeft tell) {
    onResultsLeft = tell;
  }

  /** Tells a process what another has made for it. */
  public interface ResultsLeft {
    /** Tells the owner of what the writer has made. */
    void accept(long writer, long owner, List<Long> keys);
  }

  /** Takes two numbers. */
  public interface LongBinaryConsumer {
    /** Takes them. */
    void accept(long process, long key);
  }

  /** Another process reads an object from now on; null if it is not there. */
  public @Nullable StoreObject addReaderFor(long process, long key) {
    lock.lock();
    try {
      checkOpen();
      return core.addReader(key, process);
    } finally {
      lock.unlock();
    }
  }

  /**
   * The memory of an object that another process creates, for bytes that come from it in another
   * way. Nobody may touch it after the object was sealed or given up.
   */
  public MemorySegment memoryFor(StoreObject object) {
    lock.lock();
    try {
      checkOpen();
      return Pins.segment(memory.bank(object.bank()), object.offset(), object.sizeBytes());
    } finally {
      lock.unlock();
    }
  }

  /** Another process has read it. */
  public void removeReaderFor(long process, long key) {
    change(() -> core.removeReader(key, process));
  }

  // Reading

  /** Whether there is a sealed object with that key. */
  public boolean contains(long key) {
    return look(() -> core.isSealed(key));
  }

  /**
   * The object's bytes, read-only and in place, whatever their size. They stay valid for as long as
   * the segment, or any segment or buffer derived from it, is reachable.
   *
   * @throws ObjectNotFoundException if there is no sealed object with that key
   */
  @Override
  public MemorySegment view(long key) {
    return startRead(key, (segment, pin) -> segment);
  }

  /**
   * The object's bytes for code that is done with them when it closes the result, which lets them
   * go at once.
   *
   * @throws ObjectNotFoundException if there is no sealed object with that key
   */
  @Override
  public ReadableObject read(long key) {
    return startRead(key, (segment, pin) -> new ReadableObject(this, segment, pin));
  }

  private <T> T startRead(long key, BiFunction<MemorySegment, Pin, T> result) {
    lock.lock();
    try {
      checkOpen();
      StoreObject object = core.addReader(key, localProcess);
      if (object == null) {
        throw new ObjectNotFoundException(key);
      }
      try {
        MemorySegment segment =
            Pins.segment(memory.bank(object.bank()), object.offset(), object.sizeBytes())
                .asReadOnly();
        return result.apply(segment, pins.watch(key, Pin.Role.READER, segment));
      } catch (Throwable e) {
        core.removeReader(key, localProcess);
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void endRead(Pin pin) {
    change(() -> pins.end(pin) && core.removeReader(pin.key, localProcess));
  }

  /**
   * Copies bytes of the object, from that offset on, to all of the target: {@code copyTo(key, 0,
   * MemorySegment.ofArray(floats))} reads an array.
   *
   * @throws ObjectNotFoundException if there is no sealed object with that key
   * @throws IndexOutOfBoundsException if the object ends before
   */
  public void copyTo(long key, long offset, MemorySegment target) {
    try (ReadableObject object = read(key)) {
      MemorySegment source = object.segment().asSlice(offset, target.byteSize());
      BulkCopy.copy(source, target);
    }
  }

  /** All bytes of the object in a new array. */
  public byte[] toByteArray(long key) {
    try (ReadableObject object = read(key)) {
      byte[] copy = new byte[Math.toIntExact(object.segment().byteSize())];
      BulkCopy.copy(object.segment(), MemorySegment.ofArray(copy));
      return copy;
    }
  }

  /**
   * Lets go of the objects whose views the garbage collector has found unreachable. Cheap when
   * there are none.
   *
   * @return how many views have ended
   */
  @Override
  public int drainViews() {
    Pin first = pins.pollEnded();
    int ended = 0;
    while (first != null) {
      ended += endBatch(first);
      first = pins.pollEnded();
    }
    return ended;
  }

  /**
   * The same for a thread that has nothing else to do: waits for a view to end.
   *
   * @return how many views have ended, 0 if none did within the timeout
   */
  public int awaitAndDrainViews(Duration timeout) throws InterruptedException {
    Pin first = pins.awaitEnded(Math.max(1, timeout.toMillis()));
    return first == null ? 0 : endBatch(first) + drainViews();
  }

  private int endBatch(Pin first) {
    List<Pin> batch = new ArrayList<>();
    Pin pin = first;
    while (pin != null) {
      batch.add(pin);
      pin = batch.size() < DRAIN_BATCH ? pins.pollEnded() : null;
    }
    change(() -> {
      batch.forEach(this::unreachable);
      return true;
    });
    return batch.size();
  }

  private void unreachable(Pin pin) {
    if (pins.end(pin)) {
      switch (pin.role) {
        case READER, KEEPING_READER -> core.removeReader(pin.key, localProcess);
        case WRITER -> core.cancelCreate(pin.key);
      }
    }
  }

  // Looking in

  /** The counters of this moment; walks over all objects. */
  public StoreStats stats() {
    return look(core::stats);
  }

  /** How many bytes are in use, or were given to processes ahead and touched; cheap. */
  public long takenBytes() {
    return look(core::takenBytes);
  }

  /** How many bytes are in use; cheap. */
  public long usedBytes() {
    return look(core::usedBytes);
  }

  /** The largest objects and who keeps them, at most so many. */
  public List<ObjectInfo> objects(int limit) {
    return look(() -> core.objects(limit));
  }

  /** The processes that keep most bytes, at most so many. */
  public List<Holder> topHolders(int limit) {
    return look(() -> core.topHolders(limit));
  }

  // Ending

  /**
   * Ends the store: waiting creates fail, further calls throw {@link StoreClosedException}. Its
   * memory goes back at once, or, if views are still in use, when the last of them is collected.
   * Closing again does nothing.
   */
  @Override
  public void close() {
    List<CreateTicket> toWake;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      toWake = List.copyOf(waiting.values());
      waiting.clear(); // so that nobody sees the core's answer to the cancelling
      for (CreateTicket ticket : toWake) {
        core.cancelCreate(ticket.key);
        ticket.settle(new CreateTicket.Outcome.Closed());
      }
    } finally {
      lock.unlock();
    }
    toWake.forEach(CreateTicket::wake);
    if (warmer != null) {
      warmer.close();
    }
    drainViews();
    if (!returnMemoryIfUnused()) {
      drainDeadViewsOnce();
      if (!returnMemoryIfUnused()) {
        // Every remaining view keeps its bank mapped; the pages go with the last one.
        memory.abandon();
      }
    }
  }

  private void drainDeadViewsOnce() {
    if (!GarbageRequest.tryCollect()) {
      return;
    }
    try {
      while (!isUnused() && awaitAndDrainViews(Duration.ofMillis(CLOSE_PATIENCE_MS)) > 0) {
        // more may be on their way
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closing goes on
    }
  }

  private boolean isUnused() {
    return useCount() == 0;
  }

  @Override
  public int useCount() {
    return look(pins::count);
  }

  private boolean returnMemoryIfUnused() {
    lock.lock();
    try {
      if (pins.count() > 0 || memoryReturned) {
        return memoryReturned;
      }
      memoryReturned = true;
    } finally {
      lock.unlock();
    }
    memory.discard();
    return true;
  }

  private void checkOpen() {
    if (closed) {
      throw new StoreClosedException();
    }
  }

  /** What the core says of itself, under the lock. */
  private <T> T look(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }

  /** One event for the core under the lock, then its effects. */
  private boolean change(BooleanSupplier event) {
    boolean changed;
    List<Runnable> toDo;
    lock.lock();
    try {
      changed = event.getAsBoolean();
      toDo = takeAfterwards();
    } finally {
      lock.unlock();
    }
    toDo.forEach(Runnable::run);
    return changed;
  }

  private List<Runnable> takeAfterwards() {
    if (afterwards.isEmpty()) {
      return List.of();
    }
    List<Runnable> taken = afterwards;
    afterwards = new ArrayList<>();
    return taken;
  }

  /** Notes what the core decides; runs under the lock. */
  private final class Effects implements StoreEffects {
    @Override
    public void created(StoreObject object) {
      settle(object.key(), new CreateTicket.Outcome.Created(object));
    }

    @Override
    public void createFailed(long key, CreateFailure failure) {
      settle(key, new CreateTicket.Outcome.Failed(failure));
    }

    private void settle(long key, CreateTicket.Outcome outcome) {
      CreateTicket ticket = current;
      if (ticket != null && ticket.key == key) {
        ticket.settle(outcome);
        return;
      }
      ticket = waiting.remove(key);
      if (ticket != null) {
        ticket.settle(outcome);
        afterwards.add(ticket::wake);
      }
    }

    @Override
    public void carved(StoreObject object) {
      // Nobody waits for it.
    }

    @Override
    public void returnChunk(long chunk, long process) {
      afterwards.add(() -> onReturnChunk.accept(process, chunk));
    }

    @Override
    public void resultsLeft(long writer, long owner, List<Long> keys) {
      afterwards.add(() -> onResultsLeft.accept(writer, owner, keys));
    }

    @Override
    public void freed(StoreObject object, FreeCause cause) {
      // The bytes need nothing done to them: the core hands them out again.
    }
  }

  /** What the warmer may touch next: pages that were never in use, in the order of their use. */
  private final class Frontier implements PageWarmer.Frontier {
    private final long aheadBytes;

    Frontier(long aheadBytes) {
      this.aheadBytes = aheadBytes;
    }

    @Override
    public @Nullable MemorySegment next(long maxBytes) {
      lock.lock();
      try {
        if (closed || core.warmFreeBytes() >= aheadBytes) {
          return null;
        }
        for (int bank = 0; bank < core.bankCount(); bank++) {
          long from = core.warmEnd(bank);
          long size = Math.min(maxBytes, core.bankBytes(bank) - from);
          if (size > 0) {
            core.warmed(bank, from + size);
            return Pins.segment(memory.bank(bank), from, size).asReadOnly();
          }
        }
        return null;
      } finally {
        lock.unlock();
      }
    }
  }
}
