package ray.simulator;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import ray.ObjectId;
import ray.core.Outcome;
import ray.core.executor.Execution;
import ray.simulator.SimProcess.Cell;
import ray.simulator.World.Body;
import ray.simulator.World.Disturbance;
import ray.simulator.World.Return;
import ray.simulator.World.ReturnAlias;
import ray.simulator.World.ReturnValue;

/** What a run returns, made into outcomes one by one: large values may have to wait for room. */
final class Making {
  private final SimProcess process;
  private final Execution run;
  private final Iterator<Return> left;
  private final List<Object> held;
  private final Runnable goOn;
  private final List<Outcome> made = new ArrayList<>();
  private @Nullable SimWrite write;

  /**
   * Something to be made.
   *
   * @param held gets the refs in it, another use of each
   * @param goOn is run when {@link #isDone} has more to do
   */
  Making(
      SimProcess process, Execution run, List<Return> results, List<Object> held, Runnable goOn) {
    this.process = process;
    this.run = run;
    this.left = results.iterator();
    this.held = held;
    this.goOn = goOn;
  }

  /** Makes what can be made; returns whether all is. What was made is undone if some can't be. */
  boolean isDone() {
    try {
      return finishWrite() && makeRest();
    } catch (Disturbance disturbance) {
      for (Outcome outcome : made) {
        if (outcome instanceof Outcome.Stored stored) {
          process.node.release(stored.key(), run.owner());
        }
      }
      throw disturbance;
    }
  }

  private boolean makeRest() {
    while (left.hasNext()) {
      switch (left.next()) {
        case ReturnAlias(Object ref) -> made.add(new Outcome.Alias(hold(ref)));
        case ReturnValue(Body body, List<Object> refs, boolean large) -> {
          List<ObjectId> contained = refs.stream().map(this::hold).toList();
          if (!large) {
            made.add(new Outcome.Inline(body, SimProcess.SMALL_BYTES, contained));
            continue;
          }
          write = process.write(body, contained, run.owner(), goOn);
          if (!finishWrite()) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private boolean finishWrite() {
    SimWrite begun = write;
    if (begun == null) {
      return true;
    }
    Outcome.Stored stored = begun.result();
    if (stored == null) {
      return false;
    }
    write = null;
    made.add(stored);
    return true;
  }

  private ObjectId hold(Object ref) {
    Cell cell = (Cell) ref;
    cell.users++;
    held.add(cell);
    return cell.id;
  }

  List<Outcome> made() {
    return made;
  }

  /** The run is not wanted any more. */
  void interrupt() {
    SimWrite begun = write;
    if (begun != null) {
      begun.interrupt();
    }
  }
}
