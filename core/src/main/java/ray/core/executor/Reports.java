package ray.core.executor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Message;
import ray.core.Outcome;

/** What owners are to be told of their runs, in one message where it can be one. */
final class Reports {
  private final long self;
  private final ExecutorEffects effects;
  private long owner;
  private @Nullable List<Message.Done> batch;
  private boolean batching;

  Reports(long self, ExecutorEffects effects) {
    this.self = self;
    this.effects = effects;
  }

  /** Reports a run's end. */
  void add(
      Execution run, List<Outcome> outcomes, List<ObjectId> retained, int items, long durationNs) {
    if (batch != null && owner != run.owner()) {
      send();
    }
    if (batch == null) {
      batch = new ArrayList<>();
      owner = run.owner();
    }
    batch.add(
        new Message.Done(run.spec().id(), run.attempt(), outcomes, retained, items, durationNs));
    if (!batching) {
      send();
    }
  }

  /** Sends what was reported. */
  void send() {
    if (batch != null) {
      effects.send(owner, new Message.TasksDone(self, batch));
      batch = null;
    }
  }

  /** Reports until {@link #endBatch} go out together. */
  void beginBatch() {
    batching = true;
  }

  /** Sends what was reported since {@link #beginBatch}. */
  void endBatch() {
    batching = false;
    send();
  }
}
