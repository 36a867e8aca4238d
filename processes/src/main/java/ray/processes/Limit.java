package ray.processes;

import java.io.IOException;
import ray.wire.codec.ProtoWriter;

/** How many things an answer may list. */
record Limit(int count) implements Payload {
  @Override
  public void write(ProtoWriter out) {
    out.varint(1, count);
  }

  static Limit read(byte[] bytes) throws IOException {
    return new Limit((int) Fields.read(bytes).number(1));
  }
}
