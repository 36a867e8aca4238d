package ray.processes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import ray.wire.codec.ProtoWriter;

/**
 * What a node's process says of itself.
 *
 * @param host where programs of its machine find it
 * @param port the port there
 * @param pid its process
 * @param version Ray's version
 * @param javaVersion its JVM's version
 * @param started when it began
 * @param folder its session's folder
 * @param memory what its process takes
 */
public record NodeReport(
    String host,
    int port,
    long pid,
    String version,
    String javaVersion,
    Instant started,
    Path folder,
    ProcessMemory memory)
    implements Payload {
  /** What programs connect to. */
  public String address() {
    return ConnectedProvider.SCHEME + host + ":" + port;
  }

  @Override
  public void write(ProtoWriter out) {
    out.varint(1, port);
    out.varint(2, pid);
    out.string(3, version);
    out.string(4, javaVersion);
    out.varint(5, started.toEpochMilli());
    out.string(6, folder.toString());
    out.varint(7, memory.ownBytes());
    out.varint(8, memory.sharedBytes());
    out.string(9, host);
  }

  static NodeReport read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    return new NodeReport(
        fields.text(9).isEmpty() ? NodeOptions.LOOPBACK : fields.text(9),
        (int) fields.number(1),
        fields.number(2),
        fields.text(3),
        fields.text(4),
        Instant.ofEpochMilli(fields.number(5)),
        Path.of(fields.text(6)),
        new ProcessMemory(fields.number(7), fields.number(8)));
  }
}
