package ray.core;

import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.RuntimeEnv;
import ray.SchedulingStrategy;

/**
 * A scheduling class: tasks of one function with the same needs, which can use each other's leases.
 * The hash is kept, because a key is looked up for every task.
 */
public final class FunctionKey {
  private final String function;
  private final Resources resources;
  private final SchedulingStrategy strategy;
  private final RuntimeEnv runtimeEnv;
  private final int hash;

  /**
   * A class of this function with these needs, to run where the strategy says, in such a process.
   */
  public FunctionKey(
      String function, Resources resources, SchedulingStrategy strategy, RuntimeEnv runtimeEnv) {
    this.function = function;
    this.resources = resources;
    this.strategy = strategy;
    this.runtimeEnv = runtimeEnv;
    this.hash =
        31 * (31 * (31 * function.hashCode() + resources.hashCode()) + strategy.hashCode())
            + runtimeEnv.hashCode();
  }

  /** A class of this function with these needs, in any worker that the strategy allows. */
  public FunctionKey(String function, Resources resources, SchedulingStrategy strategy) {
    this(function, resources, strategy, RuntimeEnv.SHARED);
  }

  /** The same in a process of its own. */
  public FunctionKey isolated() {
    return runtimeEnv.isolated()
        ? this
        : new FunctionKey(function, resources, strategy, runtimeEnv.alone());
  }

  /**
   * Whether a run of this class may be made in place of one of another, while that waits: in its
   * process, on the CPUs that it would give back. It holds nothing else.
   */
  public boolean mayRunInPlaceOf(FunctionKey waiting) {
    return strategy instanceof SchedulingStrategy.Standard
        && runtimeEnv.equals(waiting.runtimeEnv)
        && !runtimeEnv.isolated()
        && runtimeEnv.maxTasks() == 0
        && resources.units().keySet().stream().allMatch(Resources.CPU::equals)
        && cpus() <= waiting.cpus();
  }

  private long cpus() {
    return resources.units().getOrDefault(Resources.CPU, 0L);
  }

  /** The function's name. */
  public String function() {
    return function;
  }

  /** What one run holds. */
  public Resources resources() {
    return resources;
  }

  /** Where it runs. */
  public SchedulingStrategy strategy() {
    return strategy;
  }

  /** What the process must be like that it runs in. */
  public RuntimeEnv runtimeEnv() {
    return runtimeEnv;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || other instanceof FunctionKey key
            && key.hash == hash
            && key.function.equals(function)
            && key.resources.equals(resources)
            && key.strategy.equals(strategy)
            && key.runtimeEnv.equals(runtimeEnv);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return function + resources;
  }
}
