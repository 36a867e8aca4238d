package ray.examples.imagenet.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bytes of the heap copied to where native code can read them; reused. Not thread-safe. */
final class NativeInput {
  /** What is kept between images; larger ones get memory of their own. */
  private static final int KEPT_BYTES = 4 << 20;

  private MemorySegment memory = Arena.ofAuto().allocate(256 << 10);

  MemorySegment copy(byte[] data, int offset, int length) {
    if (memory.byteSize() < length || (memory.byteSize() > KEPT_BYTES && length <= KEPT_BYTES)) {
      memory = Arena.ofAuto().allocate(length);
    }
    MemorySegment.copy(data, offset, memory, ValueLayout.JAVA_BYTE, 0, length);
    return memory;
  }
}
