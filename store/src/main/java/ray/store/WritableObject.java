package ray.store;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import ray.core.store.StoreObject;

/**
 * An object that is being written. It becomes readable by {@link #seal()}; closed before that, or
 * lost to the garbage collector, its memory comes back.
 *
 * <p>Threads may write to its segment at will, but none may once it is sealed or closed: the bytes
 * then belong to readers or to another object.
 *
 * {@snippet :
 * try (WritableObject object = store.create(key, 8 * data.length, owner)) {
 *   object.copyFrom(MemorySegment.ofArray(data));
 *   object.seal();
 * }
 * }
 */
public final class WritableObject implements AutoCloseable {
  private final Access store;
  private final StoreObject object;
  private final long owner;
  private final MemorySegment segment;
  private final Pin pin;
  private final AtomicBoolean done = new AtomicBoolean();

  WritableObject(Access store, StoreObject object, long owner, MemorySegment segment, Pin pin) {
    this.store = store;
    this.object = object;
    this.owner = owner;
    this.segment = segment;
    this.pin = pin;
  }

  /** The object's key. */
  public long key() {
    return object.key();
  }

  /** The object's size. */
  public long sizeBytes() {
    return object.sizeBytes();
  }

  /** How many bytes at its end lie in memory that nobody has touched before. */
  long coldBytes() {
    return object.coldBytes();
  }

  /**
   * The object's bytes, aligned to 64, with whatever they held before.
   *
   * @throws IllegalStateException if it is sealed or closed
   */
  public MemorySegment segment() {
    checkOpen();
    return segment;
  }

  /**
   * The same as a buffer of native byte order, at position 0.
   *
   * @throws IllegalStateException if it is sealed or closed
   */
  public ByteBuffer buffer() {
    checkOpen();
    return segment.asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /**
   * Copies all of the source to the start of the object, by several threads where that is faster.
   *
   * @throws IndexOutOfBoundsException if the object is smaller
   * @throws StoreMemoryException if the memory turns out not to be there
   */
  public void copyFrom(MemorySegment source) {
    checkOpen();
    BulkCopy.copy(source, segment.asSlice(0, source.byteSize()), object.coldBytes());
  }

  /**
   * Copies all of the source into the object from that offset on.
   *
   * @throws IndexOutOfBoundsException if it does not fit there
   * @throws StoreMemoryException if the memory turns out not to be there
   */
  public void copyFrom(MemorySegment source, long offset) {
    checkOpen();
    long coldStart = object.sizeBytes() - object.coldBytes();
    long end = offset + source.byteSize();
    long coldBytes = Math.clamp(end - coldStart, 0, source.byteSize());
    BulkCopy.copy(source, segment.asSlice(offset, source.byteSize()), coldBytes);
  }

  /**
   * Makes the object readable and immutable.
   *
   * @return false if nobody relies on it any more: its owner released it, or died, meanwhile
   * @throws IllegalStateException if it is sealed or closed already
   */
  public boolean seal() {
    end();
    try {
      return store.sealed(object, owner, pin);
    } finally {
      Reference.reachabilityFence(segment); // or the collector could give it up before it is sealed
    }
  }

  /**
   * The same for a store in another process, without waiting until that knows: until then, only
   * this process finds the object, if it is its owner.
   *
   * @return false if nobody relies on it any more; fails if the store can't be told
   * @throws IllegalStateException if it is sealed or closed already
   */
  public CompletableFuture<Boolean> sealSoon() {
    end();
    try {
      return store.sealedSoon(object, owner, pin);
    } finally {
      Reference.reachabilityFence(segment);
    }
  }

  private void end() {
    if (!done.compareAndSet(false, true)) {
      throw alreadyDone();
    }
  }

  /** Gives the object up unless it is sealed. */
  @Override
  public void close() {
    if (done.compareAndSet(false, true)) {
      store.givenUp(object.key(), pin);
    }
  }

  private void checkOpen() {
    if (done.get()) {
      throw alreadyDone();
    }
  }

  private IllegalStateException alreadyDone() {
    return new IllegalStateException(
        "Object " + object.key() + " is sealed or given up: it can no longer be written.");
  }

  @Override
  public String toString() {
    return "WritableObject[key " + object.key() + ", " + object.sizeBytes() + " bytes]";
  }
}
