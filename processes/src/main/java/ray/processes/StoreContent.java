package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ray.core.store.ObjectInfo;
import ray.core.store.ObjectState;
import ray.core.store.StoreStats;
import ray.wire.codec.ProtoWriter;

/**
 * What is in a node's object store.
 *
 * @param capacityBytes what it can hold
 * @param usedBytes what its objects take up
 * @param largestFreeBytes the largest object that fits right now
 * @param objectCount how many objects it has
 * @param lingeringBytes what is kept by views alone
 * @param waiting how many values wait for room
 * @param waitingBytes how much room they wait for
 * @param objects its objects, the largest first; at most as many as were asked for
 */
public record StoreContent(
    long capacityBytes,
    long usedBytes,
    long largestFreeBytes,
    long objectCount,
    long lingeringBytes,
    long waiting,
    long waitingBytes,
    List<Stored> objects)
    implements Payload {
  /** Copies. */
  public StoreContent {
    objects = List.copyOf(objects);
  }

  /** How far a stored object is. */
  public enum State {
    /** It is being written. */
    WRITING,
    /** It is complete. */
    SEALED,
    /** Only views keep it. */
    LINGERING
  }

  /**
   * A stored object.
   *
   * @param key its key
   * @param sizeBytes its size
   * @param state how far it is
   * @param owners the processes that pin it
   * @param readers the processes that have views of it
   */
  public record Stored(
      long key, long sizeBytes, State state, List<Long> owners, List<Long> readers) {
    /** Copies. */
    public Stored {
      owners = List.copyOf(owners);
      readers = List.copyOf(readers);
    }
  }

  static StoreContent of(StoreStats stats, List<ObjectInfo> objects) {
    return new StoreContent(
        stats.capacityBytes(),
        stats.usedBytes(),
        stats.largestFreeBytes(),
        stats.objects(),
        stats.lingeringBytes(),
        stats.waitingCreates(),
        stats.waitingBytes(),
        objects.stream()
            .map(each ->
                new Stored(
                    each.object().key(),
                    each.object().sizeBytes(),
                    state(each.state()),
                    each.owners(),
                    each.readers()))
            .toList());
  }

  private static State state(ObjectState state) {
    return switch (state) {
      case CREATED -> State.WRITING;
      case SEALED -> State.SEALED;
      case LINGERING -> State.LINGERING;
    };
  }

  @Override
  public void write(ProtoWriter out) {
    out.varint(1, capacityBytes);
    out.varint(2, usedBytes);
    out.varint(3, largestFreeBytes);
    out.varint(4, objectCount);
    out.varint(5, lingeringBytes);
    out.varint(6, waiting);
    out.varint(7, waitingBytes);
    for (Stored object : objects) {
      int begun = out.begin(8);
      out.fixed64(1, object.key());
      out.varint(2, object.sizeBytes());
      out.varint(3, object.state().ordinal());
      object.owners().forEach(process -> out.repeatedFixed64(4, process));
      object.readers().forEach(process -> out.repeatedFixed64(5, process));
      out.end(begun);
    }
  }

  static StoreContent read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    List<Stored> objects = new ArrayList<>();
    for (byte[] each : fields.contents(8)) {
      Fields object = Fields.read(each);
      objects.add(
          new Stored(
              object.number(1),
              object.number(2),
              State.values()[(int) object.number(3)],
              object.numbers(4),
              object.numbers(5)));
    }
    return new StoreContent(
        fields.number(1),
        fields.number(2),
        fields.number(3),
        fields.number(4),
        fields.number(5),
        fields.number(6),
        fields.number(7),
        objects);
  }
}
