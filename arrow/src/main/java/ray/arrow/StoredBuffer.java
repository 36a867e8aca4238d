package ray.arrow;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;

/**
 * Memory of the object store as a buffer of Arrow's. It keeps the view that it was made of, and so
 * the bytes, until Arrow releases the buffer, or nothing can reach it any more.
 */
final class StoredBuffer extends ForeignAllocation {
  @SuppressWarnings({"unused", "FieldCanBeLocal"}) // it is there to be reachable
  private MemorySegment view;

  private StoredBuffer(MemorySegment view) {
    super(view.byteSize(), view.address());
    this.view = view;
  }

  /** A buffer with the bytes of a segment: in place if they lie outside of the heap. */
  static ArrowBuf of(MemorySegment bytes, BufferAllocator allocator) {
    long size = bytes.byteSize();
    if (size == 0) {
      return allocator.getEmpty();
    }
    if (bytes.isNative()) {
      ArrowBuf buffer = allocator.wrapForeignAllocation(new StoredBuffer(bytes));
      return buffer.writerIndex(size);
    }
    ArrowBuf copy = allocator.buffer(size);
    copy.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
    return copy;
  }

  @Override
  protected void release0() {
    view = MemorySegment.NULL;
  }
}
