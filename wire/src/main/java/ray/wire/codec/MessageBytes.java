package ray.wire.codec;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import ray.core.Message;

/** One message alone as bytes, an {@code Envelope}, for questions whose answer is one. */
public final class MessageBytes {
  private MessageBytes() {}

  /** Writes a message. */
  public static byte[] write(Message message, OpaqueCodec opaque) {
    ProtoWriter out = new ProtoWriter();
    new MessageEncoder(opaque, out).frame(0, 0, message);
    return Arrays.copyOfRange(out.array(), Integer.BYTES, out.size());
  }

  /** Reads one. */
  public static Message read(byte[] bytes, OpaqueCodec opaque) throws IOException {
    AtomicReference<Message> read = new AtomicReference<>();
    new MessageDecoder(opaque)
        .read(
            bytes,
            0,
            bytes.length,
            new MessageDecoder.Sink() {
              @Override
              public void message(long to, long from, Message message) {
                read.set(message);
              }

              @Override
              public void request(Request request) {}

              @Override
              public void response(Response response) {}
            });
    Message message = read.get();
    if (message == null) {
      throw new IOException("not a message, but a question or an answer");
    }
    return message;
  }
}
