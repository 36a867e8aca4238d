package ray.processes;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a {@link Payload}: numbers, and bytes, by their number. */
final class Fields {
  private static final int MAX = 15;

  private final @Nullable List<Long>[] numbers = lists();
  private final @Nullable List<byte[]>[] contents = lists();

  private Fields() {}

  @SuppressWarnings({"unchecked", "rawtypes"}) // generic arrays can't be made
  private static <T> @Nullable List<T>[] lists() {
    return new List[MAX + 1];
  }

  static Fields read(byte[] bytes) throws IOException {
    Fields fields = new Fields();
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    for (int tag; (tag = in.readTag()) != 0; ) {
      int field = tag >>> 3;
      if (field > MAX) {
        in.skipField(tag);
        continue;
      }
      switch (tag & 7) {
        case 0 -> add(fields.numbers, field, in.readRawVarint64());
        case 1 -> add(fields.numbers, field, in.readFixed64());
        case 2 -> add(fields.contents, field, in.readByteArray());
        default -> in.skipField(tag);
      }
    }
    return fields;
  }

  private static <T> void add(@Nullable List<T>[] lists, int field, T value) {
    List<T> list = lists[field];
    if (list == null) {
      list = new ArrayList<>(1);
      lists[field] = list;
    }
    list.add(value);
  }

  long number(int field) {
    List<Long> all = numbers[field];
    return all == null ? 0 : all.getLast();
  }

  boolean flag(int field) {
    return number(field) != 0;
  }

  List<Long> numbers(int field) {
    List<Long> all = numbers[field];
    return all == null ? List.of() : List.copyOf(all);
  }

  byte[] content(int field) {
    List<byte[]> all = contents[field];
    return all == null ? new byte[0] : all.getLast();
  }

  List<byte[]> contents(int field) {
    List<byte[]> all = contents[field];
    return all == null ? List.of() : List.copyOf(all);
  }

  String text(int field) {
    return new String(content(field), StandardCharsets.UTF_8);
  }

  List<String> texts(int field) {
    return contents(field).stream().map(each -> new String(each, StandardCharsets.UTF_8)).toList();
  }
}
