package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The eight kinds of primitive arrays: each as the memory of its elements, and back. Elements are
 * little-endian, which every supported machine is.
 */
enum PrimitiveArrayKind {
  BYTE(byte[].class, Byte.BYTES) {
    @Override
    MemorySegment memory(Object array) {
      return MemorySegment.ofArray((byte[]) array);
    }

    @Override
    Object array(MemorySegment memory) {
      return memory.toArray(ValueLayout.JAVA_BYTE);
    }
  },
  BOOLEAN(boolean[].class, 1) {
    @Override
    MemorySegment memory(Object array) {
      // The JVM does not say how it lays booleans out, so they go through bytes.
      boolean[] booleans = (boolean[]) array;
      byte[] bytes = new byte[booleans.length];
      for (int index = 0; index < bytes.length; index++) {
        bytes[index] = booleans[index] ? (byte) 1 : 0;
      }
      return MemorySegment.ofArray(bytes);
    }

    @Override
    Object array(MemorySegment memory) {
      boolean[] booleans = new boolean[Math.toIntExact(memory.byteSize())];
      for (int index = 0; index < booleans.length; index++) {
        booleans[index] = memory.get(ValueLayout.JAVA_BYTE, index) != 0;
      }
      return booleans;
    }
  },
  SHORT(short[].class, Short.BYTES) {
    @Override
    MemorySegment memory(Object array) {
      return MemorySegment.ofArray((short[]) array);
    }

    @Override
    Object array(MemorySegment memory) {
      return memory.toArray(ValueLayout.JAVA_SHORT_UNALIGNED);
    }
  },
  CHAR(char[].class, Character.BYTES) {
    @Override
    MemorySegment memory(Object array) {
      return MemorySegment.ofArray((char[]) array);
    }

    @Override
    Object array(MemorySegment memory) {
      return memory.toArray(ValueLayout.JAVA_CHAR_UNALIGNED);
    }
  },
  INT(int[].class, Integer.BYTES) {
    @Override
    MemorySegment memory(Object array) {
      return MemorySegment.ofArray((int[]) array);
    }

    @Override
    Object array(MemorySegment memory) {
      return memory.toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }
  },
  LONG(long[].class, Long.BYTES) {
    @Override
    MemorySegment memory(Object array) {
      return MemorySegment.ofArray((long[]) array);
    }

    @Override
    Object array(MemorySegment memory) {
      return memory.toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    }
  },
  FLOAT(float[].class, Float.BYTES) {
    @Override
    MemorySegment memory(Object array) {
      return MemorySegment.ofArray((float[]) array);
    }

    @Override
    Object array(MemorySegment memory) {
      return memory.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
  },
  DOUBLE(double[].class, Double.BYTES) {
    @Override
    MemorySegment memory(Object array) {
      return MemorySegment.ofArray((double[]) array);
    }

    @Override
    Object array(MemorySegment memory) {
      return memory.toArray(ValueLayout.JAVA_DOUBLE_UNALIGNED);
    }
  };

  private static final PrimitiveArrayKind[] KINDS = values();

  private final Class<?> arrayClass;
  private final int elementBytes;

  PrimitiveArrayKind(Class<?> arrayClass, int elementBytes) {
    this.arrayClass = arrayClass;
    this.elementBytes = elementBytes;
  }

  static {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new ExceptionInInitializerError("Ray runs on little-endian machines only");
    }
  }

  /** Returns the kind of an array class, or null if it is no primitive array. */
  static @Nullable PrimitiveArrayKind of(Class<?> arrayClass) {
    if (arrayClass.isArray() && arrayClass.componentType().isPrimitive()) {
      for (PrimitiveArrayKind kind : KINDS) {
        if (kind.arrayClass == arrayClass) {
          return kind;
        }
      }
    }
    return null;
  }

  static PrimitiveArrayKind ofOrdinal(int ordinal) {
    if (ordinal < 0 || ordinal >= KINDS.length) {
      throw new UnreadableValueException("no primitive array has the tag " + ordinal);
    }
    return KINDS[ordinal];
  }

  Class<?> arrayClass() {
    return arrayClass;
  }

  int elementBytes() {
    return elementBytes;
  }

  /** The array's elements as memory: the array itself, except for booleans. */
  abstract MemorySegment memory(Object array);

  /** A new array of the elements in some memory, of a size that {@link #memory} gave. */
  abstract Object array(MemorySegment memory);
}
