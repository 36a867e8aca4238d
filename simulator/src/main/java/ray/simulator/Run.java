package ray.simulator;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of one setting, and what came of it. */
final class Run {
  private final Setting setting;
  private @Nullable Violation violation;
  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private long steps;
  private long hash;
  private int tasks;
  private int compared;

  private Run(Setting setting) {
    this.setting = setting;
  }

  /** Runs a setting to its end; every message and every step is told to {@code lines}. */
  static Run of(Setting setting, @Nullable Consumer<String> lines) {
    Run run = new Run(setting);
    Cluster cluster = new Cluster(setting, lines);
    try {
      run.compared = cluster.run();
    } catch (Violation broken) {
      run.violation = broken;
    }
    run.faults.putAll(cluster.faults().counts());
    run.steps = cluster.steps();
    run.hash = cluster.trace().hash();
    run.tasks = cluster.checker().tasks();
    return run;
  }

  Setting setting() {
    return setting;
  }

  /** The rule that was broken; null if all went well. */
  @Nullable Violation violation() {
    return violation;
  }

  Map<FaultKind, Integer> faults() {
    return faults;
  }

  /** How many things happened. */
  long steps() {
    return steps;
  }

  /** By which runs are compared. */
  long hash() {
    return hash;
  }

  /** How many tasks began. */
  int tasks() {
    return tasks;
  }

  /** How many programs came to a result that equals that of their serial evaluation. */
  int compared() {
    return compared;
  }
}
