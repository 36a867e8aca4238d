package ray.runtime.serialization;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The format of lists and arrays of nothing but null, strings and boxed values: as what a function
 * has captured, or what many a first task returns. Nothing of Fory is loaded for them, which takes
 * a new worker a tenth of a second.
 *
 * <p>The tag of the sequence, how many elements it has, and for each of them a tag of {@link
 * FastFormat} and its value; strings with their length before them. Small values that come in a row
 * in one message are written as an array of them.
 */
final class LeafSequences {
  private static final Class<?> ARRAY_AS_LIST = Arrays.asList(0).getClass();
  private static final Class<?> SHORT_LIST = List.of(0).getClass();
  private static final Class<?> LONG_LIST = List.of(0, 0, 0).getClass();

  /** What is larger may as well be Fory's. */
  private static final int MAX_BYTES = 1 << 20;

  private static final int PREFIX_BYTES = 1 + Integer.BYTES;
  private static final int NO_LEAF = -1;

  private LeafSequences() {}

  /** Writes a value if it is such a sequence; null for every other value. */
  static @Nullable Serialized write(Object value) {
    Class<?> type = value.getClass();
    if (type == ArrayList.class) {
      return write(FastFormat.ARRAY_LIST, ((List<?>) value).toArray());
    }
    if (type == ARRAY_AS_LIST) {
      return write(FastFormat.ARRAY_AS_LIST, ((List<?>) value).toArray());
    }
    if (type == SHORT_LIST || type == LONG_LIST) {
      @Nullable Object[] elements = ((List<?>) value).toArray();
      // A stream's list may have them, though one of this class that is made otherwise may not.
      return hasNull(elements) ? null : write(FastFormat.IMMUTABLE_LIST, elements);
    }
    return type == Object[].class
        ? write(FastFormat.OBJECT_ARRAY, ((@Nullable Object[]) value).clone())
        : null;
  }

  private static boolean hasNull(@Nullable Object[] elements) {
    for (Object element : elements) {
      if (element == null) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable Serialized write(byte tag, @Nullable Object[] elements) {
    int size = PREFIX_BYTES;
    for (Object element : elements) {
      int bytes = sizeOf(element);
      if (bytes == NO_LEAF || bytes > MAX_BYTES - size) {
        return null;
      }
      size += bytes;
    }
    return Serialized.ofHeader(bytes(tag, elements, size));
  }

  /** Whether an element is null, a boxed value, or a short string. */
  static boolean isLeaf(@Nullable Object element) {
    // Not all of a long string is looked at, as it would be for its size.
    return element instanceof String text
        ? text.length() <= ValueSerializers.MAX_LEAF_BYTES / Character.BYTES
        : sizeOf(element) != NO_LEAF;
  }

  /** Writes what are leaves, as an array of them. */
  static byte[] writeLeaves(@Nullable Object[] leaves) {
    int size = PREFIX_BYTES;
    for (Object leaf : leaves) {
      size = Math.addExact(size, sizeOf(leaf));
    }
    return bytes(FastFormat.OBJECT_ARRAY, leaves, size);
  }

  /** Reads what {@link #writeLeaves} wrote. */
  static @Nullable Object[] readLeaves(byte[] bytes) {
    if (bytes.length == 0 || bytes[0] != FastFormat.OBJECT_ARRAY) {
      throw damaged();
    }
    try {
      return new Reader(bytes).elements();
    } catch (IndexOutOfBoundsException cutOff) {
      throw damaged();
    }
  }

  private static int sizeOf(@Nullable Object element) {
    if (element == null || element instanceof Boolean) {
      return 1;
    }
    if (element instanceof Integer || element instanceof Float) {
      return 1 + Integer.BYTES;
    }
    if (element instanceof String text) {
      long bytes = isLatin1(text) ? text.length() : (long) text.length() * Character.BYTES;
      return bytes > MAX_BYTES ? NO_LEAF : 1 + Integer.BYTES + (int) bytes;
    }
    if (element instanceof Long || element instanceof Double) {
      return 1 + Long.BYTES;
    }
    if (element instanceof Short || element instanceof Character) {
      return 1 + Short.BYTES;
    }
    return element instanceof Byte ? 1 + Byte.BYTES : NO_LEAF;
  }

  private static boolean isLatin1(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0xff) {
        return false;
      }
    }
    return true;
  }

  // By hand into an array: a new JVM interprets this for each element of what it writes first, and
  // a call of a buffer is ten calls then.
  private static byte[] bytes(byte tag, @Nullable Object[] elements, int size) {
    byte[] out = new byte[size];
    out[0] = tag;
    int at = putInt(out, 1, elements.length);
    for (Object element : elements) {
      at = put(out, at, element);
    }
    return out;
  }

  /** Writes an element there, and returns where the next one begins. */
  private static int put(byte[] out, int at, @Nullable Object element) {
    // Not a pattern switch: its first use costs the start-up of a program some 20 ms.
    if (element == null) {
      out[at] = FastFormat.NULL;
      return at + 1;
    }
    if (element instanceof Integer number) {
      out[at] = FastFormat.INT;
      return putInt(out, at + 1, number);
    }
    if (element instanceof String text) {
      return putText(out, at, text);
    }
    if (element instanceof Long number) {
      out[at] = FastFormat.LONG;
      return putLong(out, at + 1, number);
    }
    if (element instanceof Double number) {
      out[at] = FastFormat.DOUBLE;
      return putLong(out, at + 1, Double.doubleToRawLongBits(number));
    }
    if (element instanceof Float number) {
      out[at] = FastFormat.FLOAT;
      return putInt(out, at + 1, Float.floatToRawIntBits(number));
    }
    if (element instanceof Short number) {
      out[at] = FastFormat.SHORT;
      return putShort(out, at + 1, number);
    }
    if (element instanceof Character character) {
      out[at] = FastFormat.CHAR;
      return putShort(out, at + 1, character);
    }
    if (element instanceof Byte number) {
      out[at] = FastFormat.BYTE;
      out[at + 1] = number;
      return at + 2;
    }
    out[at] = (Boolean) element ? FastFormat.TRUE : FastFormat.FALSE;
    return at + 1;
  }

  private static int putShort(byte[] out, int at, int value) {
    out[at] = (byte) value;
    out[at + 1] = (byte) (value >> 8);
    return at + Short.BYTES;
  }

  private static int putInt(byte[] out, int at, int value) {
    out[at] = (byte) value;
    out[at + 1] = (byte) (value >> 8);
    out[at + 2] = (byte) (value >> 16);
    out[at + 3] = (byte) (value >> 24);
    return at + Integer.BYTES;
  }

  private static int putLong(byte[] out, int at, long value) {
    return putInt(out, putInt(out, at, (int) value), (int) (value >> 32));
  }

  private static int putText(byte[] out, int at, String text) {
    int length = text.length();
    int next = putInt(out, at + 1, length);
    if (isLatin1(text)) {
      out[at] = FastFormat.LATIN1;
      System.arraycopy(text.getBytes(StandardCharsets.ISO_8859_1), 0, out, next, length);
      return next + length;
    }
    // Sixteen bits a character, so that unpaired surrogates survive.
    out[at] = FastFormat.UTF16;
    for (int i = 0; i < length; i++) {
      next = putShort(out, next, text.charAt(i));
    }
    return next;
  }

  /** Reads what {@link #write} wrote. */
  static Object read(byte[] header) {
    Reader in = new Reader(header);
    @Nullable Object[] elements = in.elements();
    return switch (header[0]) {
      case FastFormat.ARRAY_LIST -> new ArrayList<>(Arrays.asList(elements));
      case FastFormat.ARRAY_AS_LIST -> Arrays.asList(elements);
      case FastFormat.IMMUTABLE_LIST -> {
        if (hasNull(elements)) {
          throw damaged();
        }
        yield List.of(elements);
      }
      case FastFormat.OBJECT_ARRAY -> elements;
      default -> throw damaged();
    };
  }

  private static UnreadableValueException damaged() {
    return new UnreadableValueException("the bytes of a list or an array are damaged");
  }

  /** Reads by hand, too. What is cut off ends with an {@link IndexOutOfBoundsException}. */
  private static final class Reader {
    private final byte[] bytes;
    private int at = 1;

    Reader(byte[] bytes) {
      this.bytes = bytes;
    }

    @Nullable Object[] elements() {
      int count = readInt();
      if (count < 0 || count > bytes.length - at) {
        throw damaged();
      }
      @Nullable Object[] elements = new Object[count];
      for (int i = 0; i < count; i++) {
        elements[i] = element();
      }
      if (at != bytes.length) {
        throw damaged();
      }
      return elements;
    }

    private @Nullable Object element() {
      byte tag = bytes[at++];
      return switch (tag) {
        case FastFormat.NULL -> null;
        case FastFormat.TRUE -> true;
        case FastFormat.FALSE -> false;
        case FastFormat.BYTE -> bytes[at++];
        case FastFormat.SHORT -> (short) readShort();
        case FastFormat.CHAR -> (char) readShort();
        case FastFormat.INT -> readInt();
        case FastFormat.LONG -> readLong();
        case FastFormat.FLOAT -> Float.intBitsToFloat(readInt());
        case FastFormat.DOUBLE -> Double.longBitsToDouble(readLong());
        case FastFormat.LATIN1 -> {
          int length = length(1);
          at += length;
          yield new String(bytes, at - length, length, StandardCharsets.ISO_8859_1);
        }
        case FastFormat.UTF16 -> {
          char[] text = new char[length(Character.BYTES)];
          for (int i = 0; i < text.length; i++) {
            text[i] = (char) readShort();
          }
          yield new String(text);
        }
        default -> throw damaged();
      };
    }

    private int length(int bytesEach) {
      int length = readInt();
      if (length < 0 || (long) length * bytesEach > bytes.length - at) {
        throw damaged();
      }
      return length;
    }

    private int readShort() {
      int low = bytes[at++] & 0xff;
      return low | bytes[at++] << 8;
    }

    private int readInt() {
      int low = readShort() & 0xffff;
      return low | readShort() << 16;
    }

    private long readLong() {
      long low = readInt() & 0xffff_ffffL;
      return low | (long) readInt() << 32;
    }
  }
}
