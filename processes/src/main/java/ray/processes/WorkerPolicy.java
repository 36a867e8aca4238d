package ray.processes;

import java.time.Duration;

/**
 * How a node keeps its workers.
 *
 * @param ready how many wait for a job
 * @param idle how long one may have nothing to do before it ends
 * @param logs how large its log files grow
 */
record WorkerPolicy(int ready, Duration idle, LogLimits logs) {}
