package ray.store;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Hands out segments over ranges of a bank and notices when nothing derived from one is reachable.
 *
 * <p>How, without restricted methods: {@link MemorySegment#ofBuffer} on a slice of a bank makes a
 * new {@linkplain MemorySegment#scope() scope} object each time, which keeps the bank mapped. Every
 * slice of the segment, its read-only forms, the byte buffers made of it, their slices, duplicates
 * and typed views, and the segments made of those, hold that one scope object; every access holds
 * it until it is over. So once a phantom reference to the scope is enqueued, no reachable object
 * and no running access can touch the range.
 *
 * <p>That all of them share the scope object is how the JDK is built rather than what it promises,
 * so it is checked once a process ({@link #checkScopesAreShared}), and a JDK that does otherwise is
 * refused instead of corrupting memory. (Until JDK 25, the buffer itself would not do for this: a
 * slice's segment keeps the bank's buffer, not the slice.)
 *
 * <p>Not thread-safe but for {@link #pollEnded} and {@link #awaitEnded}: the store's lock guards
 * the list.
 */
final class Pins {
  static {
    checkScopesAreShared();
  }

  private final ReferenceQueue<MemorySegment.Scope> queue = new ReferenceQueue<>();
  private @Nullable Pin newest;
  private int count;
  private int writers;

  /** How many pins have not ended. */
  int count() {
    return count;
  }

  /** How many of them are of what is being written. */
  int writers() {
    return writers;
  }

  /** A segment with a scope of its own over a range of a bank. */
  static MemorySegment segment(ByteBuffer bank, long offset, long sizeBytes) {
    return MemorySegment.ofBuffer(bank.slice((int) offset, (int) sizeBytes));
  }

  /** Starts to watch a segment made by {@link #segment}. */
  Pin watch(long key, Pin.Role role, MemorySegment segment) {
    Pin pin = new Pin(key, role, segment.scope(), queue);
    pin.listed = true;
    pin.next = newest;
    if (newest != null) {
      newest.previous = pin;
    }
    newest = pin;
    count++;
    writers += role == Pin.Role.WRITER ? 1 : 0;
    return pin;
  }

  /** Ends a pin. False if it had ended before. */
  boolean end(Pin pin) {
    if (!pin.listed) {
      return false;
    }
    pin.listed = false;
    if (pin.previous == null) {
      newest = pin.next;
    } else {
      pin.previous.next = pin.next;
    }
    if (pin.next != null) {
      pin.next.previous = pin.previous;
    }
    pin.previous = null;
    pin.next = null;
    pin.clear();
    count--;
    writers -= pin.role == Pin.Role.WRITER ? 1 : 0;
    return true;
  }

  /** A pin whose segment nobody can reach any more, if the collector has found one. Thread-safe. */
  @Nullable Pin pollEnded() {
    return (Pin) queue.poll();
  }

  /**
   * Ends the reads, and gives up the writes, whose segments nobody can reach any more. Takes no
   * lock itself.
   *
   * @return how many have ended
   */
  int drainTo(Access store) {
    int ended = 0;
    for (Pin pin; (pin = pollEnded()) != null; ) {
      ended++;
      switch (pin.role) {
        case READER, KEEPING_READER -> store.endRead(pin);
        case WRITER -> store.givenUp(pin.key, pin);
      }
    }
    return ended;
  }

  /** The same as {@link #pollEnded}, waiting for one. Thread-safe. */
  @Nullable Pin awaitEnded(long timeoutMs) throws InterruptedException {
    return (Pin) queue.remove(timeoutMs);
  }

  private static void checkScopesAreShared() {
    ByteBuffer bank = ByteBuffer.allocateDirect(64);
    MemorySegment view = segment(bank, 8, 32).asReadOnly();
    Object scope = view.scope();
    ByteBuffer buffer = view.asSlice(8).asByteBuffer();
    boolean shared =
        view.asSlice(8, 8).scope() == scope
            && MemorySegment.ofBuffer(buffer).scope() == scope
            && MemorySegment.ofBuffer(buffer.slice().duplicate().asReadOnlyBuffer()).scope()
                == scope
            && MemorySegment.ofBuffer(buffer.asIntBuffer().slice()).scope() == scope;
    boolean ownEach = segment(bank, 8, 32).scope() != scope;
    Reference.reachabilityFence(bank);
    if (!shared || !ownEach) {
      throw new IllegalStateException(
          "This Java runtime ("
              + Runtime.version()
              + ") does not share one scope among all that is derived from a memory segment, which"
              + " the object store relies on. Use JDK 25.");
    }
  }
}
