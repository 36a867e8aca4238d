package ray.wire.codec;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;

/**
 * Writes and reads what is opaque to the cores: values, functions, what user code threw. Only the
 * processes of a job can; the others pass the bytes on. Each method gets or makes the content of
 * one length-delimited field. Thread-safe.
 */
public interface OpaqueCodec {
  /** What is written or read. */
  enum Part {
    /** The body of a small value, {@code Value}. */
    BODY,
    /** What the refs in a stored value are, {@code Kinds}. */
    KINDS,
    /** What user code threw, {@code RemoteError}. */
    ERROR,
    /** The function of a call, {@code RemoteFunction}. */
    FUNCTION
  }

  /** Writes the fields of a part. */
  void write(Part part, Object value, ProtoWriter out);

  /** Reads a part, to the end of the input. */
  Object read(Part part, CodedInputStream in) throws IOException;

  /** For processes that only pass parts on: keeps their bytes. */
  OpaqueCodec PASSING_ON =
      new OpaqueCodec() {
        @Override
        public void write(Part part, Object value, ProtoWriter out) {
          out.append(((PassedOn) value).bytes());
        }

        @Override
        public Object read(Part part, CodedInputStream in) throws IOException {
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
