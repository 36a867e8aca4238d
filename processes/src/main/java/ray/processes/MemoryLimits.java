package ray.processes;

import org.jspecify.annotations.Nullable;

/**
 * When a node ends workers, so that memory does not run out.
 *
 * @param threshold which share of the memory may be in use, from 0 to 1; 0: workers are never ended
 *     for that
 * @param limitBytes how much the node's processes and its object store may take together; null:
 *     whatever the machine, or the cgroup that the node is in, has
 */
public record MemoryLimits(double threshold, @Nullable Long limitBytes) {
  /** As Ray's. */
  public static final MemoryLimits DEFAULT = new MemoryLimits(0.95, null);

  /** Never ends a worker. */
  public static final MemoryLimits NONE = new MemoryLimits(0, null);

  boolean isOff() {
    return threshold <= 0;
  }
}
