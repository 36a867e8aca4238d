package ray.processes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ray.core.executor.ActorSlot;
import ray.core.executor.Execution;
import ray.core.node.MemoryMonitor;
import ray.wire.codec.ProtoWriter;

/**
 * What would go with a worker, as it says when its node asks who has to go.
 *
 * @param isNeeded whether it owns, or borrows, objects
 * @param work the tasks that run there, and the actors that live there
 */
record RunReport(boolean isNeeded, List<MemoryMonitor.Work> work) implements Payload {
  /** How many tasks and actors are named. */
  private static final int MAX_WORK = 1_000;

  /** A task that has run for so long. */
  static MemoryMonitor.Work of(Execution run, long ageNs) {
    return new MemoryMonitor.Work(run.spec().name(), run.spec().policy().maxRetries() != 0, ageNs);
  }

  /** An actor. When it was made is not known: it counts as old as its process. */
  static MemoryMonitor.Work of(ActorSlot actor, long processAgeNs) {
    return new MemoryMonitor.Work(
        actor.spec().className(), actor.spec().options().maxRestarts() != 0, processAgeNs);
  }

  @Override
  public void write(ProtoWriter out) {
    out.bool(1, isNeeded);
    for (MemoryMonitor.Work each : work.subList(0, Math.min(work.size(), MAX_WORK))) {
      int begun = out.begin(2);
      out.string(1, each.name());
      out.bool(2, each.isRetriable());
      out.varint(3, each.ageNs());
      out.end(begun);
    }
  }

  static RunReport read(byte[] bytes) throws IOException {
    Fields fields = Fields.read(bytes);
    List<MemoryMonitor.Work> work = new ArrayList<>();
    for (byte[] each : fields.contents(2)) {
      Fields part = Fields.read(each);
      work.add(new MemoryMonitor.Work(part.text(1), part.flag(2), part.number(3)));
    }
    return new RunReport(fields.flag(1), work);
  }
}
