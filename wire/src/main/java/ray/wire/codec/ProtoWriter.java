package ray.wire.codec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes protobuf's encoding in one pass. Fields that have their default value are left out, as
 * proto3 has it. The length of a nested message is not known before it is written, so it takes four
 * bytes, as a varint that is longer than need be, which every parser reads. Not thread-safe.
 */
public final class ProtoWriter {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int LENGTH_BYTES = 4;
  private static final int MAX_LENGTH = 1 << 7 * LENGTH_BYTES;
  private static final int MAX_VARINT_BYTES = 10;

  private byte[] bytes;
  private int size;

  /** A writer that has nothing yet. */
  public ProtoWriter() {
    this.bytes = new byte[1024];
  }

  /** What was written, from the start; valid until more is. */
  public byte[] array() {
    return bytes;
  }

  /** How much was written. */
  public int size() {
    return size;
  }

  /** Forgets all from a position on. */
  public void truncate(int position) {
    size = position;
  }

  /** Starts anew, and lets go of space that only something large had needed. */
  public void clear(int keptBytes) {
    size = 0;
    if (bytes.length > keptBytes) {
      bytes = new byte[keptBytes];
    }
  }

  /** Leaves room for four bytes, little-endian, which {@link #endFrame} fills. */
  public int beginFrame() {
    ensure(Integer.BYTES);
    size += Integer.BYTES;
    return size;
  }

  /** Writes how long the frame became before its start. */
  public void endFrame(int start) {
    int length = size - start;
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[start - Integer.BYTES + i] = (byte) (length >>> 8 * i);
    }
  }

  /** Instead of a frame, a number where its length would be. */
  public void noFrame(int number) {
    ensure(Integer.BYTES);
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[size++] = (byte) (number >>> 8 * i);
    }
  }

  /** An unsigned or a plain signed number. */
  public void varint(int field, long value) {
    if (value != 0) {
      ensure(2 * MAX_VARINT_BYTES);
      tag(field, VARINT);
      raw(value);
    }
  }

  /** A signed number that is short where it is near zero. */
  public void zigzag(int field, long value) {
    varint(field, zigzag(value));
  }

  /** A truth. */
  public void bool(int field, boolean value) {
    varint(field, value ? 1 : 0);
  }

  /** A number that uses all its bits. */
  public void fixed64(int field, long value) {
    if (value != 0) {
      ensure(MAX_VARINT_BYTES + Long.BYTES);
      tag(field, FIXED64);
      rawFixed64(value);
    }
  }

  /** One of several fixed numbers: not left out if it is zero. */
  public void repeatedFixed64(int field, long value) {
    ensure(MAX_VARINT_BYTES + Long.BYTES);
    tag(field, FIXED64);
    rawFixed64(value);
  }

  /** Text, unless it is empty. */
  public void string(int field, String text) {
    if (!text.isEmpty()) {
      presentString(field, text);
    }
  }

  /** Text whose presence says something. */
  public void presentString(int field, String text) {
    bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Bytes, even none. */
  public void bytes(int field, byte[] value) {
    ensure(2 * MAX_VARINT_BYTES + value.length);
    tag(field, LENGTH);
    raw(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  /** Memory, even none. */
  public void memory(int field, MemorySegment value) {
    int length = Math.toIntExact(value.byteSize());
    ensure(2 * MAX_VARINT_BYTES + length);
    tag(field, LENGTH);
    raw(length);
    MemorySegment.copy(value, ValueLayout.JAVA_BYTE, 0, bytes, size, length);
    size += length;
  }

  /** Begins a nested message; {@link #end} takes what this returns. */
  public int begin(int field) {
    ensure(MAX_VARINT_BYTES + LENGTH_BYTES);
    tag(field, LENGTH);
    size += LENGTH_BYTES;
    return size;
  }

  /** Ends the nested message that began there. */
  public void end(int start) {
    int length = size - start;
    if (length >= MAX_LENGTH) {
      throw new IllegalArgumentException("a part of a message of " + length + " bytes");
    }
    for (int i = 0; i < LENGTH_BYTES - 1; i++) {
      bytes[start - LENGTH_BYTES + i] = (byte) (length >>> 7 * i | 0x80);
    }
    bytes[start - 1] = (byte) (length >>> 7 * (LENGTH_BYTES - 1) & 0x7f);
  }

  /** Begins a nested message that is known to have less than 128 bytes. */
  int beginShort(int field) {
    ensure(MAX_VARINT_BYTES + 128);
    tag(field, LENGTH);
    return ++size;
  }

  /** Ends it. */
  void endShort(int start) {
    bytes[start - 1] = (byte) (size - start);
  }

  /**
   * One of the signed numbers of a packed field, which begins and ends as a nested message does.
   */
  void packedZigzag(long value) {
    ensure(MAX_VARINT_BYTES);
    raw(zigzag(value));
  }

  /** Fields, or the content of one, that were written elsewhere. */
  public void append(byte[] fields) {
    ensure(fields.length);
    System.arraycopy(fields, 0, bytes, size, fields.length);
    size += fields.length;
  }

  private void tag(int field, int type) {
    raw((long) field << 3 | type);
  }

  private void raw(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      bytes[size++] = (byte) (left & 0x7f | 0x80);
      left >>>= 7;
    }
    bytes[size++] = (byte) left;
  }

  private static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  private void rawFixed64(long value) {
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[size++] = (byte) (value >>> 8 * i);
    }
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
    }
  }
}
