package ray.store;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import ray.core.store.StoreObject;

/**
 * The object store of a node as a process uses it that can't map its memory, as it is on another
 * machine: what it creates it writes into memory of its own, whose bytes are sent before the object
 * is sealed, and what it reads is fetched whole. What was fetched is not fetched again as long as
 * somebody still reads or views it. All methods may be called by any thread.
 */
public final class GuestStore implements Store, Access {
  private static final long ALIGNMENT_BYTES = 64;

  private final StoreClient.Node node;
  private final Transfer transfer;
  private final ReentrantLock lock = new ReentrantLock();
  private final Pins pins = new Pins();

  /** What is being written here. Guarded by the lock, as the next. */
  private final Map<Long, Written> written = new HashMap<>();

  private final Map<Long, WeakReference<MemorySegment>> fetched = new HashMap<>();

  /** Pins and releases, which must not overtake each other. Added to under the lock. */
  private final Outbox outbox = new Outbox();

  private record Written(Arena arena, MemorySegment segment) {}

  /** Carries the bytes. */
  public interface Transfer {
    /** Sends those of an object that was created; blocks. */
    void send(long key, MemorySegment bytes);

    /** Fetches those of an object, as often as it is asked for; blocks. Null if it is not there. */
    @Nullable MemorySegment fetch(long key);
  }

  /** A client, for this process, of a store whose memory it can't have. */
  public GuestStore(StoreClient.Node node, Transfer transfer) {
    this.node = node;
    this.transfer = transfer;
  }

  /** Memory for an object's bytes, which goes when nothing can reach it any more. */
  public static MemorySegment memory(long sizeBytes) {
    return Arena.ofAuto().allocate(sizeBytes, ALIGNMENT_BYTES);
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // it is closed when the object is sealed or given up
  public WritableObject create(long key, long sizeBytes, long owner) throws InterruptedException {
    drainViews();
    StoreObject object = awaitRoom(key, node.create(key, sizeBytes, owner));
    Arena arena = Arena.ofShared();
    try {
      MemorySegment segment = arena.allocate(sizeBytes, ALIGNMENT_BYTES);
      lock.lock();
      try {
        written.put(key, new Written(arena, segment));
        return new WritableObject(
            this, object, owner, segment, pins.watch(key, Pin.Role.WRITER, segment));
      } finally {
        lock.unlock();
      }
    } catch (OutOfMemoryError e) {
      arena.close();
      node.cancelCreate(key);
      throw e;
    }
  }

  @Override
  public ReadableObject read(long key) {
    MemorySegment segment = bytes(key);
    lock.lock();
    try {
      return new ReadableObject(this, segment, pins.watch(key, Pin.Role.READER, segment));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public MemorySegment view(long key) {
    return bytes(key);
  }

  private MemorySegment bytes(long key) {
    lock.lock();
    try {
      WeakReference<MemorySegment> before = fetched.get(key);
      MemorySegment known = before == null ? null : before.get();
      if (known != null) {
        return known;
      }
    } finally {
      lock.unlock();
    }
    MemorySegment segment = transfer.fetch(key);
    if (segment == null) {
      throw new ObjectNotFoundException(key);
    }
    MemorySegment readOnly = segment.asReadOnly();
    lock.lock();
    try {
      forgetCollected();
      fetched.put(key, new WeakReference<>(readOnly));
    } finally {
      lock.unlock();
    }
    return readOnly;
  }

  private void forgetCollected() {
    for (Iterator<WeakReference<MemorySegment>> each = fetched.values().iterator();
        each.hasNext(); ) {
      if (each.next().refersTo(null)) {
        each.remove();
      }
    }
  }

  @Override
  public void pin(long key, long process, Runnable pinned) {
    lock.lock();
    try {
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
      outbox.add(() -> node.release(key, process));
    } finally {
      lock.unlock();
    }
    outbox.send();
    return true;
  }

  @Override
  public boolean sealed(StoreObject object, long owner, Pin pin) {
    Written content = end(pin, object.key());
    if (content == null) {
      return false;
    }
    try {
      transfer.send(object.key(), content.segment());
    } catch (RuntimeException e) {
      node.cancelCreate(object.key());
      throw e;
    } finally {
      content.arena().close();
    }
    try {
      return node.await(node.seal(object.key()));
    } catch (CompletionException e) {
      throw RemoteStoreException.why(e.getCause());
    }
  }

  @Override
  public CompletableFuture<Boolean> sealedSoon(StoreObject object, long owner, Pin pin) {
    return CompletableFuture.completedFuture(sealed(object, owner, pin));
  }

  private StoreObject awaitRoom(long key, CompletableFuture<StoreObject> asked)
      throws InterruptedException {
    try {
      return asked.get();
    } catch (ExecutionException e) {
      throw RemoteStoreException.why(e.getCause());
    } catch (InterruptedException e) {
      node.cancelCreate(key);
      throw e;
    }
  }

  @Override
  public void givenUp(long key, Pin pin) {
    Written content = end(pin, key);
    if (content != null) {
      content.arena().close();
      node.cancelCreate(key);
    }
  }

  private @Nullable Written end(Pin pin, long key) {
    lock.lock();
    try {
      return pins.end(pin) ? written.remove(key) : null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void endRead(Pin pin) {
    lock.lock();
    try {
      pins.end(pin);
    } finally {
      lock.unlock();
    }
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
}
