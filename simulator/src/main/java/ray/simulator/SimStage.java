package ray.simulator;

import java.util.ArrayList;
import java.util.List;
import ray.ObjectId;
import ray.core.Outcome;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.simulator.World.Disturbance;
import ray.simulator.World.Return;

/** A stage that a run returned: it completes when the run's thread has long gone on to others. */
final class SimStage {
  private final SimProcess process;
  private final Execution run;
  private final Script script;
  private final List<ObjectId> acquired;
  private final long startedNs;
  private final List<Object> held = new ArrayList<>();
  private final Making making;

  SimStage(
      SimProcess process,
      Execution run,
      Script script,
      List<Return> results,
      List<ObjectId> acquired,
      long startedNs) {
    this.process = process;
    this.run = run;
    this.script = script;
    this.acquired = List.copyOf(acquired);
    this.startedNs = startedNs;
    this.making = new Making(process, run, results, held, this::complete);
  }

  /** The result is there, once it is written: it is held until it is sent. */
  void complete() {
    List<Outcome> outcomes;
    try {
      if (!making.isDone()) {
        return;
      }
      outcomes = making.made();
    } catch (Disturbance disturbance) {
      outcomes = List.of(Outcome.Failed.of(disturbance.code(), Facts.DISTURBED));
    }
    script.dropAll();
    for (Outcome outcome : outcomes) {
      process.owner.share(outcome.contained(), run.owner());
    }
    List<ObjectId> retained = process.owner.retain(acquired, run.owner());
    process.cluster.trace().note("completes", process.id, run);
    process.executor.finished(
        List.of(new ExecutorCore.Result(run, outcomes, retained, 0, process.nowNs() - startedNs)),
        process.nowNs());
    held.forEach(process::drop);
    process.settle();
  }
}
