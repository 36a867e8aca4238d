package ray.processes;

import java.io.IOException;
import ray.wire.codec.ProtoWriter;

/**
 * The workers of a job are to end.
 *
 * @param force whether what they do is given up
 * @param restart whether another is to be started at once
 */
record EndWorkers(long job, boolean force, boolean restart) implements Payload {
  @Override
  public void write(ProtoWriter out) {
    out.fixed64(1, job);
    out.bool(2, force);
    out.bool(3, restart);
  }

  static EndWorkers read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    return new EndWorkers(fields.number(1), fields.flag(2), fields.flag(3));
  }
}
