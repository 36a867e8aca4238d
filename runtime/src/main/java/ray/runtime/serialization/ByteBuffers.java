package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Makes the read-only buffer that a reader sees of a byte buffer that was written. */
final class ByteBuffers {
  private ByteBuffers() {}

  /** A buffer over memory of the store itself; over heap memory, a copy, as the JDK offers none. */
  static ByteBuffer over(MemorySegment memory, boolean bigEndian) {
    ByteBuffer buffer =
        memory.isNative()
            ? memory.asReadOnly().asByteBuffer()
            : ByteBuffer.wrap(memory.toArray(ValueLayout.JAVA_BYTE)).asReadOnlyBuffer();
    return buffer.order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
  }
}
