package ray.processes;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ray.ActorId;
import ray.ObjectId;
import ray.Resources;
import ray.TaskInfo;
import ray.wire.codec.ProtoWriter;

/**
 * What a process says of the tasks that it owns.
 *
 * @param tasks some of them
 * @param total how many there are
 */
record TaskReport(List<TaskInfo> tasks, long total) implements Payload {
  @Override
  public void write(ProtoWriter out) {
    out.varint(1, total);
    for (TaskInfo task : tasks) {
      int begun = out.begin(2);
      write(task, out);
      out.end(begun);
    }
  }

  static TaskReport read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    List<TaskInfo> tasks = new ArrayList<>();
    for (byte[] each : fields.contents(2)) {
      tasks.add(task(Fields.read(each)));
    }
    return new TaskReport(tasks, fields.number(1));
  }

  private static void write(TaskInfo task, ProtoWriter out) {
    out.fixed64(1, task.id().owner());
    out.fixed64(2, task.id().number());
    out.string(3, task.name());
    out.string(4, task.function());
    out.varint(5, task.state().ordinal());
    out.string(6, task.waitingFor());
    out.varint(7, task.since().toEpochMilli());
    out.varint(8, task.attempt());
    if (task.actor().isPresent()) {
      out.fixed64(9, task.actor().get().creation().owner());
      out.fixed64(10, task.actor().get().creation().number());
    }
    Entries.writeNumbers(out, 11, task.resources().units());
    Entries.writeTexts(out, 12, task.labels());
    task.error().ifPresent(text -> out.presentString(13, text));
  }

  private static TaskInfo task(Fields fields) throws IOException {
    long actorOwner = fields.number(9);
    return new TaskInfo(
        new ObjectId(fields.number(1), fields.number(2)),
        fields.text(3),
        fields.text(4),
        TaskInfo.State.values()[(int) fields.number(5)],
        fields.text(6),
        Instant.ofEpochMilli(fields.number(7)),
        (int) fields.number(8),
        actorOwner == 0
            ? Optional.empty()
            : Optional.of(new ActorId(new ObjectId(actorOwner, fields.number(10)))),
        new Resources(Entries.numbers(fields, 11)),
        Entries.texts(fields, 12),
        fields.contents(13).isEmpty() ? Optional.empty() : Optional.of(fields.text(13)));
  }
}
