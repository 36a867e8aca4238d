package ray.processes;

import java.time.Duration;

/**
 * How a node keeps its workers.
 *
 * @param ready how many wait for a job
 * @param idle how long one may have nothing to do before it ends
 * @param logs how large its log files grow
 * @param maxTasks after how many tasks one ends; 0: after any number
 * @param debug whether a debugger may be let into one
 */
record WorkerPolicy(int ready, Duration idle, LogLimits logs, int maxTasks, boolean debug) {
  /** One that ends after any number of tasks, and can't be debugged. */
  WorkerPolicy(int ready, Duration idle, LogLimits logs) {
    this(ready, idle, logs, 0, false);
  }

  WorkerPolicy withMaxTasks(int changed) {
    return new WorkerPolicy(ready, idle, logs, changed, debug);
  }

  WorkerPolicy withDebug() {
    return new WorkerPolicy(ready, idle, logs, maxTasks, true);
  }
}
