package ray.runtime.serialization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A value as bytes: a header, and the buffers of its large arrays and views, which lie apart so
 * that they can be laid out aligned and read in place.
 *
 * <p>Until {@link #detach} or {@link #writeTo}, the buffers may still be the arrays of the value
 * itself: whoever keeps a {@code Serialized} on the heap detaches it before the writer goes on.
 * Handles are not in here: the bytes hold indexes into a table that travels beside them.
 *
 * <p>Laid out in memory, little-endian, every buffer aligned to {@link #ALIGNMENT_BYTES} from the
 * start:
 *
 * <pre>
 * u32 magic   u32 number of buffers   u64 header size
 * u64 size of buffer 0 …
 * header
 * padding, buffer 0, padding, buffer 1 …
 * </pre>
 */
public final class Serialized {
  /** What buffers are aligned to: a cache line, and as much as any vector instruction asks for. */
  public static final int ALIGNMENT_BYTES = 64;

  /** No value has more arrays than this; a larger count is damage. */
  private static final int MAX_BUFFERS = 1 << 24;

  private static final int MAGIC = 0x31594152; // "RAY1"
  private static final int FIXED_BYTES = 16;

  /** Apart, since small values never need them and their first use takes some 20 ms. */
  private static final class Layout {
    static final ValueLayout.OfInt INT =
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG =
        ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  }

  private final byte[] header;
  private final List<MemorySegment> buffers;
  private final boolean borrowed;

  private Serialized(byte[] header, List<MemorySegment> buffers, boolean borrowed) {
    this.header = header;
    this.buffers = buffers;
    this.borrowed = borrowed;
  }

  static Serialized ofHeader(byte[] header) {
    return new Serialized(header, List.of(), false);
  }

  /** Buffers that are still the value's own memory. */
  static Serialized borrowing(byte[] header, List<MemorySegment> buffers) {
    return new Serialized(header, buffers, !buffers.isEmpty());
  }

  /** A value that was taken apart: its header, and its buffers in order, which nobody changes. */
  public static Serialized of(byte[] header, List<MemorySegment> buffers) {
    return new Serialized(header, buffers, false);
  }

  /** Returns the header, which is not to be changed. */
  public byte[] header() {
    return header;
  }

  /** Returns the out-of-band buffers, in the order in which the header counts them. */
  public List<MemorySegment> buffers() {
    return List.copyOf(buffers);
  }

  MemorySegment buffer(int index) {
    if (index < 0 || index >= buffers.size()) {
      throw new UnreadableValueException(
          "a value names buffer " + index + " of " + buffers.size() + ": its bytes are damaged");
    }
    return buffers.get(index);
  }

  /** Returns the size of header and buffers, without padding: what the value weighs. */
  public long sizeBytes() {
    long size = header.length;
    for (MemorySegment buffer : buffers) {
      size += buffer.byteSize();
    }
    return size;
  }

  /** Returns whether a value read from these bytes may show their memory rather than copy it. */
  public boolean mayHaveViews() {
    byte kind = header[0];
    return !buffers.isEmpty()
        && kind < FastFormat.SMALL_ARRAY
        && kind != FastFormat.GRAPH_OF_COPIES;
  }

  /** Returns how many bytes {@link #writeTo} writes. */
  public long sizeInStore() {
    long size = FIXED_BYTES + (long) Long.BYTES * buffers.size() + header.length;
    for (MemorySegment buffer : buffers) {
      size = aligned(size) + buffer.byteSize();
    }
    return size;
  }

  /**
   * Writes everything into memory, once.
   *
   * @param target at least {@link #sizeInStore} bytes, aligned to {@link #ALIGNMENT_BYTES} if the
   *     buffers are to be
   */
  public void writeTo(MemorySegment target) {
    writeTo(
        target,
        (buffer, offset) -> MemorySegment.copy(buffer, 0, target, offset, buffer.byteSize()));
  }

  /** Copies large buffers into a target, in a better way than one copy. */
  @FunctionalInterface
  public interface BufferCopier {
    /** Copies a buffer to an offset of the target. */
    void copy(MemorySegment buffer, long offset);
  }

  /**
   * Writes everything into memory, once, large buffers by way of a copier.
   *
   * @param target as for {@link #writeTo(MemorySegment)}
   * @param copier copies into that target
   */
  public void writeTo(MemorySegment target, BufferCopier copier) {
    long size = sizeInStore();
    if (target.byteSize() < size) {
      throw new IllegalArgumentException(
          "the value takes %d bytes, the space given has %d".formatted(size, target.byteSize()));
    }
    target.set(Layout.INT, 0, MAGIC);
    target.set(Layout.INT, 4, buffers.size());
    target.set(Layout.LONG, 8, header.length);
    long position = FIXED_BYTES;
    for (MemorySegment buffer : buffers) {
      target.set(Layout.LONG, position, buffer.byteSize());
      position += Long.BYTES;
    }
    MemorySegment.copy(header, 0, target, ValueLayout.JAVA_BYTE, position, header.length);
    position += header.length;
    for (MemorySegment buffer : buffers) {
      position = aligned(position);
      copier.copy(buffer, position);
      position += buffer.byteSize();
    }
  }

  /**
   * Reads what {@link #writeTo} wrote. The header is copied; the buffers are slices of {@code
   * source}, and so are the views made from them, with its scope and its pin.
   *
   * @throws UnreadableValueException if these bytes are not a value
   */
  public static Serialized readFrom(MemorySegment source) {
    long available = source.byteSize();
    if (available < FIXED_BYTES || source.get(Layout.INT, 0) != MAGIC) {
      throw damaged("they do not begin as a value does");
    }
    int count = source.get(Layout.INT, 4);
    long headerSize = source.get(Layout.LONG, 8);
    if (count < 0 || count > MAX_BUFFERS || headerSize <= 0 || headerSize > Integer.MAX_VALUE) {
      throw damaged("%d buffers, a header of %d bytes".formatted(count, headerSize));
    }
    long position = FIXED_BYTES + (long) Long.BYTES * count;
    requireWithin(position, headerSize, available);
    byte[] header = new byte[(int) headerSize];
    MemorySegment.copy(source, ValueLayout.JAVA_BYTE, position, header, 0, header.length);
    position += headerSize;
    if (count == 0) {
      return ofHeader(header);
    }
    List<MemorySegment> buffers = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      long size = source.get(Layout.LONG, FIXED_BYTES + (long) Long.BYTES * index);
      position = aligned(position);
      requireWithin(position, size, available);
      buffers.add(source.asSlice(position, size));
      position += size;
    }
    return new Serialized(header, buffers, false);
  }

  /** Returns the value with buffers of its own, which nobody else can change. */
  public Serialized detach() {
    if (!borrowed) {
      return this;
    }
    List<MemorySegment> copies = new ArrayList<>(buffers.size());
    for (MemorySegment buffer : buffers) {
      if (buffer.byteSize() > MAX_HEAP_BUFFER_BYTES) {
        throw new IllegalArgumentException(
            "an array or view of %d bytes does not fit on the heap; it must go to the store"
                .formatted(buffer.byteSize()));
      }
      // Of longs, so that views of any element type over the copy are aligned.
      long[] space = new long[(int) ((buffer.byteSize() + Long.BYTES - 1) / Long.BYTES)];
      MemorySegment copy = MemorySegment.ofArray(space).asSlice(0, buffer.byteSize());
      copies.add(copy.copyFrom(buffer).asReadOnly());
    }
    return new Serialized(header, copies, false);
  }

  private static final long MAX_HEAP_BUFFER_BYTES = (long) (Integer.MAX_VALUE - 8) * Long.BYTES;

  private static long aligned(long position) {
    return (position + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
  }

  private static void requireWithin(long position, long size, long available) {
    if (size < 0 || position > available || size > available - position) {
      throw damaged("a part reaches beyond their end");
    }
  }

  private static UnreadableValueException damaged(String how) {
    return new UnreadableValueException("these bytes are not a whole value: " + how);
  }
}
