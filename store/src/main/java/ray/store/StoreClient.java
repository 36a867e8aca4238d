package ray.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreObject;

/**
 * The object store of another process of the machine, whose memory is mapped here too: bytes are
 * written and read in place, and only where they are is asked for. All methods may be called by any
 * thread.
 */
public final class StoreClient implements Store, Access, AutoCloseable {
  /** A wait that others end by themselves within this time costs no collection here. */
  private static final long PATIENCE_BEFORE_COLLECTING_NS = 20_000_000;

  private static final long PAUSE_MS = 5;

  private final Node node;
  private final long self;
  private final SharedBanks banks;
  private final ReentrantLock lock = new ReentrantLock();
  private final Pins pins = new Pins();
  private final Condition nothingWritten = lock.newCondition();

  /** Guarded by the lock. */
  private boolean stopped;

  /** What this process reads without asking. Changed under the lock. */
  private final KeptObjects kept = new KeptObjects();

  /** Pins and releases, which must not overtake each other. Added to under the lock. */
  private final Outbox outbox = new Outbox();

  private final ClientChunks chunks;

  /**
   * What is asked of the process that holds the store. Answers come in the order of the questions.
   */
  public interface Node {
    /** Room for an object of this process's; fails with what the node says. */
    CompletableFuture<StoreObject> create(long key, long sizeBytes, long owner);

    /** Memory for objects to come, of which {@link #carve} makes them; null if there is none. */
    CompletableFuture<@Nullable StoreObject> chunk(long key, long sizeBytes);

    /** An object lies complete at the front of a chunk. */
    CompletableFuture<Boolean> carve(long chunk, long key, long sizeBytes, long owner);

    /** It is complete. */
    CompletableFuture<Boolean> seal(long key);

    /** It is not to be created, or will never be complete; a chunk: the rest of it is not used. */
    void cancelCreate(long key);

    /** Where an object is, which this process reads from now on; null if it is not there. */
    CompletableFuture<@Nullable StoreObject> addReader(long key);

    /** This process has read it, as often as it said that it would. */
    void removeReader(long key);

    /** Waits for an answer. */
    <T extends @Nullable Object> T await(CompletableFuture<T> answer);

    /**
     * Waits a moment for an answer, in a way that costs less than to be woken by it.
     *
     * @return whether it is there
     */
    boolean awaitBriefly(CompletableFuture<?> answer);

    /** A process relies on an object. */
    CompletableFuture<Boolean> pin(long key, long process);

    /** A process does not rely on it any more. */
    void release(long key, long process);
  }

  /**
   * A client, for this process, of a store whose memory lies in this file.
   *
   * @param keys numbers for objects of this process, each once
   */
  public StoreClient(Node node, long self, SharedBanks banks, LongSupplier keys) {
    this.chunks = new ClientChunks(node, keys, banks.capacityBytes());
    this.node = node;
    this.self = self;
    this.banks = banks;
  }

  @Override
  public WritableObject create(long key, long sizeBytes, long owner) throws InterruptedException {
    drainViews();
    ClientChunks.Chunk chunk = chunks.take(sizeBytes);
    StoreObject object =
        chunk != null
            ? chunk.front(key, sizeBytes)
            : awaitRoom(key, node.create(key, sizeBytes, owner));
    try {
      return writable(object, owner, chunk);
    } catch (RuntimeException | Error e) {
      giveUp(key, chunk);
      throw e;
    }
  }

  private WritableObject writable(
      StoreObject object, long owner, ClientChunks.@Nullable Chunk chunk) {
    MemorySegment segment = Pins.segment(bank(object.bank()), object.offset(), object.sizeBytes());
    lock.lock();
    try {
      if (stopped) {
        throw new StoreClosedException();
      }
      Pin pin = pins.watch(object.key(), Pin.Role.WRITER, segment);
      pin.chunk = chunk;
      return new WritableObject(this, object, owner, segment, pin);
    } finally {
      lock.unlock();
    }
  }

  private StoreObject awaitRoom(long key, CompletableFuture<StoreObject> asked)
      throws InterruptedException {
    long beganNs = System.nanoTime();
    node.awaitBriefly(asked); // mostly there is room, and to be woken takes longer than the answer
    while (true) {
      try {
        return asked.get(PAUSE_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException full) {
        if (drainViews() == 0 && System.nanoTime() - beganNs > PATIENCE_BEFORE_COLLECTING_NS) {
          GarbageRequest.tryCollect();
        }
      } catch (ExecutionException e) {
        throw RemoteStoreException.why(e.getCause());
      } catch (InterruptedException e) {
        node.cancelCreate(key);
        throw e;
      }
    }
  }

  private <T extends @Nullable Object> T join(CompletableFuture<T> answer) {
    try {
      return node.await(answer);
    } catch (CompletionException e) {
      throw RemoteStoreException.why(e.getCause());
    }
  }

  private ByteBuffer bank(int index) {
    return banks.bank(index);
  }

  @Override
  public ReadableObject read(long key) {
    return startRead(key, (segment, pin) -> new ReadableObject(this, segment, pin));
  }

  @Override
  public MemorySegment view(long key) {
    return startRead(key, (segment, pin) -> segment);
  }

  private <T> T startRead(long key, BiFunction<MemorySegment, Pin, T> result) {
    lock.lock();
    try {
      StoreObject own = kept.startRead(key);
      if (own != null) {
        return reading(own, Pin.Role.KEEPING_READER, result);
      }
    } catch (RuntimeException | Error e) {
      kept.endRead(key); // only what comes after it started can fail
      throw e;
    } finally {
      lock.unlock();
    }
    StoreObject object = join(node.addReader(key));
    if (object == null) {
      throw new ObjectNotFoundException(key);
    }
    lock.lock();
    try {
      return reading(object, Pin.Role.READER, result);
    } finally {
      lock.unlock();
    }
  }

  private <T> T reading(
      StoreObject object, Pin.Role role, BiFunction<MemorySegment, Pin, T> result) {
    MemorySegment segment =
        Pins.segment(bank(object.bank()), object.offset(), object.sizeBytes()).asReadOnly();
    return result.apply(segment, pins.watch(object.key(), role, segment));
  }

  @Override
  public void pin(long key, long process, Runnable pinned) {
    lock.lock();
    try {
      if (process == self) {
        kept.pin(key);
      }
      outbox.add(() -> node.pin(key, process).whenComplete((known, failure) -> pinned.run()));
    } finally {
      lock.unlock();
    }
    outbox.send();
  }

  @Override
  public boolean release(long key, long process) {
    lock.lock();
    try {
      if (process != self || kept.release(key)) {
        outbox.add(() -> node.release(key, process));
      }
    } finally {
      lock.unlock();
    }
    outbox.send();
    return true;
  }

  @Override
  public boolean sealed(StoreObject object, long owner, Pin pin) {
    return join(sealedSoon(object, owner, pin));
  }

  @Override
  public CompletableFuture<Boolean> sealedSoon(StoreObject object, long owner, Pin pin) {
    lock.lock();
    try {
      if (!endLocked(pin)) {
        return CompletableFuture.completedFuture(false);
      }
      if (owner == self) {
        kept.add(object); // from now on it is read here, though others may not find it yet
      }
    } finally {
      lock.unlock();
    }
    ClientChunks.Chunk chunk = pin.chunk;
    CompletableFuture<Boolean> known;
    if (chunk == null) {
      known = node.seal(object.key());
    } else {
      known = node.carve(chunk.key(), object.key(), object.sizeBytes(), owner);
      chunks.carved(chunk, object.sizeBytes()); // not before: the node cuts off what comes first
    }
    return known.whenComplete((taken, failure) -> {
      if (failure != null || !taken) {
        refused(object.key(), owner, chunk);
      }
    });
  }

  private void refused(long key, long owner, ClientChunks.@Nullable Chunk chunk) {
    if (chunk != null) {
      chunks.lost(chunk);
    }
    if (owner == self) {
      lock.lock();
      try {
        kept.release(key);
      } finally {
        lock.unlock();
      }
    }
  }

  /** The node wants a chunk back. Does not block. */
  public void returnChunk(long key) {
    chunks.wantedBack(key);
  }

  @Override
  public void givenUp(long key, Pin pin) {
    if (end(pin)) {
      giveUp(key, pin.chunk);
    }
  }

  private void giveUp(long key, ClientChunks.@Nullable Chunk chunk) {
    if (chunk == null) {
      node.cancelCreate(key);
    } else {
      chunks.givenUp(chunk);
    }
  }

  /**
   * Writes nothing more: whoever creates an object fails from now on. Waits until what is being
   * written is sealed or given up, for at most so long.
   *
   * @return whether it is
   */
  public boolean stopWriting(Duration patience) {
    long leftNs = patience.toNanos();
    lock.lock();
    try {
      stopped = true;
      while (pins.writers() > 0 && leftNs > 0) {
        leftNs = nothingWritten.awaitNanos(leftNs);
      }
      return pins.writers() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return pins.writers() == 0;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void endRead(Pin pin) {
    if (pin.role == Pin.Role.KEEPING_READER) {
      endReadOfKept(pin);
    } else if (end(pin)) {
      node.removeReader(pin.key);
    }
  }

  private void endReadOfKept(Pin pin) {
    lock.lock();
    try {
      if (pins.end(pin) && kept.endRead(pin.key)) {
        outbox.add(() -> node.release(pin.key, self));
      }
    } finally {
      lock.unlock();
    }
    outbox.send();
  }

  private boolean end(Pin pin) {
    lock.lock();
    try {
      return endLocked(pin);
    } finally {
      lock.unlock();
    }
  }

  private boolean endLocked(Pin pin) {
    boolean ended = pins.end(pin);
    if (pins.writers() == 0) {
      nothingWritten.signalAll();
    }
    return ended;
  }

  @Override
  public int drainViews() {
    return pins.drainTo(this);
  }

  @Override
  public int useCount() {
    lock.lock();
    try {
      return pins.count();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets the mapping; views that are in use keep it. */
  @Override
  public void close() {
    banks.close();
  }
}
