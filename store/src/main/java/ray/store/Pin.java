package ray.store;

import java.lang.foreign.MemorySegment;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import org.jspecify.annotations.Nullable;

/**
 * Keeps an object's bytes for as long as anything can touch them. It watches the scope of the
 * segment that was handed out: see {@link Pins} for why that is enough.
 */
final class Pin extends PhantomReference<MemorySegment.Scope> {
  /** What its end means to the core. */
  enum Role {
    READER,
    /** Of an object that this process keeps in another one's store: see {@link KeptObjects}. */
    KEEPING_READER,
    WRITER
  }

  final long key;
  final Role role;

  /** What is written to, if that is a chunk. */
  ClientChunks.@Nullable Chunk chunk;

  /** Neighbours in the list of {@link Pins}; a pin that is in no list has ended. */
  @Nullable Pin previous;

  @Nullable Pin next;
  boolean listed;

  Pin(
      long key,
      Role role,
      MemorySegment.Scope scope,
      ReferenceQueue<? super MemorySegment.Scope> queue) {
    super(scope, queue);
    this.key = key;
    this.role = role;
  }
}
