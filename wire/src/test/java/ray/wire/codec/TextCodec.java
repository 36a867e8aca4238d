package ray.wire.codec;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For a job whose values are texts, of which the short ones, and null, are leaves. */
final class TextCodec implements OpaqueCodec {
  static final int MAX_LEAF_CHARS = 40;

  @Override
  public boolean isLeaf(@Nullable Object body) {
    return body == null || ((String) body).length() <= MAX_LEAF_CHARS;
  }

  @Override
  public void write(Part part, Object value, ProtoWriter out) {
    switch (part) {
      case BODY -> out.append(bytes((String) value));
      case LEAVES -> {
        for (Object leaf : (@Nullable Object[]) value) {
          byte[] text = leaf == null ? new byte[0] : bytes((String) leaf);
          out.append(new byte[] {(byte) (leaf == null ? -1 : text.length)});
          out.append(text);
        }
      }
      case KINDS, ERROR, FUNCTION -> PASSING_ON.write(part, value, out);
    }
  }

  @Override
  public Object read(Part part, CodedInputStream in) throws IOException {
    return switch (part) {
      case BODY -> text(in, in.getBytesUntilLimit());
      case LEAVES -> {
        List<@Nullable Object> leaves = new ArrayList<>();
        while (in.getBytesUntilLimit() > 0) {
          byte length = in.readRawByte();
          leaves.add(length < 0 ? null : text(in, length));
        }
        yield leaves.toArray();
      }
      case KINDS, ERROR, FUNCTION -> PASSING_ON.read(part, in);
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(CodedInputStream in, int length) throws IOException {
    return new String(in.readRawBytes(length), StandardCharsets.UTF_8);
  }
}
