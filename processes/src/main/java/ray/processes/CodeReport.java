package ray.processes;

import java.io.IOException;
import ray.wire.codec.ProtoWriter;

/**
 * What a node keeps of its jobs' code.
 *
 * @param archives how many jars and folders
 * @param keptBytes what they take
 * @param fetched how many it fetched since it began
 * @param fetchedBytes how much that was
 */
public record CodeReport(long archives, long keptBytes, long fetched, long fetchedBytes)
    implements Payload {
  @Override
  public void write(ProtoWriter out) {
    out.varint(1, archives);
    out.varint(2, keptBytes);
    out.varint(3, fetched);
    out.varint(4, fetchedBytes);
  }

  static CodeReport read(byte[] content) throws IOException {
    Fields fields = Fields.read(content);
    return new CodeReport(fields.number(1), fields.number(2), fields.number(3), fields.number(4));
  }
}
