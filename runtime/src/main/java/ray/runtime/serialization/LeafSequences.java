package ray.runtime.serialization;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
 * FastFormat} and its value; strings with their length before them.
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
    ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    out.put(tag).putInt(elements.length);
    for (Object element : elements) {
      put(out, element);
    }
    return Serialized.ofHeader(out.array());
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

  private static void put(ByteBuffer out, @Nullable Object element) {
    // Not a pattern switch: its first use costs the start-up of a program some 20 ms.
    if (element == null) {
      out.put(FastFormat.NULL);
    } else if (element instanceof Integer number) {
      out.put(FastFormat.INT).putInt(number);
    } else if (element instanceof String text) {
      putText(out, text);
    } else if (element instanceof Long number) {
      out.put(FastFormat.LONG).putLong(number);
    } else if (element instanceof Double number) {
      out.put(FastFormat.DOUBLE).putLong(Double.doubleToRawLongBits(number));
    } else if (element instanceof Boolean bool) {
      out.put(bool ? FastFormat.TRUE : FastFormat.FALSE);
    } else if (element instanceof Float number) {
      out.put(FastFormat.FLOAT).putInt(Float.floatToRawIntBits(number));
    } else if (element instanceof Short number) {
      out.put(FastFormat.SHORT).putShort(number);
    } else if (element instanceof Character character) {
      out.put(FastFormat.CHAR).putChar(character);
    } else {
      out.put(FastFormat.BYTE).put((Byte) element);
    }
  }

  private static void putText(ByteBuffer out, String text) {
    if (isLatin1(text)) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      out.put(FastFormat.LATIN1).putInt(bytes.length).put(bytes);
    } else {
      // Sixteen bits a character, so that unpaired surrogates survive.
      out.put(FastFormat.UTF16).putInt(text.length());
      out.asCharBuffer().put(text);
      out.position(out.position() + text.length() * Character.BYTES);
    }
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

  private static final class Reader {
    private final byte[] bytes;
    private final ByteBuffer in;
    private int at = 1;

    Reader(byte[] bytes) {
      this.bytes = bytes;
      this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Nullable Object[] elements() {
      int count = in.getInt(advance(Integer.BYTES));
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

    private int advance(int count) {
      int from = at;
      at += count;
      return from;
    }

    private @Nullable Object element() {
      byte tag = in.get(advance(1));
      return switch (tag) {
        case FastFormat.NULL -> null;
        case FastFormat.TRUE -> true;
        case FastFormat.FALSE -> false;
        case FastFormat.BYTE -> in.get(advance(Byte.BYTES));
        case FastFormat.SHORT -> in.getShort(advance(Short.BYTES));
        case FastFormat.CHAR -> in.getChar(advance(Character.BYTES));
        case FastFormat.INT -> in.getInt(advance(Integer.BYTES));
        case FastFormat.LONG -> in.getLong(advance(Long.BYTES));
        case FastFormat.FLOAT -> Float.intBitsToFloat(in.getInt(advance(Integer.BYTES)));
        case FastFormat.DOUBLE -> Double.longBitsToDouble(in.getLong(advance(Long.BYTES)));
        case FastFormat.LATIN1 -> {
          int length = length(1);
          yield new String(bytes, advance(length), length, StandardCharsets.ISO_8859_1);
        }
        case FastFormat.UTF16 -> {
          int length = length(Character.BYTES);
          char[] text = new char[length];
          for (int i = 0; i < length; i++) {
            text[i] = in.getChar(advance(Character.BYTES));
          }
          yield new String(text);
        }
        default -> throw damaged();
      };
    }

    private int length(int bytesEach) {
      int length = in.getInt(advance(Integer.BYTES));
      if (length < 0 || (long) length * bytesEach > bytes.length - at) {
        throw damaged();
      }
      return length;
    }
  }
}
