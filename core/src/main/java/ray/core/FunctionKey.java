package ray.core;

import org.jspecify.annotations.Nullable;
import ray.Resources;
import ray.SchedulingStrategy;

/**
 * A scheduling class: tasks of one function with the same needs, which can use each other's leases.
 * The hash is kept, because a key is looked up for every task.
 */
public final class FunctionKey {
  private final String function;
  private final Resources resources;
  private final SchedulingStrategy strategy;
  private final int hash;

  /** A class of this function with these needs, to run where the strategy says. */
  public FunctionKey(String function, Resources resources, SchedulingStrategy strategy) {
    this.function = function;
    this.resources = resources;
    this.strategy = strategy;
    this.hash = 31 * (31 * function.hashCode() + resources.hashCode()) + strategy.hashCode();
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

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || other instanceof FunctionKey key
            && key.hash == hash
            && key.function.equals(function)
            && key.resources.equals(resources)
            && key.strategy.equals(strategy);
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
