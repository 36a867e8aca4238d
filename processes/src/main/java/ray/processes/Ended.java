package ray.processes;

import java.io.IOException;
import java.util.List;
import ray.EndedWorkers;
import ray.wire.codec.ProtoWriter;

/**
 * What became of workers that were to end.
 *
 * @param ended how many are gone
 * @param staying which are not, as others need what they have
 */
record Ended(int ended, List<Long> staying) implements Payload {
  @Override
  public void write(ProtoWriter out) {
    out.varint(1, ended);
    staying.forEach(worker -> out.repeatedFixed64(2, worker));
  }

  static Ended read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    return new Ended((int) fields.number(1), fields.numbers(2));
  }

  EndedWorkers toPublic() {
    return new EndedWorkers(ended, staying.stream().map(Long::toHexString).toList());
  }
}
