package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import ray.ObjectId;
import ray.ObjectInfo;
import ray.runtime.Looking;
import ray.wire.codec.ProtoWriter;

/**
 * What a process says of the objects that it owns or borrows.
 *
 * @param objects some of them, the largest
 * @param total how many there are
 */
record ObjectReport(List<Looking.Held> objects, long total) implements Payload {
  @Override
  public void write(ProtoWriter out) {
    out.varint(1, total);
    for (Looking.Held object : objects) {
      int begun = out.begin(2);
      write(object, out);
      out.end(begun);
    }
  }

  static ObjectReport read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    List<Looking.Held> objects = new ArrayList<>();
    for (byte[] each : fields.contents(2)) {
      objects.add(object(Fields.read(each)));
    }
    return new ObjectReport(objects, fields.number(1));
  }

  private static void write(Looking.Held held, ProtoWriter out) {
    ObjectInfo object = held.info();
    out.fixed64(1, object.id().owner());
    out.fixed64(2, object.id().number());
    out.varint(3, object.state().ordinal());
    out.varint(4, object.sizeBytes());
    out.bool(5, object.inStore());
    Map<String, Integer> holders = new TreeMap<>();
    object.holders().forEach((holder, count) -> holders.put(holder.name(), count));
    Entries.writeNumbers(out, 6, holders);
    Entries.writeNumbers(out, 7, object.borrowers());
    object.creationSite().ifPresent(site -> out.presentString(8, site));
    out.bool(9, held.owned());
    out.fixed64(10, held.storeKey());
  }

  private static Looking.Held object(Fields fields) throws IOException {
    Map<ObjectInfo.Holder, Integer> holders = new EnumMap<>(ObjectInfo.Holder.class);
    Entries.numbers(fields, 6)
        .forEach((holder, count) ->
            holders.put(ObjectInfo.Holder.valueOf(holder), Math.toIntExact(count)));
    Map<String, Integer> borrowers = new TreeMap<>();
    Entries.numbers(fields, 7)
        .forEach((process, count) -> borrowers.put(process, Math.toIntExact(count)));
    ObjectInfo info =
        new ObjectInfo(
            new ObjectId(fields.number(1), fields.number(2)),
            ObjectInfo.State.values()[(int) fields.number(3)],
            fields.number(4),
            fields.flag(5),
            holders,
            borrowers,
            fields.contents(8).isEmpty() ? Optional.empty() : Optional.of(fields.text(8)));
    return new Looking.Held(info, fields.flag(9), fields.number(10));
  }
}
