package ray.processes;

import java.time.Duration;

/**
 * How a node keeps its workers.
 *
 * @param ready how many wait for a job
 * @param idle how long one may have nothing to do before it ends
 */
record WorkerPolicy(int ready, Duration idle) {
  /** A few minutes: a program that comes back soon finds its worker warm. */
  static final Duration DEFAULT_IDLE = Duration.ofMinutes(5);
}
