package ray.processes;

import java.io.IOException;
import ray.wire.codec.ProtoWriter;

/**
 * How much of the memory is in use that a node's memory monitor watches, and what it did.
 *
 * @param usedBytes how much is in use
 * @param limitBytes how much there is
 * @param what whose memory that is
 * @param thresholdMillionths from which share of it on workers are ended; 0: never
 * @param ended how many workers were ended since the node started
 * @param last why the last one was, and when; empty if none was
 */
public record MemoryUse(
    long usedBytes, long limitBytes, String what, long thresholdMillionths, long ended, String last)
    implements Payload {
  @Override
  public void write(ProtoWriter out) {
    out.varint(1, usedBytes);
    out.varint(2, limitBytes);
    out.string(3, what);
    out.varint(4, thresholdMillionths);
    out.varint(5, ended);
    out.string(6, last);
  }

  static MemoryUse read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    return new MemoryUse(
        fields.number(1),
        fields.number(2),
        fields.text(3),
        fields.number(4),
        fields.number(5),
        fields.text(6));
  }
}
