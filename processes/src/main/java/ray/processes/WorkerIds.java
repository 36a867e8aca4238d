package ray.processes;

import java.io.IOException;
import java.util.List;
import ray.wire.codec.ProtoWriter;

/** The workers of a job. */
record WorkerIds(List<Long> workers) implements Payload {
  @Override
  public void write(ProtoWriter out) {
    workers.forEach(worker -> out.repeatedFixed64(1, worker));
  }

  static WorkerIds read(byte[] bytes) throws IOException {
    return new WorkerIds(Fields.read(bytes).numbers(1));
  }
}
