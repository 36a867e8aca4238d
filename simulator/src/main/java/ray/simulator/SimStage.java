package ray.simulator;

import java.util.ArrayList;
import java.util.List;
import ray.ObjectId;
import ray.core.Outcome;
import ray.core.executor.Execution;
import ray.core.executor.ExecutorCore;
import ray.simulator.SimProcess.Cell;
import ray.simulator.World.Disturbance;
import ray.simulator.World.Return;
import ray.simulator.World.ReturnAlias;
import ray.simulator.World.ReturnValue;

/** A stage that a run returned: it completes when the run's thread has long gone on to others. */
final class SimStage {
  private final SimProcess process;
  private final Execution run;
  private final Script script;
  private final List<Return> results;
  private final List<ObjectId> acquired;
  private final long startedNs;

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
    this.results = results;
    this.acquired = List.copyOf(acquired);
    this.startedNs = startedNs;
  }

  /** The result is there: it is held until it is sent. */
  void complete() {
    List<Cell> held = new ArrayList<>();
    List<Outcome> outcomes = outcomes(held);
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

  private List<Outcome> outcomes(List<Cell> held) {
    List<Outcome> outcomes = new ArrayList<>();
    try {
      for (Return result : results) {
        switch (result) {
          case ReturnAlias(Object ref) -> outcomes.add(new Outcome.Alias(hold(ref, held)));
          case ReturnValue(World.Body body, List<Object> refs, boolean large) ->
              outcomes.add(
                  process.outcome(
                      body,
                      refs.stream().map(ref -> hold(ref, held)).toList(),
                      large,
                      run.owner()));
        }
      }
    } catch (Disturbance disturbance) {
      for (Outcome made : outcomes) {
        if (made instanceof Outcome.Stored stored) {
          process.node.release(stored.key(), run.owner());
        }
      }
      return List.of(Outcome.Failed.of(disturbance.code(), Facts.DISTURBED));
    }
    return outcomes;
  }

  private static ObjectId hold(Object ref, List<Cell> held) {
    Cell cell = (Cell) ref;
    cell.users++;
    held.add(cell);
    return cell.id;
  }
}
