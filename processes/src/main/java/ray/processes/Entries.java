package ray.processes;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import ray.wire.codec.ProtoWriter;

/** Maps as parts of a {@link Payload}: each entry is a message {@code Entry}. */
final class Entries {
  private Entries() {}

  static void writeTexts(ProtoWriter out, int field, Map<String, String> map) {
    map.forEach((key, value) -> {
      int begun = out.begin(field);
      out.string(1, key);
      out.string(2, value);
      out.end(begun);
    });
  }

  static Map<String, String> texts(Fields fields, int field) throws IOException {
    Map<String, String> map = new TreeMap<>();
    for (byte[] each : fields.contents(field)) {
      Fields entry = Fields.read(each);
      map.put(entry.text(1), entry.text(2));
    }
    return map;
  }

  static void writeNumbers(ProtoWriter out, int field, Map<String, ? extends Number> map) {
    map.forEach((key, value) -> {
      int begun = out.begin(field);
      out.string(1, key);
      out.varint(3, value.longValue());
      out.end(begun);
    });
  }

  static Map<String, Long> numbers(Fields fields, int field) throws IOException {
    Map<String, Long> map = new TreeMap<>();
    for (byte[] each : fields.contents(field)) {
      Fields entry = Fields.read(each);
      map.put(entry.text(1), entry.number(3));
    }
    return map;
  }
}
