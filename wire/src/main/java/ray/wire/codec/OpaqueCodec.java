package ray.wire.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads what is opaque to the cores: values, functions, what user code threw. Only the
 * processes of a job can; the others pass the bytes on. What is written or read is the content of
 * one length-delimited field. Thread-safe.
 */
public interface OpaqueCodec {
  /** What is written or read. */
  enum Part {
    /** The body of a small value, {@code Value}. */
    BODY,
    /** The bodies of several, each a leaf; an array of them. */
    LEAVES,
    /** What the refs in a stored value are, {@code Kinds}. */
    KINDS,
    /** What user code threw, {@code RemoteError}. */
    ERROR,
    /** The function of a call, {@code RemoteFunction}. */
    FUNCTION
  }

  /**
   * Returns whether a body is a leaf: plain and small, so that it is written and read together with
   * those beside it, as {@link Part#LEAVES}.
   */
  boolean isLeaf(@Nullable Object body);

  /** Writes the fields of a part. */
  void write(Part part, Object value, ProtoWriter out);

  /** Reads a part, to the end of the input. */
  Object read(Part part, CodedInputStream in) throws IOException;

  /** For processes that only pass parts on: keeps their bytes. */
  OpaqueCodec PASSING_ON =
      new OpaqueCodec() {
        @Override
        public boolean isLeaf(@Nullable Object body) {
          return false;
        }

        @Override
        public void write(Part part, Object value, ProtoWriter out) {
          out.append(((PassedOn) value).bytes());
        }

        @Override
        public Object read(Part part, CodedInputStream in) throws IOException {
          if (part == Part.LEAVES) {
            throw new InvalidProtocolBufferException("values of a job, for who is not part of it");
          }
          return new PassedOn(in.readRawBytes(in.getBytesUntilLimit()));
        }
      };

  /**
   * A part that is not this process's to read.
   *
   * @param bytes its fields
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record PassedOn(byte[] bytes) {}
}
