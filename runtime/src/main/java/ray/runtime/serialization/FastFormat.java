package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The format of values that need no serializer: null, strings, boxed values, lists and arrays of
 * nothing else, arrays of primitives, memory. One byte says which; nothing of Fory is loaded for
 * them.
 */
final class FastFormat {
  static final byte NULL = 0;
  static final byte LATIN1 = 1;
  static final byte UTF16 = 2;
  static final byte TRUE = 3;
  static final byte FALSE = 4;
  static final byte BYTE = 5;
  static final byte SHORT = 6;
  static final byte CHAR = 7;
  static final byte INT = 8;
  static final byte LONG = 9;
  static final byte FLOAT = 10;
  static final byte DOUBLE = 11;
  static final byte SEGMENT = 12;
  static final byte BIG_ENDIAN_BUFFER = 13;
  static final byte LITTLE_ENDIAN_BUFFER = 14;
  static final byte HANDLE = 15;
  static final byte VIEW = 16;

  /** A whole graph, written by Fory. */
  static final byte GRAPH = 17;

  /** The same, with buffers of which a reader keeps nothing: all are arrays, which it copies. */
  static final byte GRAPH_OF_COPIES = 18;

  /** Sequences of leaves, by {@link LeafSequences}. */
  static final byte ARRAY_LIST = 19;

  static final byte IMMUTABLE_LIST = 20;
  static final byte OBJECT_ARRAY = 21;
  static final byte ARRAY_AS_LIST = 22;

  /** Small arrays lie in the header; plus the kind's ordinal. */
  static final byte SMALL_ARRAY = 32;

  /** Large arrays are a buffer; plus the kind's ordinal. */
  static final byte LARGE_ARRAY = 48;

  private static final int TAG_BYTES = 1;
  private static final int VIEW_PREFIX_BYTES = 2;

  private FastFormat() {}

  /** Writes a value of one of these kinds; null for every other value. */
  static @Nullable Serialized write(@Nullable Object value) {
    // Not a pattern switch: its first use costs the start-up of a program some 20 ms.
    if (value == null) {
      return tagOnly(NULL);
    }
    if (value instanceof Integer number) {
      return ofInt(INT, number);
    }
    if (value instanceof String text) {
      return ofString(text);
    }
    if (value instanceof Long number) {
      return ofLong(LONG, number);
    }
    if (value instanceof Boolean bool) {
      return tagOnly(bool ? TRUE : FALSE);
    }
    if (value instanceof Double number) {
      return ofLong(DOUBLE, Double.doubleToRawLongBits(number));
    }
    if (value instanceof Float number) {
      return ofInt(FLOAT, Float.floatToRawIntBits(number));
    }
    if (value instanceof Short number) {
      return ofShort(SHORT, number);
    }
    if (value instanceof Character character) {
      return ofShort(CHAR, (short) character.charValue());
    }
    if (value instanceof Byte number) {
      return Serialized.ofHeader(new byte[] {BYTE, number});
    }
    if (value instanceof MemorySegment segment) {
      return Serialized.borrowing(new byte[] {SEGMENT}, List.of(segment));
    }
    if (value instanceof ByteBuffer buffer) {
      byte tag = buffer.order() == ByteOrder.BIG_ENDIAN ? BIG_ENDIAN_BUFFER : LITTLE_ENDIAN_BUFFER;
      return Serialized.borrowing(new byte[] {tag}, List.of(MemorySegment.ofBuffer(buffer)));
    }
    PrimitiveArrayKind kind = PrimitiveArrayKind.of(value.getClass());
    return kind == null ? LeafSequences.write(value) : ofArray(kind, value);
  }

  static Serialized ofHandle(int index) {
    return ofInt(HANDLE, index);
  }

  /** A view: which codec it is of, its description, its data. */
  static Serialized ofView(int codec, byte[] description, MemorySegment data) {
    byte[] header = new byte[VIEW_PREFIX_BYTES + description.length];
    header[0] = VIEW;
    header[1] = (byte) codec;
    System.arraycopy(description, 0, header, VIEW_PREFIX_BYTES, description.length);
    return Serialized.borrowing(header, List.of(data));
  }

  static int viewIndex(byte[] header) {
    return header.length < VIEW_PREFIX_BYTES ? Integer.MAX_VALUE : header[1];
  }

  static byte[] viewDescription(byte[] header) {
    return Arrays.copyOfRange(header, VIEW_PREFIX_BYTES, header.length);
  }

  /** Reads a value whose tag is one of {@link #write}'s. */
  static @Nullable Object read(Serialized serialized) {
    byte[] header = serialized.header();
    byte tag = header[0];
    return switch (tag) {
      case NULL -> null;
      case LATIN1 -> new String(header, 1, header.length - 1, StandardCharsets.ISO_8859_1);
      case UTF16 -> new String((char[]) PrimitiveArrayKind.CHAR.array(body(header)));
      case TRUE -> true;
      case FALSE -> false;
      case BYTE -> header[1];
      case SHORT -> littleEndian(header).getShort(TAG_BYTES);
      case CHAR -> (char) littleEndian(header).getShort(TAG_BYTES);
      case INT -> littleEndian(header).getInt(TAG_BYTES);
      case LONG -> littleEndian(header).getLong(TAG_BYTES);
      case FLOAT -> Float.intBitsToFloat(littleEndian(header).getInt(TAG_BYTES));
      case DOUBLE -> Double.longBitsToDouble(littleEndian(header).getLong(TAG_BYTES));
      case SEGMENT -> serialized.buffer(0).asReadOnly();
      case BIG_ENDIAN_BUFFER -> ByteBuffers.over(serialized.buffer(0), true);
      case LITTLE_ENDIAN_BUFFER -> ByteBuffers.over(serialized.buffer(0), false);
      case ARRAY_LIST, ARRAY_AS_LIST, IMMUTABLE_LIST, OBJECT_ARRAY -> LeafSequences.read(header);
      default -> {
        if (tag >= LARGE_ARRAY) {
          yield PrimitiveArrayKind.ofOrdinal(tag - LARGE_ARRAY).array(serialized.buffer(0));
        }
        if (tag >= SMALL_ARRAY) {
          yield PrimitiveArrayKind.ofOrdinal(tag - SMALL_ARRAY).array(body(header));
        }
        throw new UnreadableValueException("no value begins with the tag " + tag);
      }
    };
  }

  /** Reads a string or a boxed value; null for every other value, and for one that is damaged. */
  static @Nullable Object readLeaf(Serialized serialized) {
    byte[] header = serialized.header();
    if (header.length == 0 || header[0] < LATIN1 || header[0] > DOUBLE) {
      return null;
    }
    try {
      return read(serialized);
    } catch (RuntimeException damaged) {
      return null;
    }
  }

  static int handleIndex(byte[] header) {
    return littleEndian(header).getInt(TAG_BYTES);
  }

  // Not by layouts of memory segments: their first use costs the start of a program 20 ms.
  private static ByteBuffer littleEndian(byte[] header) {
    return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static MemorySegment body(byte[] header) {
    return MemorySegment.ofArray(header).asSlice(TAG_BYTES);
  }

  private static Serialized ofArray(PrimitiveArrayKind kind, Object array) {
    MemorySegment memory = kind.memory(array);
    if (memory.byteSize() >= ForySerializers.OUT_OF_BAND_BYTES) {
      return Serialized.borrowing(
          new byte[] {(byte) (LARGE_ARRAY + kind.ordinal())}, List.of(memory));
    }
    byte[] header = new byte[TAG_BYTES + (int) memory.byteSize()];
    header[0] = (byte) (SMALL_ARRAY + kind.ordinal());
    body(header).copyFrom(memory);
    return Serialized.ofHeader(header);
  }

  private static Serialized ofString(String text) {
    byte[] header = new byte[TAG_BYTES + text.length()];
    header[0] = LATIN1;
    for (int index = 0; index < text.length(); index++) {
      char character = text.charAt(index);
      if (character > 0xff) {
        return ofUtf16(text);
      }
      header[TAG_BYTES + index] = (byte) character;
    }
    return Serialized.ofHeader(header);
  }

  /** Sixteen bits a character, so that unpaired surrogates survive. */
  private static Serialized ofUtf16(String text) {
    long sizeBytes = TAG_BYTES + (long) text.length() * Character.BYTES;
    byte[] header = new byte[Math.toIntExact(sizeBytes)];
    header[0] = UTF16;
    body(header).copyFrom(MemorySegment.ofArray(text.toCharArray()));
    return Serialized.ofHeader(header);
  }

  private static Serialized tagOnly(byte tag) {
    return Serialized.ofHeader(new byte[] {tag});
  }

  private static Serialized ofShort(byte tag, short value) {
    byte[] header = new byte[TAG_BYTES + Short.BYTES];
    header[0] = tag;
    littleEndian(header).putShort(TAG_BYTES, value);
    return Serialized.ofHeader(header);
  }

  private static Serialized ofInt(byte tag, int value) {
    byte[] header = new byte[TAG_BYTES + Integer.BYTES];
    header[0] = tag;
    littleEndian(header).putInt(TAG_BYTES, value);
    return Serialized.ofHeader(header);
  }

  private static Serialized ofLong(byte tag, long value) {
    byte[] header = new byte[TAG_BYTES + Long.BYTES];
    header[0] = tag;
    littleEndian(header).putLong(TAG_BYTES, value);
    return Serialized.ofHeader(header);
  }
}
