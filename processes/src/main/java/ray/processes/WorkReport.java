package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ray.ObjectId;
import ray.core.executor.ExecutorCore;
import ray.wire.codec.ProtoWriter;

/**
 * What runs and lives in a process.
 *
 * @param busy whether something runs that does not wait for others
 * @param runs the tasks that are on threads
 * @param actors the actors that live there
 * @param heapUsedBytes how much of its heap is in use
 * @param heapMaxBytes how large its heap may become
 */
record WorkReport(
    boolean busy,
    List<SeenWorker.Part> runs,
    List<SeenWorker.Part> actors,
    long heapUsedBytes,
    long heapMaxBytes)
    implements Payload {
  /** How many runs and actors are named. */
  private static final int MAX_NAMED = 10_000;

  /** Of a process that says nothing. */
  static final WorkReport NOTHING = new WorkReport(false, List.of(), List.of(), 0, 0);

  /** What is under way in an executor. */
  static WorkReport of(ExecutorCore core, boolean busy) {
    List<SeenWorker.Part> runs = new ArrayList<>();
    List<SeenWorker.Part> actors = new ArrayList<>();
    core.forEachUnderWay(run -> {
      if (runs.size() < MAX_NAMED) {
        runs.add(new SeenWorker.Part(run.spec().id(), run.spec().name()));
      }
    });
    core.forEachActor(actor -> {
      if (actors.size() < MAX_NAMED) {
        String name = actor.spec().options().name();
        actors.add(
            new SeenWorker.Part(
                actor.spec().id().creation(), name.isEmpty() ? actor.spec().className() : name));
      }
    });
    Runtime jvm = Runtime.getRuntime();
    return new WorkReport(
        busy, runs, actors, jvm.totalMemory() - jvm.freeMemory(), jvm.maxMemory());
  }

  @Override
  public void write(ProtoWriter out) {
    out.bool(1, busy);
    write(out, 2, runs);
    write(out, 3, actors);
    out.varint(4, heapUsedBytes);
    out.varint(5, heapMaxBytes);
  }

  static WorkReport read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    return new WorkReport(
        fields.flag(1),
        parts(fields.contents(2)),
        parts(fields.contents(3)),
        fields.number(4),
        fields.number(5));
  }

  private static void write(ProtoWriter out, int field, List<SeenWorker.Part> parts) {
    for (SeenWorker.Part part : parts) {
      int begun = out.begin(field);
      out.fixed64(1, part.id().owner());
      out.fixed64(2, part.id().number());
      out.string(3, part.name());
      out.end(begun);
    }
  }

  private static List<SeenWorker.Part> parts(List<byte[]> all) throws IOException {
    List<SeenWorker.Part> parts = new ArrayList<>();
    for (byte[] each : all) {
      Fields fields = Fields.read(each);
      ObjectId id = new ObjectId(fields.number(1), fields.number(2));
      parts.add(new SeenWorker.Part(id, fields.text(3)));
    }
    return parts;
  }
}
